"""The ``evidence`` mark: which claim a function speaks for, of which kind, on which proof step.

    @evidence("TRACE", "symbolic")
    def test_trace_from_the_hessian(claim):
        expect_identity(claim.formula, {...})

An evidence function takes the claim as an argument and reads ``claim.formula`` and ``claim.region``,
so that the same function can be run against a wrong variant.  It may be wrapped by Hypothesis
(``@given`` below ``@evidence``) and may take one ``case`` from the table ``cases``.
It needs no pytest: ``audit`` runs it directly, and the plugin hands it to pytest.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from theorem_audit import project
from theorem_audit.checks.over_nothing import give
from theorem_audit.errors import NoEvidence, UnknownEvidence
from theorem_audit.guard import Left, no_exit
from theorem_audit.kinds import DECIDING, DOUBTS, KINDS, SUPPORTING
from theorem_audit.passed_by import came_by, marks_passed_by
from theorem_audit.statement.discovery import modules
from theorem_audit.unreached import EVIDENCE, unreached


@dataclass(frozen=True)
class Evidence:
    """One function that speaks for one claim.

    steps: the proof steps it decides (deciding kinds) or looks at; "statement" is the whole, which a
    theorem of the kernel may decide for any claim.
    cases: table of instances, name -> value; the function is run once for each.
    needs: the assumption that this witness shows to be needed, if it is one.
    slow: left out by ``--quick``.
    """

    claim_id: str
    kind: str
    function: Callable[..., None]
    steps: tuple[str, ...] = ("statement",)
    cases: Mapping[str, Any] = field(default_factory=dict)
    needs: str = ""
    slow: bool = False

    @property
    def test(self) -> str:
        """The pytest node id (without parameters), relative to what holds the evidence package."""
        path = self.function.__module__.replace(".", "/") + ".py"
        return f"{path}::{self.function.__name__}"

    @property
    def key(self) -> str:
        """What the evidence's random streams are keyed by: a file may move, and the draws stay."""
        return f"{self.claim_id}:{self.function.__name__}"


