"""The battery of evidence as jobs: what a worker does first, around a job and after it, and what is no answer."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import module_there, raises
from theorem_audit.checks.mark import Evidence
from theorem_audit.project import ProjectError
from theorem_audit.reuse.index import Row
from theorem_audit.reuse.reads import CHILD
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.workers import Last, Lost

SEED = 7


def _row(claim: str, name: str, kind: str = "symbolic", cases: tuple[str, ...] = ("",), **more: Any) -> Row:
    plain: dict[str, Any] = {"slow": False, **more}
    return Row(claim, kind, "tests.m", name, 0, name, ("statement",), "", plain.pop("slow"), cases, **plain)


def jobs_hold(judge: ModuleType) -> None:
    """Each part alone, with all that it asks replaced by what notes that it was asked."""
    _made(judge)
    _starts(judge)
    _imports_all(judge)
    _before(judge)
    _constants(judge)
    _left(judge)
    _crew(judge)
    _works(judge)
    _serves(judge)
    _children(judge)
    _looks(judge)
    _runs(judge)
    _order(judge)
    _forged(judge)


def _made(judge: ModuleType) -> None:
    one, two = _row("A", "f", cases=("x", "y")), _row("A", "g")
    other = _row("B", "h")
    table = {"A": [one, two], "B": [other], "C": []}
    assert judge.jobs_for(["B", "A", "C"], table) == [
        (("B", other, ""), other), (("A", one, "x"), one), (("A", one, "y"), one), (("A", two, ""), two),
    ]  # fmt: skip

    def f(claim: Any) -> None:
        """Nothing."""

    f.__module__ = "tests.m"
    items = [Evidence("A", "witness", f, ("s",), {"x": 1, "y": 2}, "big", True), Evidence("A", "ball", f)]
    f.evidence_marks = items  # type: ignore[attr-defined]
    rows = [
        Row("A", "witness", "tests.m", "f", 0, "f", ("s",), "big", True, ("x", "y")),
        Row("A", "ball", "tests.m", "f", 1, "f", ("statement",), "", False, ("",)),
    ]
    assert [judge.row_of(x) for x in items] == rows
    with replaced(judge, evidence_of=lambda: {"A": items, "B": []}):
        assert judge.jobs_for(["A"]) == [
            (("A", rows[0], "x"), rows[0]), (("A", rows[0], "y"), rows[0]), (("A", rows[1], ""), rows[1]),
        ]  # fmt: skip
    assert judge._claim_of(("A", one, "x")) == "A"
    assert judge._claim_of(("A", None, "")) is None
    apart = judge.APART
    assert (apart.key, apart.before, apart.begin, apart.left, apart.after) == (
        judge._claim_of, judge._before, judge._begin, judge._left, judge._after,
    )  # fmt: skip
    with replaced(judge, LEFT=None, Leftovers=lambda: "begun"):
        judge._begin()
        assert judge.LEFT == "begun"


def _starts(judge: ModuleType) -> None:
    for everything, broken in ((False, False), (True, False), (False, True)):
        log: list[Any] = []

        def note(*what: Any, log: list[Any] = log) -> None:
            log.append(what)

        def package(broken: bool = broken, log: list[Any] = log) -> None:
            log.append(("package",))
            if broken:
                raise ProjectError("no such package")

        here = SimpleNamespace(
            root=Path("/r"), path=lambda key: Path("/r", key), theory_package=package,
            evidence_package=lambda log=log: log.append(("evidence",)),
        )  # fmt: skip

        class Recorder:
            def __init__(self, *given: Any, log: list[Any] = log) -> None:
                log.append(("recorder", *given))

            def start(self, log: list[Any] = log) -> None:
                log.append(("starts",))

        @contextmanager
        def growing(log: list[Any] = log) -> Iterator[None]:
            log.append(("grows",))
            yield

        modules = {"a": SimpleNamespace(file=Path("/r/a.py"))}
        with replaced(
            judge, project=SimpleNamespace(use=lambda x, log=log: log.append(("use", x)), ProjectError=ProjectError),
            os=SimpleNamespace(chdir=lambda x, log=log: log.append(("chdir", x))), watch=lambda log=log: log.append(("watch",)),
            load_profile=lambda x, log=log: log.append(("profile", x)), look_at=lambda _, m=modules: SimpleNamespace(modules=m),
            Recorder=Recorder, growing=growing, importlib=SimpleNamespace(import_module=lambda x, log=log: log.append((x,))),
            _import_all=lambda x, log=log: log.append(("all", x)), Leftovers=lambda: "left", LEFT=None, RECORDER=None,
        ):  # fmt: skip
            first = [
                ("use", here), ("chdir", Path("/r")), ("watch",), ("profile", True),
                ("recorder", Path("/r"), Path("/r/output"), {str(Path("/r/a.py")): "a"}), ("starts",), ("grows",),
                ("package",),
            ]  # fmt: skip
            if broken:
                try:
                    judge.start_worker(here, True)
                    raise AssertionError("it goes on")
                except SystemExit as error:
                    assert error.code == 1
                assert log == first
                continue
            judge.start_worker(here, True, *([True] if everything else []))
            late = [(x,) for x in judge.LATE]
            assert log == [*first, ("evidence",), *late, *([("all", here)] if everything else [])]
            assert judge.LEFT == "left"
            assert isinstance(judge.RECORDER, Recorder)
        note()
    assert {x.removeprefix("theorem_audit.") for x in judge.LATE} == {
        "kernel.axioms", "kernel.gate", "kernel.judge", "doubt.challenge", "doubt.doubts",
    }  # fmt: skip


def _imports_all(judge: ModuleType) -> None:
    """Each of the three, whatever the others do; a file that breaks stops no other one."""
    for broken in ("none", "claims", "modules", "tables"):
        log: list[str] = []

        def does(what: str, broken: str = broken, log: list[str] = log) -> Any:
            log.append(what)
            if what == broken:
                raise ValueError(what)
            return {}

        def files(package: Any, wanted: Any, load: Any, does: Any = does, log: list[str] = log) -> Any:
            does("modules")
            assert wanted is judge.is_test
            yield load("tests.test_a")
            assert load("tests.test_broken") is None
            log.append("after")

        def imported(name: str, log: list[str] = log) -> Any:
            log.append(name)
            if name.endswith("broken"):
                raise ValueError(name)
            return name

        class Here:
            def evidence_package(self) -> None:
                return None

            @property
            def claims(self, does: Any = does) -> Any:
                return does("claims")

        with replaced(judge, modules=files, imported=imported, tables=lambda does=does: does("tables")):
            judge._import_all(Here())
        middle = [] if broken == "modules" else ["tests.test_a", "tests.test_broken", "after"]
        assert log == ["claims", "modules", *middle, "tables"], broken


def _before(judge: ModuleType) -> None:
    """The claim and its evidence are imported, with all that the jobs need; searches' tables where they are."""
    given = lambda claim: None  # noqa: E731
    given.hypothesis = True  # type: ignore[attr-defined]
    for names, hypothesis in ((("tests.a", "tests.b"), False), (("tests.a", "tests.drawn"), True), (None, None)):
        log: list[Any] = []

        class Marked:
            first = names or ()

            @property
            def marked(self, log: list[Any] = log) -> int:
                log.append("marked")
                return 1

        def imported(name: str, log: list[Any] = log) -> None:
            log.append(name)
            if name == "tests.a":
                raise ValueError

        claims = _Asked(log)
        here = SimpleNamespace(falsifiers="tests.b", evidence="tests")
        judge.KNOWN.clear()
        judge.KNOWN.add("old")
        with (
            module_there("tests.drawn", f=given), module_there("tests.b", f=3),
            replaced(
                judge, imported=imported, project=SimpleNamespace(claims=lambda c=claims: c, current=lambda h=here: h),
                tables=lambda log=log: _breaks(log, "tables"), _read_constants=lambda log=log: log.append("constants"),
                list_imported=lambda *x, log=log: log.append(x),
            ),
        ):  # fmt: skip
            judge._before(("A", None if names is None else Marked(), ""))
            expected: list[Any] = ["claim A"]
            if names is not None:
                expected += ["marked", *names]
                expected += ["tables"] * ("tests.b" in names) + ["constants"] * bool(hypothesis)
            assert log == [*expected, ("tests", names or sys.modules)]
            assert {*sys.modules} == judge.KNOWN
        judge.KNOWN.clear()


