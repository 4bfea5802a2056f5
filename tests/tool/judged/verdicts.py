"""The battery of the verdict: the rules of ``verify.py`` on made-up ledgers, and what caps a rank."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from functools import cache
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from sympy import And, Eq, Gt, Ne, Symbol

import verify
from tests.tool.judged.kernel import replaced
from theorem_audit.kinds import MEANING, NO_RUN, NOT_REACHED
from theorem_audit.statement.claim import Claim, Source
from theorem_audit.weigh import unread
from theorem_audit.weigh import verdict as rules
from theorem_audit.weigh.outcome import OUTCOMES, Outcome
from theory import claims
from theory.vocabulary import ORTHONORMAL, UNIT_DATA

X = Symbol("x", real=True)
ONE, TWO, THREE = Eq(X, X + 1, evaluate=False), Gt(X, 2), Ne(X, 7)
KINDS = ("kernel", "symbolic", "certificate", "ball", "cited", "property", "simulation")


def _claim(name: str, rng: random.Random) -> tuple[Claim, bool]:
    """A claim, and whether its steps need prose between them."""
    shape = rng.randrange(8)
    steps = ("statement",) if shape < 3 else ("one", "two")
    parts: dict[str, Any] = {}
    formula = And(ONE, TWO, THREE)
    if shape >= 4:
        parts = {"one": ONE, "two": And(TWO, THREE)}
    if shape == 5:
        parts["two"] = TWO
    if shape == 6:
        parts["two"] = And(TWO, THREE, X < 9)
    if shape == 7 and rng.random() < 0.5:
        del parts["two"]
        parts["one"] = formula
    made = Claim(name, name, formula, Source(rng.choice(["lemma", "open"]), "x"), "exact", "m",
                 steps=steps, parts=parts, cites=("Levy",) if rng.random() < 0.2 else (),
                 carried={"C0": "why"} if rng.random() < 0.3 else {})  # fmt: skip
    covered = parts == {"one": ONE, "two": And(TWO, THREE)}
    return made, len(steps) > 1 and not covered


def _scenario(seed: int) -> tuple[dict[str, Claim], dict[str, bool], dict[str, list[Outcome]]]:
    rng = random.Random(seed)
    claims, prose, outcomes = {}, {}, {}
    for k in range(rng.choice([1, 1, 2, 3])):
        name = f"C{k}"
        claims[name], prose[name] = _claim(name, rng)
        found = []
        for number in range(rng.randrange(5)):
            kind = rng.choice(KINDS)
            bad = rng.random() < 0.15
            what = rng.choice(OUTCOMES) if bad else "passed"
            step = rng.choice([*claims[name].steps, "statement"])
            if step not in claims[name].steps and kind in verify.KINDS and kind != "kernel":
                step = claims[name].steps[0]
            uses = tuple(x for x in claims if x != name and rng.random() < 0.4)
            case, detail = rng.choice(["", "a"]), rng.choice(["", "why"])
            detail = NOT_REACHED if what == "not_run" and case else detail
            beyond = tuple(f"{x}: x > {number}" for x in uses if rng.random() < 0.3)
            found.append(Outcome(name, f"t{number}", kind, (step,), what, checks=1, uses=uses,
                                 case=case, detail=detail, beyond=beyond))  # fmt: skip
        if rng.random() < 0.5:  # decide every step, so that not all is "supported"
            kind = rng.choice(KINDS[1:5])
            found += [Outcome(name, f"d{s}", rng.choice([kind, "symbolic"]), (s,), "passed", checks=1)
                      for s in claims[name].steps]  # fmt: skip
        outcomes[name] = found
    return claims, prose, outcomes


def _expected(
    name: str, claims: dict[str, Claim], prose: dict[str, bool], outcomes: dict[str, list[Outcome]]
) -> tuple[str, bool]:
    """Strength and ``given``, by verify.py's rules."""
    claim, found = claims[name], outcomes[name]
    data = {
        "evidence": [o.as_dict() for o in found], "steps": list(claim.steps), "parts": claim.parts,
        "source": {"kind": claim.source.kind},
    }  # fmt: skip
    own = verify.strength_of(data)
    top = verify.STRENGTHS[:3]
    whole = any(
        o.kind == "kernel" and "statement" in o.steps and o.outcome == "passed" for o in found
    )
    gap = any(
        o.kind == "kernel" and "statement" in o.steps and o.outcome == "not_run" for o in found
    )
    if own in top and prose[name] and not (whole and not gap):
        own = "steps"
    if own == "kernel":
        return own, False
    given = own in ("proved", "certified", "steps") and bool(claim.cites)
    if own in ("proved", "certified", "steps") and not given:
        for step in claim.steps:
            kinds = {o.kind for o in found if step in o.steps and o.outcome == "passed"}
            given = given or (kinds & set(verify.KINDS) == {"cited"})
    deciding = [o for o in found if o.outcome == "passed" and o.kind in verify.KINDS]
    for used in sorted({u for o in deciding for u in o.uses}):
        below, cites = _expected(used, claims, prose, outcomes)
        given = given or cites
        cap = "inconclusive" if below == "refuted" else below
        own = max(own, cap, key=verify.STRENGTHS.index)
        if verify.unsaid(data, used):
            cap = "steps" if used in claim.carried else "supported"
            own = max(own, cap, key=verify.STRENGTHS.index)
    return own, given


