"""The battery of evidence as jobs: what a worker does first, around a job and after it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from tests.tool.judged.handed import SEED, answers_are_looked_at, row_of
from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import module_there
from theorem_audit.checks.mark import Evidence
from theorem_audit.project import ProjectError
from theorem_audit.reuse.index import Row
from theorem_audit.reuse.reads import CHILD
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.workers import Last


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
    answers_are_looked_at(judge)


def _made(judge: ModuleType) -> None:
    one, two = row_of("A", "f", cases=("x", "y")), row_of("A", "g")
    other = row_of("B", "h")
    table = {"A": [one, two], "B": [other], "C": []}
    assert judge.jobs_for(["B", "A", "C"], table) == [
        (("B", other, ""), other), (("A", one, "x"), one), (("A", one, "y"), one), (("A", two, ""), two),
    ]  # fmt: skip

    def f(claim: Any) -> None:
        """Nothing."""

    f.__module__ = "tests.m"
    items = [
        Evidence("A", "witness", f, ("s",), {"x": 1, "y": 2}, "big", True),
        Evidence("A", "ball", f),
    ]
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
            judge, project=SimpleNamespace(enter=lambda x, log=log: log.append(("enter", x)),
                ProjectError=ProjectError),
                watch=lambda log=log: log.append(("watch",)),
            load_profile=lambda x, log=log: log.append(("profile", x)), look_at=lambda _,
                m=modules: SimpleNamespace(modules=m),
            Recorder=Recorder, growing=growing, importlib=SimpleNamespace(import_module=lambda x,
                log=log: log.append((x,))),
            _import_all=lambda x, log=log: log.append(("all", x)), Leftovers=lambda: "left", LEFT=None,
                RECORDER=None,
        ):  # fmt: skip
            first = [
                ("enter", here), ("watch",), ("profile", True),
                ("recorder", Path("/r"), Path("/r/output"), {str(Path("/r/a.py")): "a"}), ("starts",),
                ("grows",),
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

        def files(
            package: Any, wanted: Any, load: Any, does: Any = does, log: list[str] = log
        ) -> Any:
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

        with replaced(
            judge, modules=files, imported=imported, tables=lambda does=does: does("tables")
        ):
            judge._import_all(Here())
        middle = [] if broken == "modules" else ["tests.test_a", "tests.test_broken", "after"]
        assert log == ["claims", "modules", *middle, "tables"], broken


def _before(judge: ModuleType) -> None:
    """The claim and its evidence are imported, with all that the jobs need; searches' tables where they are."""
    given = lambda claim: None  # noqa: E731
    given.hypothesis = True  # type: ignore[attr-defined]
    for names, hypothesis in (
        (("tests.a", "tests.b"), False),
        (("tests.a", "tests.drawn"), True),
        (None, None),
    ):
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
        here = _Here()
        judge.KNOWN[:] = [{"old"}]
        with (
            module_there("tests.drawn", f=given), module_there("tests.b", f=3),
            replaced(
                judge, imported=imported, project=SimpleNamespace(claims=lambda c=claims: c,
                    current=lambda h=here: h),
                tables=lambda log=log: _breaks(log, "tables"),
                    _read_constants=lambda log=log: log.append("constants"),
                list_imported=lambda *x, log=log: log.append(x),
            ),
        ):  # fmt: skip
            judge._before(("A", None if names is None else Marked(), ""))
            expected: list[Any] = ["claim A"]
            if names is not None:
                expected += ["marked", *names]
                expected += ["tables"] * ("tests.b" in names) + ["constants"] * bool(hypothesis)
            assert log == [*expected, ("tests", names or sys.modules)]
            assert judge.KNOWN == [judge.IMPORTED.names()] == [{*sys.modules}]
            if "tables" in log:  # what did not come to its end is done again, what did is not
                judge.tables = lambda log=log: log.append("all")
                for _ in range(2):
                    judge._before(("A", Marked(), ""))
                assert log.count("all") == 1
        judge.KNOWN[:] = [frozenset()]


class _Here:
    falsifiers, evidence = "tests.b", "tests"


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
        providers = SimpleNamespace(
            **({"_get_local_constants": lambda a=asked: a.append("read")} if there else {})
        )
        mine, other = ("theorem_audit.weigh.jobs", "_read_constants"), ("tests.m", "f")
        recorder = SimpleNamespace(reads={(judge.__name__, "_read_constants"): {"x"}, other: {"y"}})
        for known in (recorder, None):
            with replaced(
                judge,
                RECORDER=known,
                importlib=SimpleNamespace(import_module=lambda _, p=providers: p),
            ):
                judge._read_constants()
                judge._read_constants()
        assert (recorder.reads, mine[1]) == ({other: {"y"}}, "_read_constants")
        assert asked == ["read"] * 4 * there


