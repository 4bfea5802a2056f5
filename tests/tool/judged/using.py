"""The battery of ``doubt/lemmas.py``: what follows from conditions, what does not, and uses of a lemma."""

from __future__ import annotations

from types import ModuleType

from sympy import Eq, Float, Ge, Gt, Integer, Rational, Symbol, false, true

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


def uses_hold(judge: ModuleType) -> None:
    """A use is a condition and a table of exact expressions; of a claim's, there is a tuple a lemma."""
    n = Symbol("n", integer=True)
    for good in (
        {}, {"where": Gt(x, 1)}, {"put": {x: y**2}}, {"put": {x: n}}, {"put": {n: n + 1}}, {"put": {n: 2}},
        {"put": {x: Rational(1, 2)}, "where": Eq(y, 1)}, {"put": {x: y, y: x}},
    ):  # fmt: skip
        put = {k: Integer(v) if isinstance(v, int) else v for k, v in good.get("put", {}).items()}
        made = judge.Use(**{**good, "put": put})
        assert (made.put, made.where) == (put, good.get("where", true))
    for kind, bad, says in (
        (TypeError, {"where": True}, "where=True: a condition"),
        (TypeError, {"where": x}, "a condition is needed"),
        (TypeError, {"where": Symbol("b")}, "a condition is needed"), (ValueError, {"where": false}, "no use"),
        (TypeError, {"put": {"x": y}}, "put={'x': y}"), (TypeError, {"put": {x: 2}}, "an exact expression"),
        (TypeError, {"put": {x: Float("0.5")}}, "exact"), (TypeError, {"put": {x: y + Float("0.5")}}, "exact"),
        (TypeError, {"put": {x: Gt(y, 1)}}, "exact"), (TypeError, {"put": {x + y: y}}, "a symbol and"),
        (ValueError, {"put": {n: y}}, "n is an integer"),
        (ValueError, {"put": {n: Rational(1, 2)}}, "an integer"),
        (TypeError, {"put": {x: y, y: 2}}, "put={y: 2}"),
    ):  # fmt: skip
        assert says in raises(kind, lambda bad=bad: judge.Use(**bad)), bad
    one = judge.Use()
    judge.expect_uses("A", {})
    judge.expect_uses("A", {"L": (one,), "M": (one, one)})
    for wrong in ((), one, [one], (one, "x"), (one, None), "L"):
        for table in ({"L": wrong}, {"K": (one,), "L": wrong}):
            said = raises(TypeError, lambda table=table: judge.expect_uses("A", table))
            assert said == f"applied['L']={wrong!r} in claim A: a tuple of Use(...) is needed"