class _Asked(dict[str, Any]):
    def __init__(self, log: list[Any]) -> None:
        super().__init__(A=1)
        self.log = log

    def __getitem__(self, key: str) -> Any:
        self.log.append(f"claim {key}")
        return super().__getitem__(key)


def _breaks(log: list[Any], what: str) -> None:
    log.append(what)
    raise ValueError(what)


def _constants(judge: ModuleType) -> None:
    """What of Hypothesis is called on the tool's own behalf is nobody's read."""
    for there in (True, False):
        asked: list[str] = []
        providers = SimpleNamespace(**({"_get_local_constants": lambda a=asked: a.append("read")} if there else {}))
        mine, other = ("theorem_audit.weigh.jobs", "_read_constants"), ("tests.m", "f")
        recorder = SimpleNamespace(reads={(judge.__name__, "_read_constants"): {"x"}, other: {"y"}})
        for known in (recorder, None):
            with replaced(judge, RECORDER=known, importlib=SimpleNamespace(import_module=lambda _, p=providers: p)):
                judge._read_constants()
                judge._read_constants()
        assert (recorder.reads, mine[1]) == ({other: {"y"}}, "_read_constants")
        assert asked == ["read"] * 4 * there


def _left(judge: ModuleType) -> None:
    names = ("numpy.made_up", "tests.made_up", "theory.made_up", "theorem_audit.made_up", "__mp_main__.x", "known_one")
    for name in names:
        sys.modules[name] = ModuleType(name)
    try:
        before = {*sys.modules} - {*names}
        with replaced(judge, KNOWN={*before, "known_one"}):
            assert judge._left() == b"numpy.made_up"
        with replaced(judge, KNOWN=before):
            assert judge._left().split() == [b"numpy.made_up", b"known_one"]
    finally:
        for name in names:
            del sys.modules[name]
    asked: list[str] = []

    def load(name: str) -> None:
        asked.append(name)
        raise ImportError

    with replaced(judge, importlib=SimpleNamespace(import_module=load)):
        judge._after(b"one two.three \xff")
        judge._after(b"")
    assert asked == ["one", "two.three", "�"]


