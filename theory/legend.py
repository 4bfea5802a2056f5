"""What shared symbols mean: a claim's page shows those of its statement that the claim does not tell.

By shelf or chapter, the longer name first; under "" stands what ``theory/notation.py`` declares.  A claim's own
``symbols`` always win.
"""

from __future__ import annotations

from theory import notation as no

_SHARED = {
    no.n: "number of data points",
    no.d: "dimension of the space of the data",
    no.b: "batch size",
    no.k: "number of active coordinates",
    no.k0: "number of active coordinates at the start",
    no.eta: "step size",
    no.a: "step size divided by batch size, eta/b",
    no.q_i: "<w, x_i>, the neuron's coordinate on the data point x_i",
    no.q_j: "<w, x_j>, the neuron's coordinate on the data point x_j",
    no.s: "mass on the data, the sum of q_j^2",
    no.rho: "mass off the data, ||w_perp||^2",
    no.r2: "squared norm ||w||^2",
    no.delta: "r2 - 1",
    no.perp: "one coordinate of w off the span of the data",
    no.S: "mass that the batch sees: the sum of q_i^2 over its active points",
    no.S_C: "the same without the points i and j",
    no.chi: "1 when j is in the active batch, else 0",
    no.active: "ReLU gate, 1 where q > 0 and else 0; 1 for the linear neuron",
    no.below: "the gate at q < 0: 1 for the linear neuron, 0 for ReLU",
    no.t: "2 - r2",
    no.p: "P(i in the batch, j not)",
    no.q_i_next: "q_i one step later",
    no.q_j_next: "q_j one step later",
    no.perp_next: "w_perp one step later",
    no.s_next: "s one step later",
    no.rho_next: "rho one step later",
    no.r2_next: "r2 one step later",
    no.delta_next: "delta one step later",
    no.x: "the data point x_i",
    no.w: "the neuron's weights",
    no.gradient: "gradient of the loss of x_i",
    no.hessian_form: "Hessian of the loss of x_i, as a quadratic form at v",
    no.x_v: "<x_i, v>",
    no.w_v: "<w, v>",
    no.v_v: "<v, v>",
}
_NORMS = {
    "sigma_i": "length of the data point x_i",
    "sigma_j": "length of the data point x_j",
    "sigma_max": "the largest length of a data point",
    "c_j": "<w, x_j>/sigma_j",
    "c_j^+": "c_j one step later",
}
LEGEND: dict[str, dict[str, str]] = {
    "": {str(symbol): meaning for symbol, meaning in _SHARED.items()},
    "minibatch.capture": {"g": "an exponent greater than 0"},
    "quadratic": {
        "N": "number of samples",
        "k": "batch size",
        "C": "step size",
        "kappa": "variance factor of the batch mean, see Q-KAPPA",
        "kappa_1": "variance factor at one batch size",
        "kappa_2": "variance factor at another batch size",
        "M_C": "X -> E[(I - C Q_B) X (I - C Q_B)], what a step does to the second moment",
        "rho": "spectral radius",
        "Q\\oplus Q": "X -> QX + XQ",
        "Q\\otimes Q": "X -> QXQ",
        "V": "X -> E[Q_Y X Q_Y] - QXQ for one uniform index Y",
        "l_j": "an eigenvalue of the mean Q",
        "l_min": "the least eigenvalue of the mean Q",
        "l_max": "the largest eigenvalue of the mean Q",
        "|g|^2": "mean over i of the squared gradient of f_i at the minimum; 0 where the samples share it",
        "v_j": "variance of Q_Y along the eigendirection j, Y a uniform index, where the Q_i commute",
        "lambda_0": "the least eigenvalue of E e_0 e_0', e_0 = t_0 - t*",
    },
    "assumptions": _NORMS,
    "assumptions.saddle_trap": {"sigma_k": "length of the data point x_k"},
    "assumptions.momentum": {
        "beta": "the momentum's factor: v+ = beta v - G, w+ = w + v+",
        "v_j^+": "the velocity's coordinate on x_j, one step later",
        "v_perp^+": "the velocity off the data, one step later",
    },
}

__all__ = ["LEGEND"]
