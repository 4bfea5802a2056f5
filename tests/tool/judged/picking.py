"""The battery of ``statement/conjuncts.py``: each word that asks for a conjunct, against lists by hand."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from sympy import And, Eq, Ge, Gt, Le, Lt, Max, Ne, Or, Tuple, symbols, true

from tests.tool.judged.tools import outcome

X, Y, Z = symbols("x y z", real=True)
EQUAL, ABOVE, BELOW, STRICT = Eq(X, Y + 1), Ge(Y, Z), Le(Y, 3), Lt(Z, X)
NEITHER = Or(Eq(Z, 0), Gt(Max(Z, Y), 4))
WHOLE = Tuple(EQUAL, ABOVE, BELOW, STRICT, Ne(Y, 7), NEITHER)

ASKED = (
    ((), {}, [0, 1, 2, 3, 4, 5]),
    ((Y,), {}, [0, 1, 2, 4, 5]),
    ((X, Y), {}, [0]),
    ((Max,), {}, [5]),
    ((Y + 1,), {}, [0]),
    ((), {"without": [X]}, [1, 2, 4, 5]),
    ((), {"without": (X, Max)}, [1, 2, 4]),
    ((Y,), {"without": [Z]}, [0, 2, 4]),
    ((), {"symbols": [Y]}, [2, 4]),
    ((), {"symbols": {X, Z}}, [3]),
    ((), {"symbols": []}, []),
    ((), {"kind": "equation"}, [0]),
    ((), {"kind": "inequality"}, [1, 2, 3]),
    ((), {"side": Y}, [1, 2, 4]),
    ((), {"side": Y + 1}, [0]),
    ((), {"side": X}, [0, 3]),
    ((), {"lesser": Y}, [2]),
    ((), {"greater": Y}, [1]),
    ((), {"lesser": Z, "greater": X}, [3]),
    ((), {"lesser": Z}, [1, 3]),
    ((), {"greater": X, "kind": "equation"}, []),
)


def _kind(call: Callable[[], Any]) -> str:
    return outcome(call)[0]


def _said(call: Callable[[], Any]) -> str:
    return outcome(call)[1]


def conjuncts_hold(judge: ModuleType) -> None:
    """What is found, what is refused, and that no first of several is taken."""
    for of, words, places in ASKED:
        expected = [WHOLE.args[x] for x in places]
        assert judge.matching(WHOLE, *of, **words) == expected, (of, words)
        assert judge.matching(WHOLE, *of, number=len(places), **words) == expected
        for other in {0, 1, 2} - {len(places)}:
            seen = _kind(lambda n=other, o=of, w=words: judge.matching(WHOLE, *o, number=n, **w))
            assert seen == "inconclusive", (of, words, other)
        one = _kind(lambda o=of, w=words: judge.conjunct(WHOLE, *o, **w))
        assert (one == "inconclusive") == (len(places) != 1), (of, words)
        if len(places) == 1:
            assert judge.conjunct(WHOLE, *of, **words) == expected[0]
    assert judge.matching(EQUAL) == [EQUAL]
    assert judge.matching(true) == []
    assert judge.conjunct(And(EQUAL, BELOW), kind="inequality") == BELOW
    for words in ({"kind": "equality"}, {"without": X}, {"symbols": X}):
        assert _kind(lambda w=words: judge.matching(WHOLE, **w)) == "ValueError", words
    assert judge.equated(WHOLE) == {X: Y + 1}
    assert judge.equated(And(EQUAL, Eq(Y, 2), BELOW)) == {X: Y + 1, Y: 2}
    assert judge.equated(BELOW) == {}
    assert _kind(lambda: judge.equated(Tuple(EQUAL, Eq(X, 2)))) == "inconclusive"
    _words(judge)


def _words(judge: ModuleType) -> None:
    """What was asked for stands in the message, and nothing that was not."""
    said = _said(lambda: judge.conjunct(And(ABOVE, BELOW), Y, side=Y))
    assert said.endswith(f"has 2 conjuncts, with ({Y},), on a side {Y}; needed: 1"), said
    said = _said(lambda: judge.matching(BELOW, without=[Y], symbols=[X], kind="equation", number=3))
    asked = "without (y,), of symbols {x}, of kind equation"
    assert said == f"{BELOW} has 0 conjuncts, {asked}; needed: 3", said
    said = _said(lambda: judge.conjunct(BELOW, lesser=X, greater=Z))
    assert said == f"{BELOW} has 0 conjuncts, as lesser side x, as greater side z; needed: 1", said
    assert _said(lambda: judge.matching(BELOW, kind="x")) == (
        "kind='x': 'equation', 'inequality' or '' is needed"
    )
    for name in ("without", "symbols"):
        said = _said(lambda n=name: judge.matching(BELOW, **{n: X}))
        assert said == f"{name}=x: a sequence of expressions is needed"


__all__ = ["conjuncts_hold"]
