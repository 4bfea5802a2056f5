"""What becomes of a wrong variant, played: evidence and searches whose answers are written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType, ModuleType, SimpleNamespace
from typing import Any

from sympy import And, Ge, Gt, Le, Symbol

from tests.tool.judged.kernel import replaced
from theorem_audit.checks.mark import Evidence
from theorem_audit.doubt import compare
from theorem_audit.doubt.variants import Variant
from theorem_audit.tests.made_up import claim
from theorem_audit.weigh.outcome import Outcome

x, y = Symbol("x", real=True), Symbol("y", real=True)
PARTS = (Ge(y, x), Le(x, 3))
ODD = claim(And(*PARTS), Gt(x, 0), carried={"CARRIED": "why"}, survivors={"excused": "it is true"})
LEMMA = claim(Ge(y, 0), name="LEMMA")
SEED = 7
NO: Mapping[str, Any] = MappingProxyType({})
DIFFERENT = compare.DIFFERENT


def item(name: str, kind: str = "symbolic", **more: Any) -> Evidence:
    def function(claim: Any) -> None:
        """Run by nobody."""

    function.__name__ = name
    function.__module__ = "tests.m"
    return Evidence("ODD", kind, function, **more)


PROOF, BALL, PROPERTY = item("proof"), item("ball", "ball"), item("property", "property")
SLOW_PROPERTY, SIMULATION = item("slow", "property", slow=True), item("runs", "simulation")
SLOW_PROOF, KERNEL = item("slow_proof", slow=True), item("coq", "kernel")
CASES = item("cases", cases={"a": 1, "b": 2})


class Play:
    """Who says what: of the claim itself, of variants by their names, and where a search finds something."""

    def __init__(
        self, judge: ModuleType, *items: Evidence, itself: Mapping[str, Any] = NO, wrong: Mapping[str,
            Any] = NO,
        finds: Mapping[str, float] = NO, against: str = "", harmless: Mapping[Any, str] = NO,
        larger: tuple[str, ...] = (), gaps: Mapping[str, list[str]] = NO,
    ) -> None:  # fmt: skip
        self.judge, self.items, self.itself, self.wrong = judge, items, itself, wrong
        self.finds, self.against, self.harmless, self.larger = finds, against, harmless, larger
        self.gaps = gaps
        self.asked: list[str] = []
        self.limits: list[float] = []
        self.searched: list[tuple[str, float]] = []
        self.compared: list[bool] = []

    def outcome(self, item: Evidence, case: str, said: Any) -> Outcome:
        more = {"outcome": said} if isinstance(said, str) else dict(said)
        return Outcome(
            "ODD", item.test, item.kind, item.steps, more.pop("outcome", "passed"), case, **more
        )

    def on_itself(self, item: Evidence, about: Any, *, case: str, run_seed: int) -> Outcome:
        assert (about, run_seed) == (ODD, SEED)
        name = item.function.__name__ + case
        self.asked.append(f"{name} itself")
        return self.outcome(item, case, self.itself.get(name, "passed"))

    def on_variant(
        self, item: Evidence, own: Any, wrong: Any, passed: Outcome, call: Any
    ) -> Outcome:
        assert own is ODD
        assert call[0] is item.function
        self.limits.append(call[1])
        name = item.function.__name__ + passed.case
        self.asked.append(f"{name} {wrong.title}")
        return self.outcome(
            item, passed.case, self.wrong.get(self.asked[-1], self.wrong.get(name, "passed"))
        )

    def counterexample(self, wrong: Any, seconds: float) -> Any:
        self.searched.append((wrong.title, seconds))
        if seconds < self.finds.get(wrong.title, 9.0):
            return None
        return SimpleNamespace(detail="d" * 400, witness={"x": "1"})

    def is_harmless(self, about: Any, part: Any, *, thorough: bool) -> str:
        assert about is ODD
        self.compared.append(thorough)
        return self.harmless.get((part, thorough), self.harmless.get(thorough, DIFFERENT))

    @contextmanager
    def on(self) -> Iterator[Any]:
        """The module judged, with these in the place of what it asks."""
        cases = lambda item: [("", {})] if not item.cases else [(k, {}) for k in item.cases]  # noqa: E731
        with replaced(
            self.judge,
            project=SimpleNamespace(claims=lambda: {"ODD": ODD, "LEMMA": LEMMA, "CARRIED": LEMMA}),
            collected=SimpleNamespace(evidence_of=lambda: {"ODD": [*self.items]}, cases_of=cases),
            unasked=SimpleNamespace(on_itself=self.on_itself, on_variant=self.on_variant, forget=lambda: None),
            counterexample=self.counterexample, against_itself=lambda _: self.against,
            limited=lambda function, limit: (function, limit), harmless=self.is_harmless,
            beyond=lambda wrong, lemma: self.gaps.get(wrong.title, []),
            _larger=lambda variant, about: ((size, replace(ODD, title=f"by {size}")) for size in self.larger),
        ):  # fmt: skip
            self.judge.forget()
            self.judge._kept.clear()
            self.judge.ask_in_order()
            yield self.judge

    def tries(self, variant: Variant, **more: Any) -> Any:
        """What became of one."""
        with self.on() as judge:
            return judge.try_variant(variant, run_seed=SEED, **more)


def changed_part(name: str = "slip", index: int = 0, **more: Any) -> Variant:
    part = Ge(y, x + 1)
    about = replace(ODD, title=name, formula=And(part, PARTS[1]))
    return Variant(
        **{"name": name, "group": "coefficient", "claim": about, "part": (index, part), **more}
    )


def dropped(name: str = "dropped", **more: Any) -> Variant:
    about = replace(ODD, title=name, assumptions=())
    return Variant(
        **{
            "name": name,
            "group": "dropped assumption",
            "claim": about,
            "assumption": "given",
            **more,
        }
    )


def other_item(name: str = "other") -> Variant:
    return Variant(name, "other item", replace(ODD, title=name), item="data")


@contextmanager
def replaced_claim(own: Any) -> Iterator[None]:
    """The theory's claim by another one."""
    global ODD
    kept, ODD = ODD, own
    try:
        yield
    finally:
        ODD = kept


def told(tried: Any) -> tuple[str, str, bool]:
    assert 0 <= tried.seconds < 60
    assert tried.claim_id == "ODD"
    return tried.outcome, tried.by, tried.deciding
