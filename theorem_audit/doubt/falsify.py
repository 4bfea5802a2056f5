"""Random search for counterexamples: ``audit falsify``.

A *falsifier* of a claim reads nothing but the claim: it draws settings inside the claim's own region,
boundaries first, plays them with a reference of its own, and raises ``Refuted`` with a witness where the
formula fails.  It is no deciding evidence, and no claim rises by it; it is what makes a hypothesis that
is missing, or a title that says too much, visible.

The project names the package that holds them (``falsifiers = "tests.falsify"``).  Each of its modules may
have two tables::

    FALSIFIERS: dict[str, Falsifier] = {"GD-RATE": rates, ...}
    OUT_OF_REACH: dict[str, str] = {"GD-LIMIT": "one line why runs cannot reach it", ...}

where ``rates(claim, rng, seconds)`` plays for about ``seconds`` and returns how many cases it played.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import numpy as np

from theorem_audit import project
from theorem_audit.doubt.outside import BUT, excluded
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.discovery import modules
from theorem_audit.weigh.workers import Crew, Lost

Falsifier = Callable[[Claim, np.random.Generator, float], int]
LONGEST = 16.0  # seconds: the longest share of a search that has played no case yet
GRACE = 300.0  # seconds beyond its share after which a falsifier that does not end is given up


@dataclass(frozen=True)
class Found:
    """What a search came to.

    outcome: ``held`` (no counterexample), ``falsified`` (``detail`` and ``witness`` say where),
    ``out of reach`` (``detail`` says why no run can tell), ``missing`` (nobody wrote a falsifier) or
    ``error`` (the falsifier broke, or played nothing).
    """

    claim_id: str
    outcome: str
    cases: int = 0
    seconds: float = 0.0
    detail: str = ""
    witness: Mapping[str, str] = field(default_factory=dict)

    @property
    def bad(self) -> bool:
        """Whether something must be done about it."""
        return self.outcome in ("falsified", "missing", "error")


class Held(Found):
    """No counterexample was found."""


class Falsified(Found):
    """A counterexample was found: ``detail`` and ``witness`` say where."""


KINDS: dict[str, type[Found]] = {"held": Held, "falsified": Falsified}


class DoubleFalsifier(ValueError):
    """Two modules speak for one claim, or one both searches and says that no run can reach it."""


def tables() -> tuple[dict[str, Falsifier], dict[str, str]]:
    """The project's falsifiers, and the reasons where there is none, by claim id.

    Raises DoubleFalsifier for a claim that is named twice, and ProjectError for one that does not exist.
    """
    here = project.current()
    searches: dict[str, Falsifier] = {}
    reasons: dict[str, str] = {}
    if not here.falsifiers:
        return searches, reasons
    for module in modules(
        here.import_from("falsifiers", here.falsifiers), lambda name: name[:5] != "test_"
    ):
        for name, found in (("FALSIFIERS", searches), ("OUT_OF_REACH", reasons)):
            for claim_id, value in getattr(module, name, {}).items():
                if claim_id not in here.claims:
                    raise project.ProjectError(
                        f"{module.__name__}.{name}: {claim_id!r} is no claim"
                    )
                if found.get(claim_id) is value:
                    continue  # the same table, imported by another module
                if name == "OUT_OF_REACH" and not (isinstance(value, str) and value.strip()):
                    raise project.ProjectError(
                        f"{module.__name__}.{name}: no word why no run can reach {claim_id}"
                    )
                if claim_id in searches or claim_id in reasons:
                    raise DoubleFalsifier(
                        f"{module.__name__}.{name}: {claim_id} is spoken for already"
                    )
                found[claim_id] = value
    return searches, reasons


def played(play: Callable[[float], int], seconds: float) -> int:
    """How many cases ``play(seconds)`` comes to; where that is none, it is asked for one in a longer time.

    A region may hold no case that can be drawn, so there is an end: four times its share, or LONGEST.
    """
    cases, share = 0, seconds
    while cases == 0 and share <= max(LONGEST, 4 * seconds):
        cases, share = play(share), 4 * share
        if isinstance(cases, bool):  # one case, to Python
            raise TypeError(f"{cases}: a search gives back how many cases it played")
    return cases


def falsify(claim: Claim, *, seconds: float = 2.0, seed: int = 0) -> Found:
    """Search for a counterexample to ``claim`` for about ``seconds``; the object itself is read.

    A wrong variant (``dataclasses.replace(claim, ...)``) is searched as that object.  The search is the
    same for the same seed but for where time cuts it.

    >>> import theorem_audit as audit
    >>> audit.falsify(claims["STEP"]).outcome  # doctest: +SKIP
    'held'
    """
    if not seconds > 0:
        raise ValueError(f"seconds={seconds!r}: more than 0")
    searches, reasons = tables()
    if claim.id in reasons:
        return Found(claim.id, "out of reach", detail=reasons[claim.id])
    if claim.id not in searches:
        return Found(claim.id, "missing", detail="no falsifier, and no line why there is none")
    rng = np.random.default_rng(np.random.SeedSequence([seed, crc32(claim.id.encode())]))
    started = time.perf_counter()

    def done(outcome: str, cases: int = 0, detail: str = "", witness: Any = None) -> Found:
        shown = {str(k): str(v) for k, v in (witness or {}).items()}
        kind = KINDS.get(outcome, Found)
        return kind(claim.id, outcome, cases, time.perf_counter() - started, detail, shown)

    try:
        cases = played(lambda share: searches[claim.id](claim, rng, share), seconds)
    except Refuted as refuted:
        if why := excluded(object.__getattribute__(claim, "region"), refuted.witness):
            return done("error", detail=f"{refuted}{BUT}{why}", witness=refuted.witness)
        return done("falsified", detail=str(refuted), witness=refuted.witness)
    except Exception as error:  # noqa: BLE001 - whatever breaks is told, and is no verdict
        return done("error", detail=f"{type(error).__name__}: {error}")
    if not isinstance(cases, int) or cases < 1:
        return done("error", detail=f"the falsifier played {cases!r} cases")
    return done("held", cases)


def start_worker(here: project.Project) -> None:
    """What a worker process does first."""
    project.enter(here)
    tables()


def _work(job: tuple[str, float, int]) -> Found:
    claim_id, seconds, seed = job
    return falsify(project.claims()[claim_id], seconds=seconds, seed=seed)


def search(
    claim_ids: Sequence[str], *, seconds: float, seed: int = 0, workers: int = 1
) -> Iterator[Found]:
    """Search each claim for its share of ``seconds`` (of all workers together); yields as they end."""
    searches, _ = tables()
    ready = [x for x in claim_ids if x not in searches]
    yield from (falsify(project.claims()[x], seed=seed) for x in ready)
    todo = [x for x in claim_ids if x in searches]
    if not todo:
        return
    share = seconds * workers / len(todo)
    start, kinds = (project.current(),), (Found, Held, Falsified)
    crew = Crew(_work, start_worker, start, workers=workers, limit=share + GRACE, answers=kinds)
    with crew:
        for job, said in crew.run([(x, share, seed) for x in todo]):
            yield Found(job[0], "error", detail=said.reason) if isinstance(said, Lost) else said
