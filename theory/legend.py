"""What shared symbols mean: a claim's page shows those of its statement that the claim does not tell.

By shelf or chapter, the longer name first; under "" stands what ``theory/notation.py`` declares.  A claim's own
``symbols`` always win.  Every symbol of every claim is told (tests/tool/test_legend.py).
"""

from __future__ import annotations

from theorem_audit.statement.meaning import Parameter
from theory import notation as no
from theory.vocabulary import batch_means as bm
from theory.vocabulary import factors as fa
from theory.vocabulary import gram, minima, moves, places, selecting, sums
from theory.vocabulary import neuron as nn
from theory.vocabulary import observables as ob
from theory.vocabulary.meanings import VARIANCE_FACTOR

_SHARED = {
    no.n: Parameter("number of data points"),
    no.d: Parameter("dimension of the space of the data"),
    no.b: Parameter("batch size"),
    no.k: ob.ACTIVE_COUNT,
    no.k0: ob.ACTIVE_COUNT.said("number of active coordinates at the start"),
    no.eta: Parameter("step size"),
    no.a: Parameter("step size divided by batch size, eta/b"),
    no.q_i: ob.Q_I,
    no.q_j: ob.Q_J,
    no.s: ob.MASS,
    no.rho: ob.MASS_OFF,
    no.r2: ob.SQUARED_NORM,
    no.delta: ob.DELTA,
    no.perp: ob.PERP,
    no.S: ob.BATCH_MASS,
    no.S_C: ob.REST_MASS,
    no.chi: ob.DRAWN,
    no.active: ob.GATE,
    no.below: Parameter("the gate at q < 0: 1 for the linear neuron, 0 for ReLU"),
    no.t: ob.SLACK,
    no.p: ob.SPLIT,
    no.q_i_next: ob.Q_I_NEXT,
    no.q_j_next: ob.Q_J_NEXT,
    no.perp_next: ob.PERP_NEXT,
    no.s_next: ob.MASS_NEXT,
    no.rho_next: ob.MASS_OFF_NEXT,
    no.r2_next: ob.SQUARED_NORM_NEXT,
    no.delta_next: ob.DELTA_NEXT,
    no.x: Parameter("the data point x_i"),
    no.w: Parameter("the neuron's weights"),
    no.gradient: places.GRADIENT.said("gradient of the loss of x_i"),
    no.hessian_form: places.HESSIAN,
    no.x_v: Parameter("<x_i, v>, v any vector"),
    no.w_v: Parameter("<w, v>"),
    no.v_v: Parameter("<v, v>"),
}
_NORMS = {
    "sigma_i": Parameter("length of the data point x_i"),
    "sigma_j": Parameter("length of the data point x_j"),
    "sigma_max": Parameter("the largest length of a data point"),
    "c_j": nn.C_J,
    "c_j^+": nn.C_J_NEXT,
}
_SUMS = {
    "N": Parameter("number of samples"),
    "k": Parameter("batch size"),
    "C": Parameter("step size"),
    "C_ms": sums.C_MS,
    "kappa": VARIANCE_FACTOR,
    "kappa_1": Parameter("variance factor at one batch size"),
    "kappa_2": Parameter("variance factor at another batch size"),
    "M_C": sums.MOVED,
    "Q": sums.MEAN,
    "Q\\oplus Q": sums.KRON_SUM,
    "Q\\otimes Q": sums.KRON_PRODUCT,
    "V": sums.NOISE,
    "l_j": sums.L_J,
    "l_min": sums.L_MIN,
    "l_max": sums.L_MAX,
    "|g|^2": Parameter(
        "mean over i of the squared gradient of f_i at the minimum; 0 where they share it"
    ),
    "v_j": sums.V_J,
    "lambda_0": sums.LAMBDA_0,
}
_MEANS = {
    "\\bar{a}": bm.MEAN_A,
    "\\bar{b}": bm.MEAN_B,
    "\\overline{ab}": bm.MEAN_AB,
    "\\mathbb{E}[a_B b_B]": bm.BATCH_AB,
}


def _of(*names: str) -> dict[str, str]:
    """Some of the words of the quadratic shelf, for a chapter of another."""
    return {name: _SUMS[name] for name in names}


