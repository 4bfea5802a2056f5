"""All evidence by claim, its cases, and how many examples Hypothesis tries in it."""

from __future__ import annotations

from functools import cache
from typing import Any

import hypothesis

from theorem_audit import project
from theorem_audit.checks.mark import Evidence, collect

# On wrong variants any failing example will do, so none is shrunk.
EXAMPLES = {"audit": 50, "audit-quick": 10, "audit-variants": 20}
for _name, _examples in EXAMPLES.items():
    hypothesis.settings.register_profile(
        _name,
        max_examples=_examples,
        deadline=None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
        phases=[
            phase
            for phase in hypothesis.Phase
            if _name != "audit-variants" or phase is not hypothesis.Phase.shrink
        ],
    )


def load_profile(quick: bool) -> None:
    """How many examples Hypothesis tries; evidence takes it as it is imported."""
    hypothesis.settings.load_profile("audit-quick" if quick else "audit")


@cache
def evidence_of(quick: bool = False) -> dict[str, list[Evidence]]:
    """All evidence by claim id (collected once; the Hypothesis profile is set before import)."""
    load_profile(quick)
    return collect()


def start_variant_worker(here: project.Project) -> None:
    """The same for wrong variants; the profile is that of the first import."""
    project.enter(here)
    hypothesis.settings.load_profile("audit-variants")
    collect()


def cases_of(item: Evidence) -> list[tuple[str, dict[str, Any]]]:
    """The (name, keyword arguments) pairs an evidence is run for."""
    if not item.cases:
        return [("", {})]
    return [(name, {"case": value}) for name, value in item.cases.items()]


__all__ = ["cases_of", "evidence_of", "load_profile", "start_variant_worker"]