def _crew(judge: ModuleType) -> None:
    log: list[Any] = []

    def hire(*given: Any, **more: Any) -> str:
        log.append((given, more))
        return "crew"

    with replaced(
        judge, set_up=lambda: log.append("set up"), Crew=hire, project=SimpleNamespace(current=lambda: "here"),
    ):  # fmt: skip
        assert judge.crew(3, run_seed=SEED, quick=True) == "crew"
        assert judge.crew(3, run_seed=SEED, quick=False, limit=5.0, everything=True) == "crew"
    for (given, more), quick, limit, everything in zip(log[1::2], (True, False), (1200.0, 5.0), (False, True), strict=True):
        work, start, arguments = given
        assert (work.func, work.args, work.keywords) == (judge._serve, (), {"run_seed": SEED, "quick": quick})
        assert (start, arguments) == (judge.start_worker, ("here", quick, everything))
        assert more == {"workers": 3, "limit": limit, "answers": (Outcome,), "apart": judge.APART}
    assert log[::2] == ["set up"] * 2


def _works(judge: ModuleType) -> None:
    claims = {"A": "the claim"}
    asked: list[Any] = []
    outcome = Outcome("A", "t", "symbolic", (), "passed", uses=("A", "MADE-UP"))

    def run(*given: Any, **more: Any) -> Outcome:
        asked.append((given, more))
        return outcome

    row = SimpleNamespace(marked="m", near=("tests.a", "theory.b", "tests.c.d", "testing"))
    here = SimpleNamespace(evidence="tests")
    with replaced(
        judge, project=SimpleNamespace(claims=lambda: claims, current=lambda: here), run_evidence=run,
        vacuous=lambda *x: ("vacuous", *x), instances=SimpleNamespace(about=lambda x: {"about": x}),
    ):  # fmt: skip
        assert judge._work(("A", row, "c"), SEED, True) == replace(outcome, uses=("A",))
        assert judge._work(("A", None, ""), SEED, True) == (("vacuous", "the claim", SEED), {"about": "the claim"})
    more = {"case": "c", "run_seed": SEED, "quick": True, "imports": ["tests.a", "tests.c.d"]}
    assert asked == [(("m", "the claim"), more)]


