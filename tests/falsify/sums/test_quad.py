"""The falsifiers of ``tests/falsify/sums/table.py`` refute what is false and are silent on what is true.

Each row of ``FALSE`` is a statement that stood here and was false, or a hypothesis taken away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sympy import Eq, Rational, exp, sin

from tests.falsify.sums.table import FALSIFIERS, OUT_OF_REACH
from tests.falsify.trying import generator
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.statement.claim import Claim
from theory import claims
from theory.assumptions.momentum import beta
from theory.assumptions.momentum_exponent import edge
from theory.assumptions.nonorthogonal_law import kappa as kappa_c
from theory.assumptions.nonorthogonal_law import kappa_mode
from theory.assumptions.nonorthogonal_law import u as u_c
from theory.assumptions.unequal_norms import sigma_i
from theory.quadratic.mean_square import l

pytestmark = pytest.mark.thorough

CHAPTERS = (
    "quadratic.mean_square",
    "quadratic.bounds",
    "quadratic.paths",
    "quadratic.nonconvex",
    "assumptions.sampling",
    "assumptions.epochs",
    "assumptions.two_batches",
    "assumptions.unequal_norms",
    "assumptions.saddle_trap",
    "assumptions.saddle_batches",
    "assumptions.nonorthogonal",
    "assumptions.nonorthogonal_law",
    "assumptions.momentum",
    "assumptions.momentum_exponent",
    "assumptions.momentum_confined",
)

DROPPED = {
    "Q-KAPPA": ("batch size",),
    "Q-MS": ("shared minimiser", "full start", "positive definite mean"),
    "Q-INDEFINITE": ("no mean curvature", "noise", "positive step"),
    "Q-BRACKET": ("no noise below zero",),
    "Q-LARGE-BATCH": ("small noise",),
    "Q-SMALL-BATCH": ("less noise",),
    "Q-FLAT": ("positive factor",),
    "Q-STATIONARY": ("centred", "stable"),
    "Q-AS": ("positive mean", "moderate spread"),
    "Q-NONCONVEX": ("a minimum of g is one of the sum", "both are minima"),
    "SAMPLING-REPLACEMENT": ("step size",),
    "SAMPLING-LOCAL": ("level", "step size"),
    "SAMPLING-EDGE": ("step size", "with replacement"),
    "SAMPLING-GLOBAL": ("radius", "step size", "live coordinate"),
    "SAMPLING-CYCLIC": ("step size",),
    "SAMPLING-CYCLIC-SHARED": ("parameter",),
    "SAMPLING-CYCLIC-RADIUS": ("parameter", "rest"),
    "SAMPLING-CYCLIC-TWO": ("step size", "linear neuron"),
    "SAMPLING-CYCLIC-ROOM": ("step size", "live coordinate"),
    "SAMPLING-CYCLIC-LIMIT": ("step size",),
    "SAMPLING-RESHUFFLED": ("reshuffled",),
    "NORMS-CONFINED": ("step size", "radius"),
    "NORMS-HESSIAN": ("linear neuron",),
    "NORMS-GD": ("not 0", "one largest norm"),
    "NORMS-EXPONENT": ("never 0",),
    "SADDLE-CAPTURE": ("level",),
    "SADDLE-TRAP": ("window", "batch size"),
    "SADDLE-NEVER": ("largest norm", "step size"),
    "SADDLE-SHARE": ("large share", "step size"),
    "SADDLE-TRAP-BATCH": ("exponents", "start", "step size"),
    "SADDLE-LARGE-BATCH": ("large share",),
    "NONORTH-FIXED": ("linear neuron", "oblique pair"),
    "NONORTH-NOLIMIT": ("linear neuron", "every point is oblique", "radius"),
    "NONORTH-PCA": ("linear neuron",),
    "NONORTH-OBTUSE": ("ReLU", "mass", "obtuse pair"),
    "NONORTH-ANGLE": ("in the plane",),
    "NONORTH-FLOOR": ("one of two points",),
    "MOMENTUM-LOCAL": ("small step",),
    "MOMENTUM-SPARSE": ("start", "momentum"),
    "MOMENTUM-ENERGY": ("small step", "state"),
    "MOMENTUM-CONFINED": ("small step", "radius", "zero velocity"),
    "MOMENTUM-ENCLOSURE": ("setting",),
    "ADAM-BASIS": ("linear neuron", "full batch", "inside the sphere"),
}


def altered(name: str, change: Callable[[Claim], Claim]) -> Claim:
    return change(claims[name])


FORMULAS: dict[str, Claim] = {
    "Q-MS: C_j times 1.001": altered("Q-MS", lambda x: replace(
        x, formula=x.formula.subs(2 * l, l * Rational(2002, 1000)))),
    "SADDLE-WINDOW: upper end 1/sigma_i^2": altered("SADDLE-WINDOW", lambda x: replace(
        x, formula=x.formula.subs(1 / (2 * sigma_i**2), 1 / sigma_i**2))),
    "MOMENTUM-AIRY: 1.001 times": altered("MOMENTUM-AIRY", lambda x: replace(
        x, formula=Eq(x.formula.lhs, Rational(1001, 1000) * x.formula.rhs))),
    "MOMENTUM-AIRY-EDGE: e + 1/1000": altered("MOMENTUM-AIRY-EDGE", lambda x: replace(
        x, formula=x.formula.subs(edge, edge + Rational(1, 1000)))),
    "MOMENTUM-EXPONENT: (1 - beta) not squared": altered("MOMENTUM-EXPONENT", lambda x: replace(
        x, formula=x.formula.subs((1 - beta) ** 2, 1 - beta))),
    "NONORTH-CROSSOVER: one mode from 1/2 on": altered("NONORTH-CROSSOVER", lambda x: replace(
        x, formula=x.formula.subs(Eq(kappa_mode, 1), Eq(kappa_mode, Rational(1, 2))))),
    "NONORTH-CROSSOVER: p_u at kappa/2": altered("NONORTH-CROSSOVER", lambda x: replace(
        x, formula=x.formula.subs(exp(-2 * kappa_c / sin(u_c)), exp(-kappa_c / sin(u_c))))),
    "NONORTH-FLOOR: twice": altered("NONORTH-FLOOR", lambda x: replace(
        x, formula=x.formula.subs(x.formula.rhs, 2 * x.formula.rhs))),
}  # fmt: skip

FALSE: dict[str, Claim] = {
    f"{name} without {what!r}": claims[name].without(what)
    for name in DROPPED
    for what in DROPPED[name]
} | FORMULAS


def test_every_altered_formula_is_another() -> None:
    for claim in FORMULAS.values():
        assert claim.formula != claims[claim.id].formula


def test_every_claim_of_the_chapters_has_a_falsifier_or_says_why_not() -> None:
    ids = {x.id for x in claims.values() if x.chapter in CHAPTERS}
    assert set(FALSIFIERS) | set(OUT_OF_REACH) == ids
    assert not set(FALSIFIERS) & set(OUT_OF_REACH)


@pytest.mark.parametrize("name", FALSE)
def test_a_false_statement_is_refuted(name: str) -> None:
    claim = FALSE[name]
    with pytest.raises(Refuted):
        FALSIFIERS[claim.id](claim, generator(name), 6.0)


@pytest.mark.parametrize("name", FALSIFIERS)
def test_nothing_is_found_against_the_claims_as_they_stand(name: str) -> None:
    assert FALSIFIERS[name](claims[name], generator(name), 0.3) > 0