Expected = dict[str, tuple[str, bool]]


@cache  # no judge changes them, and each of its mutants is asked about them
def _scenarios() -> list[tuple[dict[str, Claim], dict[str, list[Outcome]], Expected]]:
    made = []
    for seed in range(700):
        claims, prose, outcomes = _scenario(seed)
        expected = {name: _expected(name, claims, prose, outcomes) for name in claims}
        made.append((claims, outcomes, expected))
    return made


BAD = ("refuted", "error", "inconclusive")
GRAPHS: list[tuple[dict[str, list[str]], bool]] = [
    ({"A": ["B"], "B": ["A"]}, True), ({"A": ["A"]}, True), ({"A": ["B"]}, False),
    ({"A": ["B", "C"], "B": ["C"]}, False), ({"C": [], "A": ["B"], "B": ["C", "A"]}, True),
    ({"A": ["B", "B"], "D": ["A", "B"]}, False), ({"A": ["B"], "B": ["C"], "C": ["B"]}, True),
]  # fmt: skip


def verdicts_hold(judge: ModuleType) -> None:
    """The judge's verdicts on many made-up ledgers are those of the second implementation."""
    for seed, (made, outcomes, expected) in enumerate(_scenarios()):
        found = judge.derive(made, outcomes)
        assert set(found) == set(outcomes)
        for name, verdict in found.items():
            strength, given = expected[name]
            suffix = "_given" if given and strength in ("proved", "certified", "steps") else ""
            assert verdict.name == strength + suffix, (seed, name)
            assert bool(verdict.reasons) or strength in ("kernel", "proved", "certified")
            if "given" in verdict.name:
                assert verdict.given
            if verdict.own in ("refuted", "inconclusive"):
                what = [o.outcome for o in outcomes[name]]
                worst = next(x for x in BAD if x in what)
                assert sum(x.startswith(worst) for x in verdict.reasons) == what.count(worst)
            elif left := [o for o in outcomes[name] if o.detail == NOT_REACHED]:
                assert verdict.own == "unchecked"
                count = f"{len(left)} of {len(outcomes[name])} not reached"
                assert verdict.reasons[0] == f"the run was cut short: {count}"
            else:
                said = [x for x in verdict.reasons if x.startswith("kernel: not checked here")]
                gates = [o for o in outcomes[name] if (o.kind, o.outcome) == ("kernel", "not_run")]
                assert said == [
                    f"kernel: not checked here ({o.detail or 'not run'})" for o in gates
                ]
            if verdict.strength == verdict.own.removesuffix("_given"):
                assert not any(x.startswith("rests on") for x in verdict.reasons)
            used = {u for o in outcomes[name] if o.outcome == "passed" and o.kind in verify.KINDS
                    for u in o.uses}  # fmt: skip
            assert verdict.uses == tuple(sorted(used))
            if strength in ("refuted", "inconclusive") and verdict.own == strength:
                assert any(w in verdict.reasons[0] for w in ("refuted", "error", "inconclusive"))
    for graph, there in GRAPHS:
        circle = judge.find_cycle(graph)
        assert (circle is not None) == there
        if circle:
            assert circle[0] == circle[-1]
            assert len(circle) == len(set(circle)) + 1
    a = {x: _claim(x, random.Random(1))[0] for x in "AB"}
    with pytest.raises(judge.CyclicUse, match=r"A -> B -> A|B -> A -> B"):
        judge.derive(a, {x: [Outcome(x, "t", "symbolic", a[x].steps, "passed", uses=(y,))]
                         for x, y in ("AB", "BA")})  # fmt: skip


