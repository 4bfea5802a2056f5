"""The battery of wrong variants: of hypotheses and of meanings; and which of many are taken."""

from __future__ import annotations

from dataclasses import replace as put
from types import ModuleType, SimpleNamespace
from typing import Any

from sympy import And, Eq, Ge, Gt, Le, Ne, Rational, Symbol

from tests.tool.judged.kernel import replaced
from theorem_audit.exact.zero import relations
from theorem_audit.statement.assumption import Assumption
from theorem_audit.statement.claim import Claim, Source
from theorem_audit.statement.meaning import Meaning
from theorem_audit.statement.vocabulary import Item, Kind

x, y, z = (Symbol(name, real=True) for name in "xyz")
n = Symbol("n", integer=True)
STEP = Rational(1, 20)
WAYS = [Item("coin", name, f"the coin is {name}", name, unread="nobody throws it", near=near)
        for name, near in (("any", ("fair",)), ("fair", ("any", "loaded")), ("loaded", ()))]  # fmt: skip
COIN = Kind("coin", "how a coin falls", "any", tuple(WAYS))
# A condition, its sharp form, and what it is widened to.
WIDER: tuple[tuple[Any, Any, list[Any]], ...] = (
    (Ge(x, 0), None, [Ge(x + STEP, 0)]), (Gt(x, 0), None, [Ge(x + STEP, 0)]), (Le(x, 1), None,
     [Ge(1 + STEP - x, 0)]),
    (Ge(n, 2), None, [Ge(n - 1, 0)]), (Ge(n, x), None, [Ge(n - x + STEP, 0)]), (Eq(x, 1), None, []), (Ne(x,
     1), None, []),
    (Ge(x**2, STEP), None, []), (Ge(x, 1), Ge(x, 0), [Ge(x + STEP, 0)]), (Eq(x, 1), Ge(x, 0),
     [And(Ge(x + STEP, 0), Eq(x, 1))]),
    (And(Ge(x, 0), Le(x, 1)), None, [And(Ge(x + STEP, 0), Le(x, 1)), And(Ge(1 + STEP - x, 0), Ge(x, 0))]),
    (And(Ge(x, 0), Le(y, 1)), None, [And(Ge(x + STEP, 0), Le(y, 1)), And(Ge(1 + STEP - y, 0), Ge(x, 0))]),
    (And(Ge(x + y, 1), Ge(x + y, 0, evaluate=False)), Ge(x + y, -1), [Ge(x + y + 1 + STEP, 0)]),
    (And(Ge(x + y, 1), Ge(x - y, 0)), None, [And(Ge(x + y - 1 + STEP, 0), Ge(x - y, 0)),
     And(Ge(x - y + STEP, 0), Ge(x + y, 1))]),
    (Ge(2 * x, 1), Ge(x, 0), [Ge(x + STEP, 0)]), (Ge(2 * x, 1), Le(x, 3), [And(Ge(3 + STEP - x, 0),
     Ge(2 * x, 1))]),
    (Ge(2 * x + y, 1), Ge(x + y, 0), [And(Ge(x + y + STEP, 0), Ge(2 * x + y, 1))]),
    (And(Ge(x, 1), Ge(y, 2)), Ge(x + y, 3), [And(Ge(x + y - 3 + STEP, 0), Ge(x, 1), Ge(y, 2))]),
    (Ge(x, 1), And(Ge(x, 0), Eq(y, 1)), [Ge(x + STEP, 0)]),
)  # fmt: skip


def hypotheses_vary(judge: ModuleType) -> None:
    """Conditions and items dropped, widened, replaced; and meanings."""
    with replaced(judge, kind_of=lambda item: COIN):
        _conditions(judge)
        _items(judge)


