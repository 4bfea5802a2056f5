r"""The Hessian at the minima: eigenvalues, multiplicities, trace, and what ReLU's kink does to it.

At a minimum w = w_A is a unit vector, and n H is a combination of three commuting operators,

    I,   P = projection on the span of the k active data,   W = w w',
    P^2 = P,   W^2 = W,   P W = W P = W,        tr I = d,   tr P = k,   tr W = 1,

so eigenspaces and multiplicities come from that algebra, for symbolic n, d and k.
"""

from __future__ import annotations

from sympy import And, Expr, Ge, Gt, Le, Lt, Poly, Rational, Symbol, expand, reduced

from theorem_audit.statement.claim import Assumption, Claim, Source
from theory import vocabulary as words
from theory.model.autoencoder import ORTHONORMAL, RELU
from theory.model.landscape import SIZES, SPLIT, mean_over_data, overlap, v_active
from theory.notation import Eq, S, a, d, k, k0, n, r2, s, v_v, w_v
from theory.sources import GHOSH, GHOSH_WORKSHOP, SHARP_AND_FLAT
from theory.vocabulary import observables, places
from theory.vocabulary.meanings import hessian_trace

P = Symbol("P")
W = Symbol("W")
_RULES = (P**2 - P, W**2 - W, P * W - W)


def normal_form(operator: Expr) -> Expr:
    """A polynomial in P and W as a combination of 1 (the identity), P and W."""
    return reduced(expand(operator), _RULES, P, W)[1]


def trace_of(operator: Expr) -> Expr:
    """Trace of a polynomial in P and W on R^d."""
    poly = Poly(normal_form(operator), P, W)
    ranks = {(0, 0): d, (1, 0): k, (0, 1): 1}
    return expand(sum(value * ranks[powers] for powers, value in poly.terms()))


def hessian_operator(hessian: Expr) -> Expr:
    """The Hessian of L at a minimum as a combination of 1, P and W.

    hessian: of one sample, as a quadratic form at v (as in HESS).  At a minimum w = w_A, so
    <w_A, v> = <w, v>; v' P v = ||v_A||^2 and v' W v = <w, v>^2.
    """
    form = mean_over_data(hessian).subs({s: 1, r2: 1, overlap: w_v})
    poly = Poly(expand(form), v_v, v_active, w_v)
    operators = {(1, 0, 0): 1, (0, 1, 0): P, (0, 0, 2): W}
    return expand(sum(value * operators[powers] for powers, value in poly.terms()))


def trace_of_hessian(hessian: Expr) -> Expr:
    """tr (Hessian of L) at any w, as the sum of the quadratic form over an orthonormal basis of R^d.

    Over such a basis e: sum <e, e> = d, sum ||e_A||^2 = k (Parseval for each of the k unit x_i) and
    sum <w, e><w_A, e> = <w, w_A> = s.
    """
    poly = Poly(mean_over_data(hessian), v_v, v_active, overlap, w_v)
    sums = {(1, 0, 0, 0): d, (0, 1, 0, 0): k, (0, 0, 1, 1): s}
    return expand(sum(value * sums[powers] for powers, value in poly.terms()))


# The eigenspaces: along w; in the active span across w; off the active span.
PROJECTIONS = {"max": W, "tangent": P - W, "rest": 1 - P}
EIGENVALUES = {
    "max": Symbol("lambda_max", real=True),
    "tangent": Symbol("lambda_tangent", real=True),
    "rest": Symbol("lambda_rest", real=True),
}
MULTIPLICITIES = {name: Symbol(f"m_{name}", real=True) for name in PROJECTIONS}

AT_MINIMUM = Assumption("minimum", item=words.MINIMUM)
ACTIVE = observables.ACTIVE_COUNT.said("the number of active data (linear: n)")
_RELU_KINK = (
    "A ReLU minimum with k < n has q_j = 0 for its n - k inactive data: L has no second derivative "
    "there. The statement then holds for the Hessian of the cell of gates that is counted."
)

MAX_EIG = Claim(
    id="MAX-EIG",
    title="Spectrum of the Hessian at a minimum",
    formula=And(
        Eq(EIGENVALUES["max"], 4 / n),
        Eq(MULTIPLICITIES["max"], 1),
        Eq(EIGENVALUES["tangent"], 0),
        Eq(MULTIPLICITIES["tangent"], k - 1),
        Eq(EIGENVALUES["rest"], 1 / n),
        Eq(MULTIPLICITIES["rest"], d - k),
        Gt(EIGENVALUES["max"], EIGENVALUES["tangent"]),
        Gt(EIGENVALUES["max"], EIGENVALUES["rest"]),
    ),
    source=Source("paper", f"{GHOSH_WORKSHOP}: all global minima have the same maximum eigenvalue"),
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHONORMAL, AT_MINIMUM, SIZES),
    steps=("eigenspaces", "multiplicities", "largest"),
    parts={
        "eigenspaces": And(
            Eq(EIGENVALUES["max"], 4 / n),
            Eq(EIGENVALUES["tangent"], 0),
            Eq(EIGENVALUES["rest"], 1 / n),
        ),
        "multiplicities": And(
            Eq(MULTIPLICITIES["max"], 1),
            Eq(MULTIPLICITIES["tangent"], k - 1),
            Eq(MULTIPLICITIES["rest"], d - k),
        ),
        "largest": And(
            Gt(EIGENVALUES["max"], EIGENVALUES["tangent"]),
            Gt(EIGENVALUES["max"], EIGENVALUES["rest"]),
        ),
    },
    symbols={
        "k": ACTIVE,
        **{str(EIGENVALUES[x]): places.EIGENVALUE[x] for x in EIGENVALUES},
        **{str(MULTIPLICITIES[x]): places.MULTIPLICITY[x] for x in MULTIPLICITIES},
    },
    remark=(
        "All minima share the largest eigenvalue 4/n. The kernel is the tangent space of the "
        "minima with the same active set. Finding: for ReLU "
        "with k < n it is smaller than the set of directions along which L stays minimal (towards "
        "+x_j, q_j = 0), so the minima taken together are not Morse-Bott; linear minima are. "
        + _RELU_KINK
    ),
)