def _serves(judge: ModuleType) -> None:
    """An answer is the last one where a file of the theory was first imported, or something acts afterwards."""
    owner = ("tests.m", "f")
    here = SimpleNamespace(theory="theory", evidence="tests")
    for row, imports, left, used, reads, expected, last in (
        (True, (), False, False, {owner: {"x"}}, {owner: {"x"}}, False), (True, (), None, False, {}, {}, False),
        (True, (), True, False, {}, {}, True), (False, (), True, False, {}, {}, True),
        (True, ("tests.made_up",), False, False, {}, {}, True), (True, ("theory.made_up",), False, False, {}, {}, True),
        (True, ("numpy.made_up", "tests_of_others"), False, False, {}, {}, False),
        (False, ("tests.made_up",), False, False, {}, {}, False), (False, ("tests.made_up",), None, False, {}, {}, False),
        (True, (), False, True, {owner: {"x"}}, {owner: {"x", CHILD}}, False),
        (True, (), False, True, {("a", "b"): {"x"}}, {("a", "b"): {"x"}, owner: {CHILD}}, False),
        (False, (), False, True, {}, {}, False), ("kernel", (), False, True, {}, {}, False), (True, (), False, False, None, {}, False),
    ):  # fmt: skip
        log: list[Any] = []

        class Marked:
            module, binding, kind = "tests.m", "f", "kernel" if row == "kernel" else "symbolic"

            @property
            def marked(self, log: list[Any] = log) -> int:
                log.append("marked")
                return 1

        def work(job: Any, seed: int, quick: bool, log: list[Any] = log, imports: Any = imports) -> str:
            log.append((job[0], seed, quick))
            for name in imports:
                sys.modules[name] = ModuleType(name)
            return "said"

        children = iter([0, int(used)])
        with replaced(
            judge, project=SimpleNamespace(claims=lambda log=log: _Asked(log), current=lambda: here), _work=work,
            RECORDER=None if reads is None else SimpleNamespace(reads=reads),
            LEFT=None if left is None else SimpleNamespace(left=lambda left=left: left), _of_children=lambda c=children: next(c),
        ):  # fmt: skip
            try:
                found = judge._serve(("A", Marked() if row else None, ""), SEED, True)
            finally:
                for name in imports:
                    del sys.modules[name]
        answer = ("said", expected)
        assert found == (Last(answer) if last else answer), (row, imports, left, used)
        assert log == ["claim A", *(["marked"] if row else []), ("A", SEED, True)]
        assert reads is None or CHILD not in {x for y in reads.values() for x in y}, "the recorder's own is left"


def _children(judge: ModuleType) -> None:
    usage = SimpleNamespace(ru_utime=1.5, ru_minflt=7, ru_stime=3)
    asked: list[int] = []
    system = SimpleNamespace(RUSAGE_CHILDREN=-1, getrusage=lambda who: asked.append(who) or usage)
    with replaced(judge, resource=system):
        assert judge._of_children() == (1.5, 7)
    assert asked == [-1]
    with replaced(judge, resource=None):
        assert judge._of_children() == ()


ABOUT: Mapping[str, Any] = {"instance": {}, "boundary": []}


class _Says:
    """A crew that answers each job as it is told to."""

    def __init__(self, *said: Any) -> None:
        self.said, self.jobs = said, list[Any]()

    def run(self, jobs: Any) -> Iterator[tuple[Any, Any]]:
        self.jobs += jobs
        yield from zip(jobs, self.said, strict=True)


def _looks(judge: ModuleType) -> None:
    empty = Outcome("A", judge.LOOK, "witness", (), "error", seed=SEED, detail="none")
    more = {"run_seed": SEED, "quick": True}
    says = _Says(((None, ABOUT), {}), ((replace(empty, claim_id="B"), ABOUT), {}), Lost("it ended"))
    found = [*judge.look(["A", "B", "C"], workers=says, **more)]
    assert found == [
        ("A", (None, ABOUT)), ("B", (replace(empty, claim_id="B"), ABOUT)),
        ("C", (replace(empty, claim_id="C", detail="it ended"), {"instance": None, "boundary": []})),
    ]  # fmt: skip
    assert says.jobs == [("A", None, ""), ("B", None, ""), ("C", None, "")]
    for bad in (
        None, 3, (None, ABOUT), ((None, ABOUT), {}, 1), ((None, {}), {}), ((None, {**ABOUT, "more": 1}), {}), ((3, ABOUT), {}),
        ((replace(empty, claim_id="B"), ABOUT), {}), ((replace(empty, kind="ball"), ABOUT), {}), ((None, 3), {}),
        ((replace(empty, steps=("s",)), ABOUT), {}), ((replace(empty, outcome="passed"), ABOUT), {}), ((None, []), {}),
    ):  # fmt: skip
        ((claim_id, (why, about)),) = judge.look(["A"], workers=_Says(bad), **more)
        assert (claim_id, why) == ("A", replace(empty, detail=judge.FORGED)), bad
        assert about == judge.LOST
        assert judge._strange(bad, "A") == judge.FORGED
    assert judge._strange(((empty, ABOUT), {}), "A") == ""
    with replaced(judge, _work=lambda job, seed, quick: (job, seed, quick)):
        assert [*judge.look(["A"], workers=None, **more)] == [("A", (("A", None, ""), SEED, True))]