LEGEND: dict[str, dict[str, str]] = {
    "": {str(symbol): meaning for symbol, meaning in _SHARED.items()},
    "walks.random_walk": {
        "x": Parameter("the state at the start; in R_x and rho_x the state up to which is counted"),
        "A": Parameter("the level that is to be reached from above"),
    },
    "minibatch": {
        "k": ob.LIVE_COUNT,
        "s_*": Parameter("lower bound of s at every step"),
        "t_*": Parameter("lower bound of t = 2 - r2 at every step"),
    },
    "minibatch.capture": {"g": Parameter("an exponent greater than 0")},
    "minibatch.reach": {"g": Parameter("CAPTURE's exponent")},
    "minibatch.sparse": {"g": Parameter("CAPTURE's exponent")},
    "minibatch.two_points": {
        "L": Parameter(
            "half-width of the band of log|q_1/q_2|, or the level from which it returns"
        ),
        "z": Parameter("log|q_1/q_2| at the start"),
    },
    "minibatch.sparse_time": {"Q": moves.CONCENTRATION},
    "minibatch.selection": {
        "Z": Parameter("the level of |log|q_1/q_2|| that is waited for"),
        "z_0": Parameter("log|q_1/q_2| at the start"),
    },
    "minibatch.selection_n": {
        "D_j F_j": selecting.FLUX_CHANGE,
        "q_1": Parameter("<w, x_1>, the neuron's coordinate on the data point x_1"),
        "q_2": Parameter("<w, x_2>, its coordinate on x_2"),
        "q_3": Parameter("<w, x_3>, its coordinate on x_3"),
        "r": selecting.NORM,
    },
    "minibatch.purity_time": {
        "E": "the mean",
        "eps": Parameter("1 - eps is the purity that is waited for"),
    },
    "quadratic": _SUMS,
    "quadratic.mean_square": {
        **_MEANS,
        "rho": sums.RADIUS,
        "\\kappa_{\\mathrm{repl}}": bm.FACTOR_REPLACEMENT,
        "\\kappa_{\\mathrm{uniform}}": bm.FACTOR_REPLACEMENT.said(
            "variance factor of uniform subsets"
        ),
        "\\langle{vv^T},(M_C-1){vv^T}\\rangle": sums.FORM_EXCESS,
        "\\mathrm{tr}\\,(M_C-1)vv^T": sums.TRACE_EXCESS,
    },
    "quadratic.bounds": {
        "\\Delta_{\\mathrm{repl}}": bm.DROP,
        "\\Delta_{\\mathrm{uniform}}": bm.DROP.said("the same for uniform subsets"),
        "u": Parameter("the factor by which every Q_i is scaled"),
        "s": Parameter("a number at most nu_min: noise of one direction from below"),
        "t": Parameter("a number at least nu_max: noise of one direction from above"),
    },
    "quadratic.nonconvex": {"h": minima.BEND},
    "quadratic.paths": {
        "rho": sums.RADIUS,
        "Sigma^+": sums.SIGMA_NEXT,
        "q_1": Parameter("curvature of the first of two one-dimensional components"),
        "q_2": Parameter("curvature of the second"),
    },
    "quadratic.gram_thresholds": {
        "Sigma^+": gram.SIGMA_NEXT,
        "K\\Delta{K}": gram.DIAGONAL,
        "K\\Sigma{K}": gram.PRODUCT,
        "K\\Sigma{+}\\Sigma{K}": gram.LINEAR,
        "rho(T(C_ms))": sums.RADIUS.said("spectral radius of the matrix T at the step size C_ms"),
        "\\bar{y}": bm.MEAN_A.said("mean of y_1..y_N"),
        "\\overline{y^2}": bm.SQUARES,
        "v^T\\Sigma_\\kappa{v}": gram.NOISE_SLOPE,
        "g": Parameter("the least eigenvalue of K_2 - K_1"),
        "K_1": Parameter("one matrix K of the residuals, K = J J'"),
        "K_2": Parameter("another, with K_2 - K_1 >= g"),
        "low_A": Parameter("lower end of an enclosure of C_ms at the minimum A"),
        "m_A": Parameter("mean curvature at A"),
        "v_A": Parameter("variance of the samples' curvatures at A"),
        "h_1": Parameter(
            "curvature at B of the first of two samples, one of which is drawn at a step"
        ),
        "h_2": Parameter("curvature at B of the second"),
    },
    "quadratic.bridge": {"g": Parameter("order of the moment, greater than 0")},
    "assumptions": _NORMS,
    "assumptions.sampling": {
        "g": Parameter("exponent of the ratio, between 0 and 1"),
        "theta": Parameter("bound below 1 of U_ratio"),
        "U_exit": Parameter("the level of U that is not to be reached"),
    },
    "assumptions.epochs": {
        "K": Parameter("number of batches in an epoch"),
    },
    "assumptions.two_batches": {"K": Parameter("number of batches in an epoch")},
    "assumptions.saddle_trap": {
        "sigma_k": Parameter("length of the data point x_k"),
        "theta": Parameter("bound below 1 of W_ratio"),
        "W_exit": Parameter("the level of W that is not to be reached"),
    },
    "assumptions.saddle_batches": {"sigma_k": "length of the data point x_k"},
    "assumptions.nonorthogonal": {
        "c": Parameter("inner product <x_i, x_j> of the two data points"),
        "mu": nn.MU,
        "nu": nn.NU,
    },
    "assumptions.nonorthogonal_law": {
        "c": Parameter("inner product <x_1, x_2> of the two data points"),
        "kappa": Parameter("c/a, the same for all a"),
        "u": Parameter("pi/2 + 2 phi, phi the angle of w from x_1 + x_2: 0 at x_1, pi at x_2"),
    },
    "assumptions.momentum": {
        "beta": Parameter("the momentum's factor: v+ = beta v - G, w+ = w + v+"),
        "v_j^+": nn.V_J_NEXT,
        "v_perp^+": nn.V_OFF_NEXT,
        "u": Parameter("v_j/q_j at the start"),
    },
    "assumptions.momentum_exponent": {
        "beta": Parameter("the momentum's factor: v+ = beta v - G, w+ = w + v+"),
        "c": Parameter("the cube root of p a^2/(1-beta)^3, half the noise in slow time"),
    },
    "assumptions.momentum_confined": {
        "beta": Parameter("the momentum's factor: v+ = beta v - G, w+ = w + v+"),
        "<w,v>^+": nn.W_V_NEXT,
        "|v|^2^+": nn.V_V_NEXT,
    },
    "neighbours.batch_sharpness": {"m": Parameter("w = m x_i is the point on the axis")},
    "neighbours.coherence": {
        **_of("N", "k", "C", "M_C", "l_min", "|g|^2"),
        "rho": sums.RADIUS,
        **_MEANS,
        "q_least": sums.Q_LEAST,
        "E[m_i*m_j]": bm.HOLDS_TWO,
        "E[m_i^2]": bm.HOLDS_ONE,
    },
    "neighbours.mixture": {
        **_of("N", "k", "C", "M_C", "Q\\oplus Q", "Q\\otimes Q", "V"),
        **{x: _MEANS[x] for x in ("\\bar{a}", "\\bar{b}", "\\overline{ab}")},
        "\\mu_3(a_B)": bm.THIRD_BATCH,
        "\\mu_3(a_M)": bm.THIRD_MIXTURE,
        "M_{\\mathrm{full}}": sums.MOVED_FULL.said("M_C of the full batch"),
        "M_{\\mathrm{one}}": sums.MOVED_ONE.said("M_C of one uniform sample"),
        "p": bm.CHANCE,
        "p_M": Parameter("the chance in any such mixture"),
    },
    "neighbours.non_uniformity": {
        **_of("N", "k", "C", "M_C", "Q", "|g|^2"),
        "rho": sums.RADIUS,
        "Q^2": sums.MEAN_SQUARED,
        "\\bar{w}": sums.W_MEAN,
        "\\bar{q}": sums.Q_MEAN,
        "\\overline{q^2}": sums.Q2_MEAN,
        "\\bar{s}": sums.S_MEAN,
        "w_min": sums.W_MIN,
        "w_max": sums.W_MAX,
        "E|e|^2": sums.E2,
        "E|e^+|^2": sums.E2_NEXT,
        "\\langle{vv^T},M_C{vv^T}\\rangle": sums.FORM,
        "C_{\\mathrm{nec}}": sums.C_NEC,
        "C_{\\mathrm{suff}}": sums.C_SUFF,
    },
    "neighbours.saddle_phases": {
        "beta": Parameter("a sigma_i^2"),
        "b_2": Parameter("a larger batch size than b"),
        "h": Parameter("sigma_j^2/sigma_i^2"),
        "sigma_i": Parameter("length of the data point x_i"),
        "sigma_j": Parameter("length of the data point x_j"),
    },
    "neighbours.scaling": {
        **_of("N", "k", "C", "C_ms", "M_C", "|g|^2", "l_min", "l_max"),
        "r_k^{\\mathrm{repl}}": sums.RATIO_REPLACED,
        "r_k^{\\mathrm{uniform}}": sums.RATIO_SUBSETS,
        "Lambda_off": fa.LOG_OFF.said("n/b times the exponent of w_perp"),
        "Lambda_radial": fa.LOG_RADIAL.said("n/b times that of the radius", low="at a = 1/4"),
        "Lambda_ratio": fa.LOG_RATIO.said("n/b times that of q_j/q_I, j != I live"),
    },
}

__all__ = ["LEGEND"]