trace = Symbol("T", real=True)
trace_linear = Symbol("T_linear", real=True)
trace_gap = Symbol("T_gap", real=True)
mean_active = Symbol("k_mean", real=True)

TRACE = Claim(
    id="TRACE",
    title="Trace of the Hessian at a minimum",
    formula=And(
        Eq(trace, (d + 4 - k) / n),
        Eq(trace_linear, (d + 4 - n) / n),
        Eq(trace_gap, (k0 - 1) / n),
        Eq(mean_active, (n / 2) / (1 - Rational(1, 2) ** n)),
    ),
    source=Source(
        "paper",
        f"{GHOSH}: full-batch minima are flatter, measured by the trace",
        prior=(SHARP_AND_FLAT,),
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        AT_MINIMUM,
        SIZES,
        Assumption("active at the start", And(Ge(k0, 1), Le(k0, n))),
        Assumption("symmetric start", item=words.SIGN_SYMMETRIC),
    ),
    steps=("trace", "eigenvalue sum", "gap", "mean"),
    parts={
        "trace": And(Eq(trace, (d + 4 - k) / n), Eq(trace_linear, (d + 4 - n) / n)),
        "eigenvalue sum": And(Eq(trace, (d + 4 - k) / n), Eq(trace_linear, (d + 4 - n) / n)),
        "gap": Eq(trace_gap, (k0 - 1) / n),
        "mean": Eq(mean_active, (n / 2) / (1 - Rational(1, 2) ** n)),
    },
    symbols={
        "k": ACTIVE,
        str(trace): hessian_trace("trace of the Hessian at a minimum with k active data"),
        str(trace_linear): hessian_trace("the same for the linear neuron"),
        str(trace_gap): places.TRACE_GAP,
        str(mean_active): places.MEAN_ACTIVE,
    },
    remark=(
        "For the linear neuron every minimum has the same trace, so no batch size finds a flatter "
        "one; the gap is ReLU's alone and depends on phi'(0) = 0: see TRACE-JUMP. " + _RELU_KINK
    ),
)

trace_path = Symbol("T_path", real=True)
trace_path_limit = Symbol("T_limit", real=True)
trace_at_limit = Symbol("T_point", real=True)
trace_jump = Symbol("T_jump", real=True)

TRACE_JUMP = Claim(
    id="TRACE-JUMP",
    title="ReLU: trace of the Hessian along a path, and at its limit point",
    formula=And(
        Eq(trace_path, ((d + 4) * s - (2 - r2) * k0) / n),
        Eq(trace_path_limit, (d + 4 - k0) / n),
        Eq(trace_at_limit, (d + 3) / n),
        Eq(trace_jump, (k0 - 1) / n),
    ),
    source=Source("finding", f"{GHOSH}: sharpness of the minima found, by the trace"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        RELU,
        Assumption("step size", And(Gt(a, 0), Lt(a, Rational(1, 2)))),
        Assumption("radius", And(Gt(r2, 0), Le(r2, 2))),
        Assumption("batch mass", And(Ge(S, 0), Le(S, r2))),
        Assumption(
            "active at the start",
            And(Ge(k0, 1), Le(k0, n)),
            needed=False,
            note="follows from the convergence: a dead neuron does not move",
        ),
        Assumption("convergence", item=words.CONVERGES),
    ),
    steps=("path", "active set", "limit", "limit point", "jump"),
    symbols={
        "s": SPLIT["s"],
        str(trace_path): hessian_trace(
            "trace of the Hessian at step t with phi'(0) = 0, k_0 coordinates active at the start"
        ),
        str(trace_path_limit): hessian_trace("its limit: the same for every batch size"),
        str(trace_at_limit): hessian_trace("trace at the limit point x_I, with phi'(0) = 0"),
        str(trace_jump): places.TRACE_JUMP,
    },
    remark=(
        "The active set is kept at every step under the assumptions on the step size and the "
        "radius, "
        "and not without them (n = d = 1, a = 1, q = 4/3: q+ = -20/27). tr H is discontinuous at "
        "x_I: cells of gates that meet there have the traces (d+4-m)/n, "
        "m = 1..n, and the path then stays in the cell m = k_0. At k_0 = 1 there is no jump. The "
        "largest "
        "eigenvalue is 4/n in every cell, so it does not jump."
    ),
)