def _conditions(judge: ModuleType) -> None:
    for condition, sharp, told in WIDER:
        given = Assumption("given", condition, sharp=sharp)
        made = Claim(
            "ODD",
            "odd",
            Eq(z, x + y + n),
            Source("new", "here"),
            "exact",
            "made",
            assumptions=(given,),
        )
        dropped, *wide = judge.assumption_variants(made)
        assert (dropped.name, dropped.group, dropped.claim.assumptions) == (
            "dropped assumption: given", "dropped assumption", ())  # fmt: skip
        assert (dropped.assumption, dropped.known_wrong, dropped.part, dropped.item) == (
            "given",
            False,
            None,
            "",
        )
        assert {v.claim.assumptions[0].condition for v in wide} == {*told}, (
            condition,
            [v.name for v in wide],
        )
        assert len(wide) == len(told)
        for v in wide:
            assert (v.group, v.assumption, v.known_wrong) == (
                "widened assumption",
                "given",
                sharp is not None,
            )
            assert v.name.startswith("widened assumption: given to ")
            one = v.claim.assumptions[0].condition
            assert v.name.removeprefix("widened assumption: given to ") in {
                str(c) for c in relations(one)
            }


def _items(judge: ModuleType) -> None:
    some, fair, loaded = WAYS
    both = Assumption("fair, and large", Ge(x, 3), item=fair)
    made = Claim(
        "ODD", "odd", Eq(z, x), Source("new", "here"), "exact", "made", assumptions=(both,)
    )
    found = {v.name: v.claim.assumptions for v in judge.assumption_variants(made)}
    assert found == {
        "dropped item: fair": (put(both, item=None),), "other item: fair -> loaded": (put(both, item=loaded),),
        "dropped assumption: fair, and large": (put(both, condition=None),),
        "widened assumption: fair, and large to x - 59/20 >= 0": (put(both, condition=Ge(x - 3 + STEP, 0)),),
    }  # fmt: skip
    for v in judge.assumption_variants(made):
        assert v.item == ("fair" if "item" in v.group else "")
        assert v.name.startswith(f"{v.group}: ")
    made = put(made, assumptions=(Assumption("any", item=some),))
    assert [v.name for v in judge.assumption_variants(made)] == ["other item: any -> fair"]
    last, first = (Meaning(f"the {k} state", value=len) for k in ("last", "first"))
    told = Meaning("the state", value=len, near=(last, first))
    made = put(made, symbols={"x": told, "z": "words"})
    found = [(v.name, v.group, v.item, v.claim.symbols["x"]) for v in judge.meaning_variants(made)]
    group = "other meaning"
    assert found == [(f"{group}: x: {k}", group, "x", k) for k in (last, first)]
    every = [
        *judge.formula_variants(made),
        *judge.assumption_variants(made),
        *judge.meaning_variants(made),
    ]
    assert judge.variants(made) == judge.variants(made, 0) == every
    assert judge.variants(made, 3) == judge.capped(every, 3)
    assert len(judge.variants(made, 3)) == 3


def some_are_taken(judge: ModuleType) -> None:
    """First, middle, quarters: by the power of two that divides an index; of all groups in turn."""
    for size in range(20):
        items = _Counted(range(size))
        assert judge._spread(items) == sorted(items, key=lambda k: (-(k & -k) if k else -99, k))
    group = {"s": "sign", "i": "integer", "d": "dropped item"}
    for rows, cap, told in (
        ("s0 s1 s2 i0 d0", 3, "s0 i0 d0"), ("s0 s1 s2 i0 d0", 4, "s0 s2 i0 d0"), ("s0 s1 s2 i0 d0", 0, ""),
        ("s0 s1 s2 i0 d0", 5, ""), ("s0 s1 s2 i0 d0", 9, ""), ("i0 i1 i2 i3 i4 i5 i6 i7 s0", 4, "i0 i4 i2 s0"),
        ("s0 s1", 1, "s0"),
    ):  # fmt: skip
        made = [SimpleNamespace(name=x, group=group[x[0]]) for x in rows.split()]
        found = [x.name for x in judge.capped(made, cap)]
        assert found == [x for x in rows.split() if x in (told or rows).split()], (rows, cap)


class _Counted(list[int]):
    """Whose length may be asked for a few times; a loop that does not end is told."""

    asked = 0

    def __len__(self) -> int:
        self.asked += 1
        assert self.asked < 40, "without end"
        return super().__len__()
