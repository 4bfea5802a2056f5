r"""Mean-square thresholds of a trained model, in the residuals' N dimensions.

f_i = (h(x_i; t) - y_i)^2/2 at t* with all residuals zero, J (N, p) the derivatives of h, K = J J'
= U diag(l) U'.
A step with batch B of size k and step size C does r+ = r - (C/k) K P r, P the projection on the batch's
samples (with multiplicities).  kappa is the batch's variance factor (Q-KAPPA).  In parameters the same
is mean_square's sum with Q_i = J_i' J_i; there the operator has p^2, here the matrix T has N^2 entries.
Several outputs a sample: blocks of K in place of entries; but the bounds of Q-GRAM-EDGE at k = 1 ask for one.
"""

from __future__ import annotations

from sympy import And, Expr, Function, Integral, Ne, Symbol, exp, oo, sign

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theory import vocabulary as words
from theory.notation import Eq, Ge, Gt, Le, Lt
from theory.quadratic.bounds import kappa_1, kappa_2, threshold_of
from theory.quadratic.mean_square import INDEPENDENT, SHARED
from theory.quadratic.second_moment import C, N, k, kappa
from theory.sources import EXACT_MEAN_SQUARE, LYAPUNOV_SIGN, MONOTONE, PATEL
from theory.vocabulary import gram

off = Symbol("o", real=True)
on = Symbol("e", real=True)
image = Symbol("Sigma^+")
Sigma = Symbol("Sigma")
linear = Symbol(r"K\Sigma{+}\Sigma{K}")
product = Symbol(r"K\Sigma{K}")
diagonal = Symbol(r"K\Delta{K}")  # Delta = diag(Sigma)

l_a = Symbol("l_a", real=True)
l_b = Symbol("l_b", real=True)
l_max = Symbol("l_max", real=True)
d_ab = Symbol("d_ab", real=True)
tau = Symbol("tau_ab", real=True)
entry = Symbol("T_ij", real=True)
radius = Symbol("rho(T(C_ms))", real=True)
C_ms = Symbol("C_ms", real=True)
s = Symbol("s", real=True)

mean_y = Symbol(r"\bar{y}", real=True)
mean_y2 = Symbol(r"\overline{y^2}", real=True)
kappa_slope = Symbol(r"v^T\Sigma_\kappa{v}", real=True)

K_1 = Symbol("K_1")
K_2 = Symbol("K_2")
gap = Symbol("g", real=True)
tau_slope = Symbol("tau_a'", real=True)

K_max = Symbol("K_max", real=True)
trace_k = Symbol("tr_K", real=True)
ones_form = Symbol("omega_a", real=True)
at_kappa = Function("C_ms")

MODEL = Assumption(
    "fitted model",
    item=words.FITTED,
)
EDGE = Assumption(
    "below the edge",
    And(
        Gt(l_a, 0),
        Gt(l_b, 0),
        Gt(C, 0),
        Gt(l_a + l_b - C * (1 - kappa) * l_a * l_b / N, 0),
    ),
    note="l_a, l_b > 0 (K's range) and d_ab > 0: so it is for C < 2N/l_max and 0 <= kappa <= 1",
    needed=True,
    witness="test_past_the_edge_of_the_mean_t_has_a_pole",
)
SIZES = Assumption("sizes", And(Ge(N, 1), Ge(kappa, 0), Le(kappa, 1)), note="kappa of Q-KAPPA")
MEANING = {
    "l_a, l_b": Parameter("any two positive eigenvalues of K, eigenvectors the columns of U"),
    "tau_ab": gram.TERM.shared,
    "C_ms": gram.C_MS.shared,
}
ANY_NOISE = {
    "kappa": Parameter("a batch's variance factor, see Q-KAPPA: any number that the region allows"),
    "C_ms": MEANING["C_ms"],
}


def bracket() -> Expr:
    """x_a + x_b - c, the reciprocal of the kernel, x = 1/l and c = C (1 - kappa)/N."""
    return 1 / l_a + 1 / l_b - C * (1 - kappa) / N


