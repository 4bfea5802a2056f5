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
import pkgutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

DECIDING = {
    "kernel": "a theorem of Coq whose statement was generated from the claim",
    "symbolic": "an identity, for symbolic n, d, b",
    "certificate": "an inequality on a whole region, by exact Bernstein expansion",
    "ball": "a non-polynomial inequality, by ball arithmetic",
    "cited": "an outside theorem, whose hypotheses are checked here",
}
SUPPORTING = {
    "property": "an identity or inequality on random instances",
    "simulation": "a statement about probabilities, from runs",
    "witness": "one explicit instance: an assumption is needed, or all can hold at once",
    "peer": "another program agrees on the model",
}
KINDS = DECIDING | SUPPORTING


@dataclass(frozen=True)
class Evidence:
    """One function that speaks for one claim.

    steps: the proof steps it decides (deciding kinds) or looks at; "statement" is the whole.
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
        """The pytest node id (without parameters)."""
        path = self.function.__module__.replace(".", "/") + ".py"
        return f"{path}::{self.function.__name__}"


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

    claim: a ``Claim`` or its id.  kind: one of ``KINDS``.  Raises ValueError on an unknown kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kind={kind!r}: allowed are {', '.join(KINDS)}")
    claim_id = claim if isinstance(claim, str) else claim.id
    steps = (step,) if isinstance(step, str) else tuple(step)

    def mark(function: Callable[..., None]) -> Callable[..., None]:
        record = Evidence(claim_id, kind, function, steps, dict(cases or {}), needs, slow)
        marks = [*getattr(function, "evidence_marks", []), record]
        function.evidence_marks = marks  # type: ignore[attr-defined]
        return function

    return mark


class UnknownEvidence(ValueError):
    """An evidence mark names a claim or a proof step that does not exist."""


def collect() -> dict[str, list[Evidence]]:
    """All evidence in ``tests/``, by claim id, in file and line order.

    Raises UnknownEvidence for a mark that names no claim, or a step that its claim does not have.
    """
    from theory import claims

    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    package = importlib.import_module("tests")
    found: dict[str, list[Evidence]] = {claim_id: [] for claim_id in claims}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda x: x.name):
        if not info.name.startswith("test_"):
            continue
        module = importlib.import_module(f"tests.{info.name}")
        for value in vars(module).values():
            if getattr(value, "__module__", None) != module.__name__:
                continue
            for mark in getattr(value, "evidence_marks", ()):
                if mark.claim_id not in found:
                    raise UnknownEvidence(f"{mark.test} speaks for unknown claim {mark.claim_id}")
                known = {*claims[mark.claim_id].steps}
                known |= {"statement"} if mark.kind in SUPPORTING else set()
                unknown = set(mark.steps) - known
                if unknown:
                    raise UnknownEvidence(
                        f"{mark.test}: claim {mark.claim_id} has no step {sorted(unknown)}; it has "
                        f"{claims[mark.claim_id].steps}"
                    )
                found[mark.claim_id].append(mark)
    return found
