"""The battery of ``doubt/lemmas.py``: what follows from conditions, what does not, and uses of a lemma."""

from __future__ import annotations

from types import ModuleType

from sympy import Eq, Ge, Gt, Symbol, true

from tests.tool.judged.tools import raises
from theorem_audit.statement import Use
from theorem_audit.tests.test_lemmas import DOES_NOT, FOLLOWS, LEMMA, claim, x, y, z


def lemmas_hold(judge: ModuleType) -> None:
    """As the tests by hand say."""
    for region, condition in FOLLOWS:
        assert judge.follows(condition, region), (condition, region)
    for region, condition in DOES_NOT:
        assert not judge.follows(condition, region), (condition, region)
    other = Symbol("x_k", real=True)
    for uses, region, beyond, reader in (
        ((Use({x: y**2}),), true, (), ()),
        ((Use({x: y}),), true, ("LEMMA: x >= 0, which is y >= 0 here",), ()),
        ((Use({x: y}),), Gt(y, 1), (), ()),
        ((Use({x: y**2}), Use()), true, ("LEMMA: x >= 0",), ()),
        ((Use({x: other}),), true, (), ("LEMMA: x >= 0, which is x_k >= 0 here",)),
        ((Use(where=Gt(x, 1)),), true, (), ("LEMMA: used where x > 1",)),
        ((Use(where=Gt(y, 1)),), true, ("LEMMA: x >= 0",), ("LEMMA: used where y > 1",)),
    ):
        found = judge.asked(claim(Eq(z, x + y), region, applied={"LEMMA": uses}), LEMMA)
        assert (found.beyond, found.reader) == (beyond, reader), uses
    for region, beyond in (
        (true, ("LEMMA: x >= 0",)),
        (Ge(x, 0), ()),
        (Ge(x, -1), ("LEMMA: x >= 0",)),
    ):
        found = judge.asked(claim(Eq(z, x), region), LEMMA)
        assert (found.beyond, found.reader) == (beyond, ())
    assert judge.asked(claim(Gt(x, -5)), LEMMA).beyond == ("LEMMA: x >= 0",)
    assert judge.asked(claim(Eq(z, y)), LEMMA).reader == ("LEMMA: x >= 0",)
    assert raises(
        ValueError, lambda: judge.asked(claim(Eq(z, x), applied={"LEMMA": (Use({y: x}),)}), LEMMA)
    )
