"""What is false is refuted by the claim's search alone, with a witness.

Words exchanged one at a time are tried by ``audit mutants``, and those that its table has no room for in
``test_words.py``.  That a search is silent on its claim, each ``audit run`` says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sympy import And, Eq, Ge, Gt, Le, Lt, Ne, Or, Piecewise, Rational, Symbol, binomial, exp, sin

from tests.falsify.gram import table as gram
from tests.falsify.stability import table as stability
from tests.falsify.trying import Change, bent, both, less, part, refuted, says, under, word
from theorem_audit.doubt.falsify import falsify
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Assumption, Claim
from theory import claims
from theory import vocabulary as words
from theory.assumptions.momentum import beta as momentum
from theory.assumptions.momentum_exponent import edge
from theory.assumptions.nonorthogonal import oblique_least
from theory.assumptions.nonorthogonal_law import kappa, kappa_mode, u
from theory.assumptions.sampling import U_exit
from theory.assumptions.unequal_norms import sigma_i
from theory.full_batch.gaussian_start import caught_share
from theory.minibatch.capture import g, growth, theta
from theory.minibatch.log_ratios import spread
from theory.minibatch.purity_time import mean_time
from theory.minibatch.rates import P4
from theory.minibatch.reach import M, chance, horizon, reached, schedule_probability
from theory.minibatch.selection_n import j, own_end, square
from theory.minibatch.sparse_time import mean_psi
from theory.neighbours.batch_sharpness import m
from theory.neighbours.saddle_phases import beta, h, h_as, h_ms
from theory.notation import S, a, b, d, delta, eta, k, n, p, q_j, r2, rho, t
from theory.notation import s as live_mass
from theory.quadratic.bounds import kappa_1, kappa_2
from theory.quadratic.mean_square import l
from theory.walks import random_walk as walk

pytestmark = pytest.mark.thorough

FULL_FROM_8 = And(Ge(b, 1), Or(Lt(b, n), And(Ge(n, 8), Le(b, n))))
DROPPED = {
    "BAND": ("step size",),
    "ENTRY": ("above the band",),
    "FLOW-SEPARATRIX": ("beyond squared norm 2",),
    "GD-ALIGN": ("radius", "step size", "full batch", "linear"),
    "GD-ALIGN-RELU": ("radius",),
    "GD-CONVERGES": ("radius", "step size"),
    "GD-DENSE": ("radius", "full batch"),
    "GD-DIRECTION": ("active coordinate", "full batch"),
    "GD-HALF": ("not sent to zero",),
    "HESS": ("off the kink",),
    "INIT-RADIUS": ("step size",),
    "RADIUS-TWO": ("step size",),
    "RATIO": ("nonzero coordinates",),
    "SADDLES": ("counted data",),
    "SGD-ORTHOGONAL": ("radius",),
    "SIGN": ("step size", "radius"),
    "TRACE-JUMP": ("step size",),
    # walks
    "CAPTURE-HALF": ("lead",),
    "DRIFT-ESCAPE": ("bounded jumps",),
    "FOSTER": ("V non-negative",),
    "MASS-FLOOR": ("step size",),
    "NHRW": ("outward drift", "bounded jumps"),
    "SELECT-EQUAL": ("radius",),
    "SELECT-GENERATOR": ("on the sphere",),
    "SGD-RATE-PATHS": ("radius",),
    "SUPERMARTINGALE-CRITERIA": ("supermartingale", "levels"),
    "UNIVERSAL-DECAY": ("in the span",),
    "WALK-DRIFT": ("positive factors", "live pair"),
    "WALK-DRIFT-LOW": ("live pair",),
    "WALK-VARIANCE": ("band", "live pair"),
    # what attracts
    "BATCH-SHARPNESS": ("displacement", "some gradient", "positive step"),
    "BATCH-SHARPNESS-CYCLE": ("past the edge",),
    "COLLAPSE": ("without replacement", "step size"),
    "COLLAPSE-EDGE": ("positive step",),
    "EPOCH-DRIFT-RATIO": ("live pair",),
    "LYAPUNOV": ("without replacement", "positive step"),
    "SADDLE-PHASES": ("without replacement", "step size"),
    "SADDLE-PHASES-BATCH": ("two batch sizes",),
    # thresholds
    "COHERENCE": ("batch size", "convex components"),
    "COHERENCE-INDICES": ("independent indices", "convex components"),
    "NON-UNIFORMITY": ("shared minimiser", "batch size"),
    "NON-UNIFORMITY-GAP": ("shared minimiser", "batch size", "star", "positive curvature"),
    "Q-AS": ("positive mean", "moderate spread"),
    "Q-BRACKET": ("no noise below zero",),
    "Q-FLAT": ("positive factor",),
    "Q-GRAM": ("curvature", "no pole"),
    "Q-INDEFINITE": ("no mean curvature", "noise", "positive step"),
    "Q-KAPPA": ("batch size",),
    "Q-LARGE-BATCH": ("small noise",),
    "Q-MIXTURE": ("batch size",),
    "Q-MS": ("shared minimiser", "full start", "positive definite mean"),
    "Q-NONCONVEX": ("a minimum of g is one of the sum", "both are minima"),
    "Q-SMALL-BATCH": ("less noise",),
    "Q-STATIONARY": ("centred", "stable"),
    "SCALING-EPOCH": ("without replacement",),
    "SCALING-ETA-B": ("shared minimiser", "variance factor"),
    # other batches, data and steps
    "ADAM-BASIS": ("linear neuron", "full batch", "inside the sphere"),
    "MOMENTUM-CONFINED": ("small step", "radius", "zero velocity"),
    "MOMENTUM-ENCLOSURE": ("setting",),
    "MOMENTUM-ENERGY": ("small step", "state"),
    "MOMENTUM-LOCAL": ("small step",),
    "MOMENTUM-SPARSE": ("start", "momentum"),
    "NONORTH-ANGLE": ("in the plane",),
    "NONORTH-FIXED": ("linear neuron", "oblique pair"),
    "NONORTH-FLOOR": ("one of two points",),
    "NONORTH-NOLIMIT": ("linear neuron", "every point is oblique", "radius"),
    "NONORTH-OBTUSE": ("ReLU", "mass", "obtuse pair"),
    "NONORTH-PCA": ("linear neuron", "across", "factor not 0"),
    "NORMS-CONFINED": ("step size", "radius"),
    "NORMS-EXPONENT": ("never 0",),
    "NORMS-GD": ("not 0", "one largest norm"),
    "NORMS-HESSIAN": ("linear neuron",),
    "SADDLE-CAPTURE": ("level",),
    "SADDLE-LARGE-BATCH": ("large share",),
    "SADDLE-NEVER": ("largest norm", "step size"),
    "SADDLE-SHARE": ("large share", "step size"),
    "SADDLE-TRAP": ("window", "batch size"),
    "SADDLE-TRAP-BATCH": ("exponents", "start", "step size"),
    "SAMPLING-CYCLIC": ("step size",),
    "SAMPLING-CYCLIC-LIMIT": ("step size",),
    "SAMPLING-CYCLIC-RADIUS": ("parameter", "rest"),
    "SAMPLING-CYCLIC-ROOM": ("step size", "live coordinate"),
    "SAMPLING-CYCLIC-SHARED": ("parameter",),
    "SAMPLING-CYCLIC-TWO": ("step size", "linear neuron"),
    "SAMPLING-EDGE": ("step size", "with replacement"),
    "SAMPLING-GLOBAL": ("radius", "step size", "live coordinate"),
    "SAMPLING-LOCAL": ("level", "step size"),
    "SAMPLING-REPLACEMENT": ("step size",),
    "SAMPLING-RESHUFFLED": ("reshuffled",),
}


def _all_data(claim: Claim) -> Claim:
    """n in place of the active count k, ReLU included, as the claim stood before."""
    region = [
        replace(x, condition=x.condition.subs(k, n)) if x.condition is not None else x
        for x in claim.without("active count").assumptions
    ]
    return replace(claim, formula=claim.formula.subs(k, n), assumptions=tuple(region))


def _any_batch(claim: Claim) -> Claim:
    full = Assumption("sizes of batches", And(Le(1, b), Le(b, n), Le(2, n), Le(n, d)))
    rest = claim.without("without replacement").assumptions
    return replace(claim, assumptions=(*rest, full))


def _any_x(claim: Claim) -> Claim:
    """At every real x, as the symbol stood before."""
    real = {walk.place: Symbol("x", real=True)}
    region = [
        x if x.condition is None else replace(x, condition=x.condition.xreplace(real))
        for x in claim.assumptions
    ]
    formula = claim.formula.xreplace(real)
    return replace(claim, formula=formula, parts={}, assumptions=tuple(region))


BENT = [*gram.FALSIFIERS, *stability.FALSIFIERS, "MOMENTUM-AIRY"]
FAR = both(under("step size", Gt(a, 5)), under("radius", Gt(r2, 3)))
FALSE: list[tuple[str, str, Change]] = [
    *(("SAMPLING-CYCLIC-LIMIT", f"{was} -> {new}", word(was, new)) for was, new in (
        (words.CYCLIC, words.FAIR_BATCHES), (words.CYCLIC, None),
        (words.ROTATION_INVARIANT, words.SIGN_SYMMETRIC))),
    ("GD-ALIGN", "a > 5 and r2 > 3 only", FAR),
    ("GD-DENSE", "a > 5 and r2 > 3 only", FAR),
    ("GD-DENSE-MAX", "n for k", _all_data),
    ("GD-DENSE", "n for k", _all_data),
    ("GD-EDGE", "past the doubling", under("before the next doubling", Lt(a, Rational(4, 5)))),
    ("GD-GAUSSIAN", "as dense as within the radius", bent(1 - caught_share, 1)),
    ("SGD-ORTHOGONAL", "full batch", _any_batch),
    # what stood false of mini-batches and walks
    ("FIXED-POINTS", "b = n from n = 8 on", under("without replacement", FULL_FROM_8)),
    ("SELECT-EQUAL", "b = n from n = 8 on", under("without replacement", FULL_FROM_8)),
    ("SELECT-EQUAL", "x_j of the mean size", under("live", And(
        Ge(k, 1), Le(k, n), Gt(live_mass, 0), Le(live_mass, r2), Eq(live_mass, k * q_j**2)))),
    ("REACH", "a schedule's chance, from n = 7 on", part(schedule_probability, Piecewise(
        (binomial(n, b) ** (-(n - 1) * M), n < 7), (binomial(n, b) ** (-n * M), True)))),
    ("REACH-TIME", "level theta, not theta/2", part(reached, 2 ** (-g))),
    ("REACH-TIME", "chance of all steps but one", part(chance, binomial(n, b) ** (1 - horizon))),
    ("TWO-POINTS", "any n, b", under("two live coordinates", And(Ge(n, 2), Ge(b, 1), Le(b, n)))),
    ("SELECT", "any n", under("start", And(Ge(n, 2), Eq(b, 1), Eq(rho, 0), Eq(delta, 0)))),
    ("SELECT", "full", under("start", And(Eq(n, 2), Ge(b, 1), Le(b, 2), Eq(rho, 0), Eq(delta, 0)))),
    ("NHRW", "inward drift", under("outward drift", Le(walk.offset * walk.mean_jump, 0))),
    ("NHRW", "at the first step only", under("every step", Eq(walk.k, 0))),
    ("NHRW", "no second moment", under("second moment bounded below", Gt(walk.second, 0))),
    ("NHRW", "1 % lower", part(walk.mean_time, lambda y: y * Rational(99, 100))),
    ("FOSTER", "at the first step only", under("every step", Eq(walk.k, 0))),
    ("FOSTER", "V at the stop is any", under(
        "V non-negative", And(Ge(walk.start_value, 0), Ge(walk.value_now, 0)))),
    ("Q-GRAM-PERRON", "less than no noise", under("less noise", Le(kappa_2, kappa_1))),
    ("RESISTANCE", "x between two states", _any_x),
    ("DRIFT-ESCAPE", "no drift",
     under("positive drift", And(Gt(walk.drift, 0), Lt(walk.drift, walk.jump)))),
    ("WALK-JUMP", "2 % lower", says(Le(a * t / (1 - a * S), Rational(49, 25) * a))),
    ("WALK-VARIANCE", "4/5 for 3/4", part(spread, 2 * p * (4 * a / 5) ** 2)),
    ("CAPTURE", "twice as fast", part(growth, 1 - 60 * p * g**2)),
    ("CAPTURE", "from 2^(6g)", part(theta, 2 ** (6 * g))),
    ("CAPTURE", "to the third part", part(theta, 3 ** (-g))),
    ("SPARSE-TIME", "Phi falls by a^2/3", part(mean_psi, 1 - p * a**2 / 3)),
    ("TIME-MEAN", "a twentieth", part(mean_time, lambda y: y / 20)),
    ("TIME-PURITY", "without the square", bent(2 * p, p)),
    # what attracts
    ("COLLAPSE", "1/1000 of the lower error", bent(a**3, a**3 * Rational(1001, 1000))),
    ("COLLAPSE-EDGE", "an edge at 51/100", bent(a - Rational(1, 2), a - Rational(51, 100))),
    ("LYAPUNOV", "a sign change at 51/100", bent(a - Rational(1, 2), a - Rational(51, 100))),
    ("BATCH-SHARPNESS", "m < 0 too", under("some gradient", And(Ne(m, 0), Ne(m**2, 1)))),
    ("BATCH-SHARPNESS", "any learning rate", bent(eta, 2 * eta)),
    ("BATCH-SHARPNESS", "4/b of the whole loss", bent(4 / n, 4 / b)),
    ("BATCH-SHARPNESS-CYCLE", "the mean at the middle", bent(3 / (2 * a), 1 / a)),
    ("SADDLE-PHASES", "the saddle's line for paths", bent(h - h_as, h - 1)),
    ("SADDLE-PHASES", "the saddle's line for mean squares", bent(h - h_ms, h - 1)),
    ("SADDLE-PHASES", "a radius up to 1", bent(beta - Rational(1, 2), beta - 1)),
    ("EPOCH-DRIFT", "towards equality", bent(q_j**2 - P4, P4 - q_j**2)),
    ("EPOCH-DRIFT-RATIO", "one drift everywhere", bent(3 * t - 2, t)),
    ("SCALING-EPOCH", "full batch", word(words.UNIFORM, words.FULL)),
    # quadratic sums, other batches, data and steps
    ("Q-MS", "C_j times 1.001", bent(2 * l, l * Rational(2002, 1000))),
    ("Q-MS", "neither a shared minimiser nor independence",
     both(less("shared minimiser"), word(words.INDEPENDENT, None))),
    ("SADDLE-WINDOW", "up to 1/sigma_i^2", bent(1 / (2 * sigma_i**2), 1 / sigma_i**2)),
    ("MOMENTUM-AIRY-EDGE", "e + 1/1000", bent(edge, edge + Rational(1, 1000))),
    ("MOMENTUM-AIRY", "p goes with beta", word(words.SLOW, words.LIMIT["beta to 1, c fixed"])),
    ("MOMENTUM-AIRY", "at each beta", word(words.SLOW, None)),
    ("MOMENTUM-AIRY-EDGE", "p goes with beta", word(words.SLOW, words.LIMIT["beta to 1, c fixed"])),
    ("MOMENTUM-AIRY-EDGE", "at each beta", word(words.SLOW, None)),
    ("SAMPLING-LOCAL", "from any level", under("level", Gt(U_exit, 0))),
    ("NONORTH-NOLIMIT", "some point", under("every point is oblique", Ge(oblique_least, 0))),
    ("NONORTH-FLOOR", "twice", lambda x: bent(x.formula.rhs, 2 * x.formula.rhs)(x)),
    ("MOMENTUM-EXPONENT", "1 - beta not squared", bent((1 - momentum) ** 2, 1 - momentum)),
    ("NONORTH-CROSSOVER", "one mode from 1/2 on", bent(Eq(kappa_mode, 1), Eq(kappa_mode, Rational(1, 2)))),
    ("NONORTH-CROSSOVER", "p_u at kappa/2", bent(exp(-2 * kappa / sin(u)), exp(-kappa / sin(u)))),
    ("SELECT-GENERATOR", "each coefficient doubled", lambda x: says(
        *(Eq(y.lhs, 2 * y.rhs) for y in relations(x.formula)))(x)),
    ("SELECT-N", "the winner's limit is one half", part(own_end, Rational(1, 2))),
    ("SELECT-N", "the drift of the winner doubled", lambda x: says(
        x.formula.xreplace({square[j]: 2 * square[j]}))(x)),
    ("NONORTH-FLOOR", "two samples a step", under("one of two points", Eq(n, 2) & Ge(b, 1))),
]  # fmt: skip


def _each_conjunct(claim: Claim) -> Iterator[Claim]:
    """Each equation times 1.001, or with the other sign of a function; each inequality turned round."""
    parts = relations(claim.formula)
    for at, one in enumerate(parts):
        if not isinstance(one, Eq):
            wrong = one.func(one.rhs, one.lhs)
        elif one.rhs.is_Function and claim.id in gram.FALSIFIERS:
            wrong = Eq(one.lhs, -one.rhs)
        else:
            wrong = Eq(one.lhs, one.rhs * Rational(1001, 1000))
        yield says(*(wrong if index == at else x for index, x in enumerate(parts)))(claim)


@pytest.mark.parametrize("claim_id, name, change", FALSE, ids=[f"{x}, {y}" for x, y, _ in FALSE])
def test_what_is_false_is_refuted_with_a_witness(claim_id: str, name: str, change: Change) -> None:
    assert refuted(change(claims[claim_id])), name


@pytest.mark.parametrize("claim_id", DROPPED)
def test_a_claim_without_a_hypothesis_is_refuted(claim_id: str) -> None:
    seen = [x for x in DROPPED[claim_id] if refuted(less(x)(claims[claim_id]))]
    assert seen == [*DROPPED[claim_id]]


@pytest.mark.parametrize("claim_id", BENT)
def test_each_conjunct_turned_wrong_is_found(claim_id: str) -> None:
    assert all(map(refuted, _each_conjunct(claims[claim_id])))


def test_an_empty_region_is_no_pass() -> None:
    never = Assumption("never", And(Gt(a, 2), Lt(a, 1), evaluate=False))
    claim = claims["WALK-JUMP"]
    found = falsify(replace(claim, assumptions=(*claim.assumptions, never)), seconds=0.01)
    assert (found.outcome, found.detail) == ("error", "the falsifier played 0 cases")