Q_GRAM = Claim(
    id="Q-GRAM",
    title="The second moment of the residuals, and the N x N matrix that decides it",
    formula=And(
        Eq(off, (1 - kappa) / N**2),
        Eq(on, (1 - kappa) / N**2 + kappa / N),
        Eq(
            image,
            Sigma
            - C / N * linear
            + C**2 * ((1 - kappa) / N**2 * product + kappa / N * diagonal),
        ),
        Eq(d_ab, (l_a + l_b) / N - C * (1 - kappa) * l_a * l_b / N**2),
        Eq(tau, kappa * l_a * l_b / (N * d_ab)),
        Eq(C_ms * radius, 1),
    ),
    source=Source(
        "new",
        f"{PATEL} and Mulayoff, Michaeli, COLT 2024 (arXiv 2306.07850) have the p^2 operator; the "
        "reduction to N x N is ours",
     prior=(EXACT_MEAN_SQUARE,)),
    bound="exact",
    chapter=__name__,
    carried={"Q-KAPPA": "its equation of second moments holds with replacement for k > N, too"},
    assumptions=(
        MODEL,
        SHARED,
        INDEPENDENT,
        Assumption("noise", Gt(kappa, 0), needed=True, sharp=Gt(kappa, 0),
                   witness="test_without_noise_t_vanishes",
                   note="b < N; without noise C_ms = 2N/l_max, Q-GRAM-EDGE"),
        Assumption("batch size", And(Ge(k, 1), Ge(N, 2)), note="without replacement also k < N"),
        Assumption("curvature", Gt(l_max, 0), needed=True, sharp=Gt(l_max, 0),
                   witness="test_at_zero_gram_no_threshold_is_finite",
                   note="K is not 0: else no step moves, T = 0 and C_ms is oo"),
        Assumption("no pole", Ne(l_a + l_b - C * (1 - kappa) * l_a * l_b / N, 0),
                   note="d_ab is not 0, as below the edge of the mean"),
    ),
    steps=("batch", "map", "modes", "reduction", "threshold"),
    symbols=MEANING
    | {
        "o": gram.OFF.shared,
        "e": gram.ON.shared,
        "Sigma": gram.SIGMA.said(
            "E[r r'], one step later Sigma^+; Delta its diagonal (k outputs: its diagonal blocks)"
        ),
        "d_ab": gram.SHRINK.shared,
        "l_max": gram.TOP_K.shared,
    },
    remark="C_ms is the only root up to 2N/l_max: T rises with C. Two products of N x N matrices "
    "apply T.",
)  # fmt: skip

_ALL_N = {
    "Q-GRAM": "what is read are the equations for d_ab and tau, identities in N >= 1 and kappa >= 0; noise and "
    "a second point are asked for by its threshold"
}

Q_GRAM_PERRON = Claim(
    id="Q-GRAM-PERRON",
    title="The matrix T: its kernel as an integral, its entries' sign, the threshold's order in "
    "the noise",
    formula=And(
        Eq(tau, kappa / bracket()),
        Eq(tau, kappa * Integral(exp(-s * bracket()), (s, 0, oo))),
        Ge(entry, 0),
        Eq(kappa_slope, C**2 * (mean_y2 - mean_y**2)),
        Ge(kappa_slope, 0),
        Le(threshold_of(kappa_1), threshold_of(kappa_2)),
    ),
    source=Source("new", "b = 1: T_ij = int ([K exp(-sK)]_ij)^2 ds; order: Mulayoff, Michaeli, "
    "COLT 2024"),
    bound="exact",
    chapter=__name__,
    carried=_ALL_N,
    assumptions=(
        MODEL,
        SHARED,
        INDEPENDENT,
        SIZES,
        EDGE,
        Assumption("less noise", And(Ge(kappa_2, 0), Le(kappa_2, kappa_1)), needed=True,
                   sharp=Le(kappa_2, kappa_1), witness="test_more_noise_lowers_a_threshold",
                   note="kappa_2 as every variance factor is not negative"),
    ),
    steps=("kernel", "integral", "sign", "covariance", "order"),
    symbols=MEANING
    | ANY_NOISE
    | {
        "T_ij": gram.ENTRY.shared,
        "y": "y_i = (Kv)_i r_i, i = 1..N, means over i; Sigma_kappa: derivative of Sigma^+ in "
        "kappa at Sigma = rr'",
        "C_ms(kappa)": "the threshold at variance factor kappa, for one K",
    },
    survivors={
        f"coefficient: C_ms({x}) -> {c}*C_ms({x})/1000": "weaker: thresholds are > 0"
        for x, c in (("kappa_1", 999), ("kappa_2", 1001))
    },
    remark="So at one C no change of batch size reverses which of two minima is mean-square "
    "stable first; "
    "T's leading vector, non-negative, says which samples carry the instability.",
)  # fmt: skip

Q_GRAM_ORDER = Claim(
    id="Q-GRAM-ORDER",
    title="The threshold's order in the Gram matrix itself",
    formula=And(
        Eq(tau_slope, kappa / (l_a**2 * bracket() ** 2)),
        Ge(tau_slope, 0),
        Le(threshold_of(K_2), threshold_of(K_1)),
    ),
    source=Source(
        "new",
        "this suite; what makes the enclosures of sim/problems/gram.py rigorous",
        prior=(MONOTONE,),
    ),
    bound="exact",
    chapter=__name__,
    carried=_ALL_N,
    assumptions=(
        MODEL,
        SHARED,
        INDEPENDENT,
        SIZES,
        EDGE,
        Assumption("ordered", Ge(gap, 0), needed=True, sharp=Ge(gap, 0),
                   witness="test_a_smaller_matrix_has_no_smaller_threshold",
                   note="g, the least eigenvalue of K_2 - K_1, is not negative"),
    ),
    steps=("slope", "order"),
    cites=("Inversion reverses the order of positive definite matrices (Loewner 1934)",),
    symbols=ANY_NOISE
    | {
        "l_a, l_b": MEANING["l_a, l_b"],
        "tau_a'": gram.TERM_SLOPE.shared,
        "C_ms(K)": "the threshold of K at one kappa",
    },
    survivors={
        f"coefficient: C_ms({x}) -> {c}*C_ms({x})/1000": "weaker: thresholds are > 0"
        for x, c in (("K_2", 999), ("K_1", 1001))
    },
    remark="For every batch size. So any bound on |K - K~| bounds both ends: eigenvalues are shifted, "
    "no condition number enters.",
)  # fmt: skip