def accepts_caps(judge: ModuleType, norm: Any, mine: Any, whole: Any) -> None:
    """Wrong variants that the evidence accepts cap the rank, but the kernel's; they lift nothing."""
    its = Outcome("STEP", "t", "symbolic", claims["STEP"].steps, "passed", checks=1)

    def found(*outcomes: Any, wrong: tuple[str, ...] = ("x", "y")) -> tuple[str, tuple[str, ...]]:
        table = {"NORM": list(outcomes), "STEP": [its]}
        said = judge.derive({"STEP": claims["STEP"], "NORM": norm}, table, accepted={"NORM": wrong})
        return said["NORM"].name, said["NORM"].reasons

    assert found(mine) == ("supported", ("its evidence accepts wrong variants: x; y",))
    assert found(mine, wrong=()) == ("proved", ())
    assert found(whole) == ("kernel", ())
    assert found(replace(mine, outcome="refuted"))[0] == "refuted"


def caps_hold(judge: ModuleType, reads: ModuleType = unread) -> None:
    """NORM on STEP: a hypothesis that nobody read, and a lemma beyond its setting, cap the rank."""
    step, norm = claims["STEP"], claims["NORM"]

    def passed(claim_id: str, kind: str, *read: str, **more: Any) -> Any:
        steps = more.pop("steps", claims[claim_id].steps)
        return Outcome(claim_id, "t", kind, steps, "passed", checks=1, read=read, **more)

    def verdict(claim: Any, *outcomes: Any, its: str = "symbolic") -> tuple[str, tuple[str, ...]]:
        table = {"NORM": list(outcomes), "STEP": [passed("STEP", its)]}
        found = judge.derive({"STEP": step, "NORM": claim}, table)["NORM"]
        return found.name, found.reasons

    mine = passed("NORM", "symbolic", "region", uses=("STEP",))
    assert verdict(norm, mine) == ("proved", ())
    alone = passed("NORM", "symbolic", "region")
    name, reasons = verdict(norm, alone, passed("NORM", "search"))
    assert name == "supported"
    assert reasons == ("nothing that decides or searches read: orthonormal data",)
    assert verdict(norm, alone, passed("NORM", "variants"))[0] == "supported", "without a search"
    assert reads.unread(norm, [alone]) == [], "nothing was doubted"
    assert verdict(norm, alone, passed("NORM", "search", "data"))[0] == "proved"
    assert verdict(norm, mine, passed("NORM", "search"))[0] == "proved", "STEP supposes data"
    prose = replace(norm, carried={"STEP": "why"})
    name, reasons = verdict(prose, mine, passed("NORM", "search"))
    assert name == "supported", "of a carried lemma's setting nothing is asked"
    assert reasons[0] == "nothing that decides or searches read: orthonormal data"
    unsure = replace(passed("NORM", "search", "data"), outcome="inconclusive")
    assert reads.unread(norm, [alone, unsure]) == ["orthonormal data"]
    assert reads.unread(norm, [alone, unsure, passed("NORM", "property", "data")]) == [
        "orthonormal data"
    ]
    whole = passed("NORM", "kernel", steps=("statement",))
    assert verdict(norm, whole, alone, passed("NORM", "search")) == ("kernel", ())
    assert reads.unread(norm, [whole, passed("NORM", "search")]) == []
    part = passed("NORM", "kernel", steps=("another",))
    assert reads.unread(norm, [part, passed("NORM", "search", "data")]) == ["deviation"]
    accepts_caps(judge, norm, mine, whole)
    wider = norm.with_item(ORTHONORMAL, UNIT_DATA)
    name, reasons = verdict(wider, mine)
    assert name == "supported"
    assert reasons[-1].startswith("uses a lemma beyond its setting: STEP supposes orthonormal")
    carried = replace(wider, carried={"STEP": "why"})
    assert verdict(carried, mine) == ("steps", ("STEP is carried over in prose: why",))
    less = replace(mine, beyond=("STEP: h > 0", "STEPS: h > 1", "STEP: h > 2"))
    said = "STEP: h > 0 is not shown to hold; STEP: h > 2 is not shown to hold"
    assert verdict(norm, less) == ("supported", (f"uses a lemma beyond its setting: {said}",))
    assert verdict(norm, mine, replace(less, kind="simulation"))[0] == "proved"
    assert verdict(norm, mine, replace(less, outcome="not_run", steps=("other",)))[0] == "proved"
    assert verdict(replace(norm, carried={"STEP": "why"}), less)[0] == "steps"
    simulated = passed("NORM", "simulation", uses=("STEP",))
    assert verdict(carried, simulated)[0] == "supported", "carrying over lifts nothing"
    assert verdict(wider, passed("NORM", "kernel", steps=("statement",), uses=("STEP",))) == (
        "kernel",
        (),
    )
    assert reads.read_by_machine({"NORM": norm}, {"NORM": [alone]}) == (1, 2)