def evidence(
    claim: Any,
    kind: str,
    *,
    step: str | tuple[str, ...] = "statement",
    cases: Mapping[str, Any] | None = None,
    needs: str = "",
    slow: bool = False,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Mark a function as evidence.

    claim: a ``Claim`` or its id; the function is handed the claim by its argument ``claim``.
    kind: one of ``KINDS``.
    step: the step of the claim's proof, or several, that it decides or supports.
    cases: name -> value; the function is called once for each, and handed the value by its argument ``case``.
    needs: the name of an assumption: a witness that the claim fails without it.
    slow: left out by ``--quick``.

    Raises ValueError on an unknown kind, a table without a case, and a kind that decides on a function that
    Hypothesis hands random instances.

        @evidence("EDGE", "witness", needs="below the edge", cases={"at 2/h": 2, "above": 3})
        def test_no_decrease_at_the_edge(claim, case): ...
    """
    if kind not in KINDS:
        raise ValueError(f"kind={kind!r}: allowed are {', '.join(KINDS)}")
    if cases is not None and not cases:
        raise ValueError("cases={}: a table without a case; the evidence would check nothing of it")
    claim_id = claim if isinstance(claim, str) else claim.id
    steps = (step,) if isinstance(step, str) else tuple(step)

    def mark(function: Callable[..., None]) -> Callable[..., None]:
        if kind in DECIDING and hasattr(function, "hypothesis"):
            raise ValueError(
                f"kind={kind!r} of {function.__name__}: instances that Hypothesis draws decide nothing; they "
                "support (kind 'property')"
            )
        record = Evidence(claim_id, kind, function, steps, dict(cases or {}), needs, slow)
        marks = [*getattr(function, "evidence_marks", []), record]
        function.evidence_marks = marks  # type: ignore[attr-defined]
        _note(function)
        came_by(sys._getframe(1))
        give(getattr(_written(function), "__globals__", {}))
        return function

    return mark


_MARKED = "__marked_as_evidence__"  # where a module keeps what was marked while it was imported


def _note(function: Any) -> None:
    """Keep what is marked in its own module, and in all modules that are being imported now.

    With it goes the name of the module that marks: a factory may stand elsewhere.  What is marked within a
    function while nothing is imported is nobody's evidence.
    """
    frame, makers = inspect.currentframe(), list[dict[str, Any]]()
    while frame is not None:
        if frame.f_code.co_name == "<module>":
            name = frame.f_globals.get("__name__", "")
            module = sys.modules.get(name)
            if name != "__main__" and getattr(module, "__dict__", None) is frame.f_globals:
                makers.append(frame.f_globals)
        frame = frame.f_back
    own = vars(sys.modules[function.__module__])
    if "<locals>" not in _written(function).__qualname__ and all(x is not own for x in makers):
        makers.append(own)
    for held in makers:
        held.setdefault(_MARKED, {})[id(function)] = (function, makers[0]["__name__"])


def nothing_hidden(module: ModuleType) -> None:
    """Raise UnknownEvidence for a marked function that nothing would collect, or not as itself.

    A second one of its name hides it, a class, a list or nothing at all holds it, another one says the same
    name, or a module that is no file of evidence marks it.
    """
    found = {id(value) for value in vars(module).values() if hasattr(value, "evidence_marks")}
    for function, maker in vars(module).get(_MARKED, {}).values():
        name = f"{function.__module__}.{_written(function).__qualname__}"
        if maker == module.__name__ and id(function) not in found:
            raise UnknownEvidence(
                f"{name} (line {_line(function)}) is marked as evidence, and is not found: a later function "
                f"has its name, or no name at the top of {maker} is bound to it (a class or a list holds it)"
            )
        if maker == module.__name__ != function.__module__:
            raise UnknownEvidence(
                f"{name} is marked as evidence in {maker}, and is a function of {function.__module__}: "
                "write the function where it is marked"
            )
        if maker != module.__name__ and not _collected(maker):
            raise UnknownEvidence(_nobodys(name, maker))
    for value in vars(module).values():
        home = getattr(value, "__module__", None) or ""
        if (
            getattr(value, "evidence_marks", ())
            and home != module.__name__
            and not _collected(home)
        ):
            raise UnknownEvidence(_nobodys(f"{home}.{value.__name__}", home))
    _told_apart(module)
    if said := marks_passed_by(module, evidence):
        raise UnknownEvidence(said)


def outside(module: ModuleType) -> str:
    """What to say of evidence that importing a chapter marks, outside the package of evidence; or empty."""
    for function, maker in vars(module).get(_MARKED, {}).values():
        if not _collected(maker):
            return _nobodys(f"{function.__module__}.{_written(function).__qualname__}", maker)
    return ""


def nothing_hidden_so_far() -> None:
    """The same for each module of evidence that is imported by now, whoever did it (pytest)."""
    for name, module in list(sys.modules.items()):
        if isinstance(module, ModuleType) and _collected(name):
            nothing_hidden(module)


def _nobodys(name: str, home: str) -> str:
    return (
        f"{name} is marked as evidence, and {home} is no test_*.py of the package of evidence: "
        "nothing collects it"
    )


def _collected(name: str) -> bool:
    """Whether a module of this name is looked into for evidence."""
    package, parts = project.current().evidence, name.split(".")
    if not f"{name}.".startswith(f"{package}."):
        return False
    if not is_test(parts[-1]) and not hasattr(sys.modules.get(name), "__path__"):
        return False
    places = (".".join(parts[:n]) for n in range(package.count(".") + 1, len(parts) + 1))
    return all(getattr(sys.modules.get(x), "EVIDENCE", True) for x in places)


def _told_apart(module: ModuleType) -> None:
    """Raise UnknownEvidence where two of a module's evidences share claim, name and case.

    Outcomes are kept by these, so that one would take the other's place.
    """
    seen: dict[tuple[str, str, str], tuple[str, Any, list[str]]] = {}
    for binding, value in vars(module).items():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        for mark in {id(x): x for x in getattr(value, "evidence_marks", ())}.values():
            for case in map(str, mark.cases or ("",)):
                key = (mark.claim_id, mark.function.__name__, case)
                first, function, kinds = seen.setdefault(key, (binding, value, []))
                if function is not value or (first == binding and mark.kind in kinds):
                    raise UnknownEvidence(
                        f"{module.__name__}.{first} (line {_line(function)}) and {module.__name__}.{binding} "
                        f"(line {_line(value)}) are two evidences for {mark.claim_id} with one name, "
                        f"{key[1]}{f', and one case, {case}' if case else ''}: only one outcome would be kept"
                    )
                kinds.append(mark.kind)


def _written(function: Any) -> Any:
    """The function as it stands in its file, below what wraps it (Hypothesis, functools.wraps)."""
    function = inspect.unwrap(function)
    return getattr(getattr(function, "hypothesis", None), "inner_test", function)


def _line(function: Any) -> int | str:
    code = getattr(_written(function), "__code__", None)
    return code.co_firstlineno if code else "?"


LEFT_OUT: dict[str, str] = {}  # files of evidence that skipped themselves, and what they say


def imported(name: str) -> ModuleType | None:
    """A module of evidence; None where it skips itself, which ``LEFT_OUT`` then tells."""
    path = name.replace(".", "/") + ".py"
    try:
        with no_exit():
            return importlib.import_module(name)
    except Exception as seen:  # noqa: BLE001 - whatever a file does at its import is told
        error = seen.__cause__ or seen if isinstance(seen, Left) else seen
        if type(error).__name__ in ("Skipped", "SkipTest"):  # of pytest and of unittest
            LEFT_OUT[path] = str(error)
            return None
        raise UnknownEvidence(
            f"{path} cannot be imported: {type(error).__name__}: {error}"
        ) from error


def no_assumption(test: str, claim_id: str, needs: str, names: Iterable[str]) -> str:
    """What to say of a witness that no assumption of its claim is called by: it would show nothing."""
    known = ", ".join(map(repr, names)) or "none"
    return f"{test}: claim {claim_id} has no assumption {needs!r}; it has {known}"


def is_test(name: str) -> bool:
    """Whether a module of the evidence package is looked into for evidence, by its last name."""
    return name.startswith("test_")


def collect() -> dict[str, list[Evidence]]:
    """All evidence of the current project, by claim id: reading order of files, then line order.

    Raises UnknownEvidence for a mark that names no claim, or a step that its claim does not have, and
    for a file that cannot be imported; NoEvidence where no file holds any.  A file that skips itself
    (``pytest.importorskip``) is left out, and ``LEFT_OUT`` says why.
    """
    here = project.current()
    claims = here.claims
    found: dict[str, list[Evidence]] = {claim_id: [] for claim_id in claims}
    package = here.evidence_package()
    for place in package.__path__:
        for said in unreached(Path(place), EVIDENCE, is_test):
            raise UnknownEvidence(said)
    for module in modules(package, is_test, imported):
        if module is None:
            continue
        nothing_hidden(module)
        for value in vars(module).values():
            if getattr(value, "__module__", None) != module.__name__:
                continue
            for mark in getattr(value, "evidence_marks", ()):
                if mark.claim_id not in found:
                    raise UnknownEvidence(f"{mark.test} speaks for unknown claim {mark.claim_id}")
                known = {*claims[mark.claim_id].steps}
                known |= {"statement"} if mark.kind in {*SUPPORTING, "kernel"} else set()
                unknown = set(mark.steps) - known
                if unknown:
                    raise UnknownEvidence(
                        f"{mark.test}: claim {mark.claim_id} has no step {sorted(unknown)}; it has "
                        f"{claims[mark.claim_id].steps}"
                    )
                names = [x.name for x in claims[mark.claim_id].assumptions]
                if mark.needs and mark.needs not in names:
                    raise UnknownEvidence(
                        no_assumption(mark.test, mark.claim_id, mark.needs, names)
                    )
                found[mark.claim_id].append(mark)
    if not any(found.values()):
        raise NoEvidence(
            f"{here.file}: evidence = {here.evidence!r}: no test_*.py in {Path(str(package.__file__)).parent} "
            "holds a function marked @evidence"
        )
    return found


__all__ = [
    "DECIDING", "DOUBTS", "KINDS", "LEFT_OUT", "SUPPORTING", "Evidence", "NoEvidence", "UnknownEvidence",
    "collect", "evidence", "imported", "no_assumption", "nothing_hidden_so_far", "outside",
]  # fmt: skip