Q_GRAM_EDGE = Claim(
    id="Q-GRAM-EDGE",
    title="Closed forms: full batch, one sample, and eigenvalues alone",
    formula=And(
        Eq(at_kappa(0), 2 * N / l_max),
        Le(2 / K_max, at_kappa(1)),
        Le(at_kappa(1), 2 * N / trace_k),
        Eq(ones_form, kappa / N * l_a / (2 - C * (1 - kappa) * l_a / N)),
    ),
    source=Source(
        "new",
        "kappa = 0 is gradient descent's 2/l_max(Q); the rest is ours",
        prior=(EXACT_MEAN_SQUARE,),
    ),
    bound="exact",
    chapter=__name__,
    carried=_ALL_N,
    assumptions=(
        MODEL,
        SHARED,
        INDEPENDENT,
        SIZES,
        Assumption("sharp direction", And(Gt(l_max, 0), Gt(l_a, 0), Gt(C, 0),
                                          Gt(2 * N - C * (1 - kappa) * l_a, 0)),
                   note="K is not zero; C below the edge"),
    ),
    steps=("full batch", "one sample", "eigenvalues"),
    symbols=ANY_NOISE
    | {
        "l_a": Parameter("an eigenvalue of K"),
        "l_max": gram.TOP_K.shared,
        "C_ms(0), C_ms(1)": "the threshold at kappa = 0 (k = N without replacement) and kappa = 1 "
        "(k = 1)",
        "K_max": gram.K_MAX.said("the largest diagonal entry of K; a sample has one output, and K is N x N"),
        "tr_K": gram.TRACE_K.shared,
        "omega_a": gram.ONES.shared,
    },
    remark="K = identity attains both of the bounds at k = 1.",
)  # fmt: skip

m_kept = Symbol("m_A", real=True)
v_kept = Symbol("v_A", real=True)
low_kept = Symbol("low_A", real=True)
factor_kept = Symbol("rho_A", real=True)
Lambda_A = Symbol("Lambda_A", real=True)
h_1 = Symbol("h_1", real=True)
h_2 = Symbol("h_2", real=True)
Lambda_B = Symbol("Lambda_B", real=True)

DESIGN = Claim(
    id="DESIGN",
    title="Keeping one minimum and leaving another: what each of two thresholds promises",
    formula=And(
        Eq(factor_kept, 1 - 2 * C * m_kept + C**2 * (m_kept**2 + kappa * v_kept)),
        Lt(factor_kept, 1),
        Lt(Lambda_A, (factor_kept - 1) / 2),
        Eq(
            sign(Lambda_B),
            sign((h_1 * h_2 * C - h_1 - h_2) * (h_1 * h_2 * C**2 - (h_1 + h_2) * C + 2)),
        ),
    ),
    source=Source(
        "new",
        f"{PATEL}: tailor the step to the minimum; the limits of that are ours",
        prior=(LYAPUNOV_SIGN,),
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(
        INDEPENDENT,
        Assumption("minimum", And(Gt(m_kept, 0), Ge(v_kept, 0), Ge(kappa, 0)),
                   note="A has mean curvature m_A > 0 along the direction, variance v_A"),
        Assumption("lower end", And(Gt(C, 0), Lt(C, low_kept),
                                    Le(low_kept * (m_kept**2 + kappa * v_kept), 2 * m_kept)),
                   note="C < low_A <= C_ms(A): the lower end of an enclosure", needed=True,
                   witness="test_past_the_upper_end_the_second_moment_grows"),
        Assumption("two curvatures", And(Gt(h_1, 0), Gt(h_2, 0)),
                   note="B in one dimension, two samples with curvatures h_1, h_2, one drawn at a "
                   "time"),
    ),
    steps=("keeps", "paths", "leaves"),
    symbols={
        "rho_A": gram.FACTOR.said("factor of E e^2 a step at A, along one direction (C_j of Q-MS)"),
        "Lambda_A": gram.PATH.said(
            "E log|1 - C h_B|, h_B a batch's mean curvature: the path's exponent a step at A"
        ),
        "Lambda_B": gram.PATH.said("the path's exponent a step at B"),
        "kappa": ANY_NOISE["kappa"],
    },
    remark="Finding: leaving is NOT monotone in C. Where (h_1 + h_2)^2 > 8 h_1 h_2 the exponent "
    "at B is "
    "positive between the roots of the second factor, negative again between the larger root and "
    "1/h_1 + 1/h_2, and positive beyond. So `design` measures the exponent inside the window it "
    "offers. It promises that B is left, never that A is found.",
)  # fmt: skip