def _runs(judge: ModuleType) -> None:
    row, slow = _row("A", "f"), _row("A", "g", slow=True)
    pairs = [(("A", row, ""), row), (("A", slow, ""), slow)]
    good = Outcome("A", row.test, "symbolic", ("statement",), "passed", checks=1, seed=SEED)
    opened: list[Any] = []
    says = _Says((good, {("m", "f"): {"file"}}))
    found = [*judge.run_jobs(pairs, run_seed=SEED, quick=True, workers=says, reads=opened.append)]
    left = Outcome("A", slow.test, "symbolic", ("statement",), "not_run", seed=SEED, detail="slow evidence is left out by --quick")
    assert found == [(pairs[1][0], left), (pairs[0][0], good)]
    assert says.jobs == [pairs[0][0]]
    assert opened == [{("m", "f"): {"file"}}]
    asked = Outcome("A", row.test, "symbolic", ("statement",), "error", seed=SEED)
    for said, detail in (
        (Lost("it ended"), "it ended"), (good, f"{judge.FORGED}: it is no pair"),
        ((replace(good, claim_id="B"), {}), f"{judge.FORGED}: its claim_id is another"),
        ((good, {("a", "b"): {3}}), f"{judge.FORGED}: what was opened is no text"),
    ):  # fmt: skip
        opened.clear()
        ((_, outcome),) = judge.run_jobs(pairs[:1], run_seed=SEED, quick=True, workers=_Says(said), reads=opened.append)
        assert (outcome, opened) == (replace(asked, detail=detail), []), said
    slow_good = replace(good, test=slow.test)
    both = _Says((slow_good, {}), (good, {}))
    with replaced(judge, _work=lambda job, seed, quick: (job, seed, quick)):
        here = [*judge.run_jobs(pairs[:1], run_seed=SEED, quick=False, workers=None)]
    assert here == [(pairs[0][0], (pairs[0][0], SEED, False))]
    got = [*judge.run_jobs(pairs[::-1], run_seed=SEED, quick=False, workers=both)]
    assert [o for _, o in got] == [slow_good, good]


def _order(judge: ModuleType) -> None:
    """The longest claims first, each as a whole, and what decides before what supports."""
    rows = [
        _row("A", "f", "property"), _row("A", "g", "symbolic"), _row("B", "h", "simulation"), _row("C", "i", "symbolic"),
        _row("D", "j", "symbolic", slow=True), _row("C", "k", "symbolic", ("x",)), _row("E", "l", "certificate"),
    ]  # fmt: skip
    pairs = [((r.claim_id, r, r.cases[0]), r) for r in rows]

    def order(seconds: Mapping[Any, float]) -> str:
        says = _Says(*(Lost("") for _ in pairs))
        for _ in judge.run_jobs(pairs, run_seed=SEED, quick=False, workers=says, seconds=seconds):
            pass
        return "".join(job[1].name for job in says.jobs)

    assert order({}) == "jgfhlik", "2; 0.31 + 0.1; 0.33; 0.21; 0.1 + 0.1"
    assert order({pairs[3][0]: 1.5, pairs[5][0]: 1.5}) == "ikjgfhl"
    assert order({pairs[0][0]: 0.0, pairs[1][0]: 0.0, pairs[4][0]: 0.0}) == "hlikgfj"
    assert order({pairs[2][0]: 0.21}) == "jgfhlik", "by name where they are as long"
    assert (judge.SLOW, judge.USUAL["simulation"]) == (2.0, 0.33)


def _forged(judge: ModuleType) -> None:
    for said, why in (
        (("o", {}), ""), (("o", {("a", "b"): {"x", "y"}}), ""), (("o", {("a", "b"): ("x",)}), ""), (("o", {("a", "b"): set()}), ""),
        ("o", "it is no pair"), (("o", {}, 1), "it is no pair"), (["o", {}], "it is no pair"), (("o", []), "it is no pair"),
        (("o",), "it is no pair"), (("o", {("a", "b"): 3}), "what was opened is no set of texts"),
        (("o", {("a", "b"): "x"}), "what was opened is no set of texts"), (("o", {"ab": {"x"}}), "what was opened is no set of texts"),
        (("o", {("a", "b", "c"): {"x"}}), "what was opened is no set of texts"),
        (("o", {("a", 3): {"x"}}), "what was opened is no text"), (("o", {("a", "b"): {"x", 3}}), "what was opened is no text"),
        (("o", {("a", "b"): {"x"}, ("c", "d"): {3}}), "what was opened is no text"),
    ):  # fmt: skip
        assert judge._forged(said) == why, said
    assert raises(TypeError, lambda: judge._forged(*[1, 2]))


__all__ = ["jobs_hold"]