def _left(judge: ModuleType) -> None:
    names = (
        "numpy.made_up",
        "tests.made_up",
        "theory.made_up",
        "theorem_audit.made_up",
        "__mp_main__.x",
        "known_one",
    )
    for name in names:
        sys.modules[name] = ModuleType(name)
    try:
        before = frozenset(sys.modules) - {*names}
        with replaced(judge, KNOWN=[before | {"known_one"}]):
            assert judge._left() == b"numpy.made_up"
        with replaced(judge, KNOWN=[before]):
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
    for (given, more), quick, limit, everything in zip(
        log[1::2], (True, False), (1200.0, 5.0), (False, True), strict=True
    ):
        work, start, arguments = given
        assert (work.func, work.args, work.keywords) == (
            judge._serve,
            (),
            {"run_seed": SEED, "quick": quick},
        )
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
        assert judge._work(("A", None, ""), SEED, True) == (
            ("vacuous", "the claim", SEED),
            {"about": "the claim"},
        )
    more = {"case": "c", "run_seed": SEED, "quick": True, "imports": ["tests.a", "tests.c.d"]}
    assert asked == [(("m", "the claim"), more)]


def _serves(judge: ModuleType) -> None:
    """An answer is the last one where a file of the theory was first imported, or something acts afterwards."""
    owner = ("tests.m", "f")
    here = SimpleNamespace(theory="theory", evidence="tests")
    for row, imports, left, used, reads, expected, last in (
        (True, (), False, False, {owner: {"x"}}, {owner: {"x"}}, False),
        (True, (), None, False, {}, {}, False),
        (True, (), True, False, {}, {}, True), (False, (), True, False, {}, {}, True),
        (True, ("tests.made_up",), False, False, {}, {}, True),
        (True, ("theory.made_up",), False, False, {}, {}, True),
        (True, ("numpy.made_up", "tests_of_others"), False, False, {}, {}, False),
        (False, ("tests.made_up",), False, False, {}, {}, False),
        (False, ("tests.made_up",), None, False, {}, {}, False),
        (True, (), False, True, {owner: {"x"}}, {owner: {"x", CHILD}}, False),
        (True, (), False, True, {("a", "b"): {"x"}}, {("a", "b"): {"x"}, owner: {CHILD}}, False),
        (False, (), False, True, {}, {}, False), ("kernel", (), False, True, {}, {}, False),
        (True, (), False, False, None, {}, False),
    ):  # fmt: skip
        log: list[Any] = []

        class Marked:
            module, binding, kind = "tests.m", "f", "kernel" if row == "kernel" else "symbolic"

            @property
            def marked(self, log: list[Any] = log) -> int:
                log.append("marked")
                return 1

        def work(
            job: Any, seed: int, quick: bool, log: list[Any] = log, imports: Any = imports
        ) -> str:
            log.append((job[0], seed, quick))
            for name in imports:
                sys.modules[name] = ModuleType(name)
            return "said"

        children = iter([0, int(used)])
        with replaced(
            judge, project=SimpleNamespace(claims=lambda log=log: _Asked(log), current=lambda: here),
                _work=work,
            RECORDER=None if reads is None else SimpleNamespace(reads=reads),
            LEFT=None if left is None else SimpleNamespace(left=lambda left=left: left),
                _of_children=lambda c=children: next(c),
        ):  # fmt: skip
            try:
                found = judge._serve(("A", Marked() if row else None, ""), SEED, True)
            finally:
                for name in imports:
                    del sys.modules[name]
        answer = ("said", expected)
        assert found == (Last(answer) if last else answer), (row, imports, left, used)
        assert log == ["claim A", *(["marked"] if row else []), ("A", SEED, True)]
        assert reads is None or CHILD not in {x for y in reads.values() for x in y}, (
            "the recorder's own is left"
        )


def _children(judge: ModuleType) -> None:
    usage = SimpleNamespace(ru_utime=1.5, ru_minflt=7, ru_stime=3)
    asked: list[int] = []
    system = SimpleNamespace(RUSAGE_CHILDREN=-1, getrusage=lambda who: asked.append(who) or usage)
    with replaced(judge, resource=system):
        assert judge._of_children() == (1.5, 7)
    assert asked == [-1]
    with replaced(judge, resource=None):
        assert judge._of_children() == ()


__all__ = ["jobs_hold"]