def both_hold(judge: ModuleType) -> None:
    """Against the second implementation, and the caps."""
    verdicts_hold(judge)
    caps_hold(judge)


def reads_hold(judge: ModuleType) -> None:
    """The caps, where a mutant says what nothing read; and which symbols were played."""
    with replaced(rules, unread=judge.unread):
        caps_hold(rules, judge)
    norm, step = claims["NORM"], claims["STEP"]
    first, second = norm.names[:2]
    told = {"NORM": norm, "STEP": step}

    def found(
        *read: str, kind: str = "search", outcome: str = "passed", detail: str = ""
    ) -> Outcome:
        return Outcome("NORM", "t", kind, (), outcome, read=read, detail=detail)

    one = found(f"{MEANING}{first}", "region", f"{MEANING}{first}", f"{MEANING}no such symbol")
    unsure = found(f"{MEANING}{second}", outcome="inconclusive")
    for outcomes, played in (([], 0), ([one], 1), ([unsure], 0), ([one, unsure], 1),
                             ([one, found(f"{MEANING}{second}", kind="simulation")], 2)):  # fmt: skip
        assert judge.meanings_played(told, {"NORM": outcomes}) == (played, len(norm.names)), (
            outcomes
        )
    both = {"NORM": [one], "STEP": [found(f"{MEANING}{step.names[0]}")]}
    assert judge.meanings_played(told, both) == (2, len(norm.names) + len(step.names))
    held = {"A": SimpleNamespace(names=("x", "y", "z"), out_of_reach=("y", "z"))}
    never = found(kind="search", detail=f"{NO_RUN}: why")
    for outcomes, beyond in (
        ([], 2), ([found(f"{MEANING}y")], 1), ([found(f"{MEANING}x")], 2), ([never], 3),
        ([never, found(f"{MEANING}x")], 2), ([replace(never, kind="witness")], 2),
        ([replace(never, detail=f"a word, and {NO_RUN}")], 2), ([found(f"{MEANING}y", outcome="error")], 2),
    ):  # fmt: skip
        assert judge.out_of_reach(held, {"A": outcomes}) == beyond, outcomes


def outcomes_hold(judge: ModuleType) -> None:
    """An outcome as JSON holds it, its short name, and the claims that passed deciding evidence read."""
    made = judge.Outcome("A", "tests/a/t.py::test_x", "ball", ("one", "two"), "passed", "case", uses=("B",),
                         notes=("n",), witness={"x": "1"})  # fmt: skip
    plain = json.loads(json.dumps(made.as_dict()))
    assert (plain["steps"], plain["witness"], plain["power"]) == (["one", "two"], {"x": "1"}, None)
    assert judge.Outcome.from_dict(plain) == made
    assert judge.where(made) == "test_x[case]"
    assert judge.where(replace(made, case="", test="a::b::test_y")) == "test_y"
    assert judge.where(replace(made, test="alone")) == "alone[case]"
    assert judge.uses_of([]) == ()
    for changed, used in (
        ({}, ("B",)), ({"outcome": "not_run"}, ()), ({"outcome": "refuted"}, ()), ({"kind": "property"}, ()),
        ({"kind": "search"}, ()), ({"kind": "kernel", "uses": ("D", "C", "D")}, ("C", "D")),
    ):  # fmt: skip
        assert judge.uses_of([replace(made, **changed)]) == used, changed
    assert judge.uses_of([replace(made, uses=("C", "A")), made]) == ("A", "B", "C")
