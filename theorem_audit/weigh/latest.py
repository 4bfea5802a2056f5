"""The last ledger: what runs have found so far, claim by claim, and what of it is out of date.

Each run notes its claims here, also where it was about a few of them.  It is read without importing the
theory: whether an outcome still holds is told from the sources (``reuse.keeper``).
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from theorem_audit.project import Project
from theorem_audit.reuse import versions
from theorem_audit.reuse.files import TOOL, shown
from theorem_audit.reuse.index import Index, Row
from theorem_audit.reuse.keeper import Keeper, sha
from theorem_audit.reuse.statements import Statement
from theorem_audit.reuse.store import Tell, open_store
from theorem_audit.weigh import tried
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.told import Told
from theorem_audit.weigh.verdict import Verdict, derive

if TYPE_CHECKING:
    from theorem_audit.weigh.ledger import Ledger

FORM = 2
MAKES = ("def", f"{TOOL}.statement.claim", "Claim")
PROFILES = {False: "full", True: "quick"}


def note(
    keeper: Keeper, ledger: Ledger, keys: Mapping[tuple[str, str, str, str], str], told: Any
) -> None:
    """Put a finished run's claims in the place of what was known of them.

    keys: (claim, test, case, kind) -> the outcome's key.  told: id -> the words of every claim as JSON.
    """
    at = time.time()
    theory = [[*keeper.index.claims[x], told[x]] for x in keeper.index.claims]
    said = {
        "form": FORM, "claims": theory, "left_out": dict(ledger.left_out), "table": _table(keeper.project),
    }  # fmt: skip
    keeper.store.put("theory", "last", said)
    if keeper.store.get("hashes", keeper.snapshot) is None:
        keeper.store.put("hashes", keeper.snapshot, dict(ledger.hashes))
    for claim_id, outcomes in ledger.outcomes.items():
        rows = [
            noted(r, case, keys.get((claim_id, r.test, case, r.kind), ""))
            for r in keeper.index.evidence[claim_id]
            for case in r.cases
        ]
        entry = {
            "form": FORM, "about": ledger.about.get(claim_id), "rows": rows, "at": at,
            "outcomes": [o.as_dict() for o in outcomes], "seed": ledger.seed, "quick": ledger.quick,
            "snapshot": keeper.snapshot,
        }  # fmt: skip
        keeper.store.put("view", f"{PROFILES[ledger.quick]} {claim_id}", entry)


def _table(project: Project) -> str:
    """A hash of what the project's table says of where its parts are."""
    told = {k: v for k, v in project.__getstate__().items() if k != "root"}
    return sha(json.dumps(told, sort_keys=True))


@dataclass
class Latest:
    """The last ledger of a project.

    told: the words of every claim, by id and in reading order.  outcomes, about, at (when it was run, in
    seconds since 1970): by id, of those that were run.  hashes: of all files when they were run.
    why: id -> what changed since, for claims that are out of date.  fresh: modules with evidence, or claims,
    that no run has seen.  left_out: files of evidence that skipped themselves in the last run, and why.
    opened, elsewhere: the project's files that evidence opened, by id, and those outside of it.
    """

    told: dict[str, Told] = field(default_factory=dict)
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    about: dict[str, dict[str, Any]] = field(default_factory=dict)
    at: dict[str, float] = field(default_factory=dict)
    seeds: dict[str, int] = field(default_factory=dict)
    quick: dict[str, bool] = field(default_factory=dict)
    why: dict[str, tuple[str, ...]] = field(default_factory=dict)
    fresh: list[str] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    opened: dict[str, set[str]] = field(default_factory=dict)
    elsewhere: dict[str, set[str]] = field(default_factory=dict)

    def verdicts(self) -> dict[str, Verdict]:
        """As they were found, with ``stale`` where something changed or below it something did."""
        return self._verdicts

    @cached_property
    def _verdicts(self) -> dict[str, Verdict]:
        from theorem_audit.weigh.stale import spread

        return spread(self.found(), self.why)

    def found(self) -> dict[str, Verdict]:
        """As they were found."""
        known = self.outcomes
        usable = {
            x: [replace(o, uses=tuple(u for u in o.uses if u in known)) for o in found]
            for x, found in known.items()
        }
        return derive(self.told, usable, accepted=tried.accepted(self.told))

    @property
    def never_run(self) -> list[str]:
        """The claims of the theory that no run has seen: whom they rest on, nobody knows."""
        return [x for x in self.told if x not in self.outcomes]

    def below(self, claim_id: str) -> list[str]:
        """The claim and all that it rests on, in reading order."""
        seen, pending = set[str](), [claim_id]
        while pending:
            x = pending.pop()
            if x not in seen and x in self.outcomes:
                seen.add(x)
                pending += [u for o in self.outcomes[x] for u in o.uses]
        return [x for x in self.told if x in seen]

    def line(self, ids: Sequence[str] = ()) -> str:
        """How old it is, and what of it is stale: of all claims, or of some."""
        asked = list(ids) or list(self.told)
        ids = [x for x in asked if x in self.at]
        times = [self.at[x] for x in ids]
        told = f"run {_ago(min(times))}" if times else "never run"
        if times and max(times) - min(times) > 60:
            told = f"run between {_ago(min(times))} and {_ago(max(times))}"
        if quick := sum(self.quick.get(x, False) for x in ids):
            told += f", {quick} of {len(ids)} by --quick alone"
        verdicts = self.verdicts()
        stale = [x for x in ids if x in verdicts and verdicts[x].name == "stale"]
        if not stale:
            told += "; nothing is stale"
        else:
            first = next((x for x in stale if x in self.why), stale[0])
            why = f" ({self.why[first][0]})" if first in self.why else ""
            told += f"; {len(stale)} of {len(ids)} stale: {first}{why}"
            told += f" and {len(stale) - 1} more" if len(stale) > 1 else ""
        if missing := len(asked) - len(ids):
            told += f"; {missing} of {len(asked)} never run"
        if self.fresh:
            told += f"; new: {', '.join(self.fresh[:4])}"
        if self.left_out:
            told += (
                f"; left out: {', '.join(f'{name} ({why})' for name, why in self.left_out.items())}"
            )
        return told + ("; `audit run` renews it" if stale or self.fresh or missing else "")


def _ago(at: float) -> str:
    seconds = max(0.0, time.time() - at)
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"


def read(project: Project, *, quick: bool = False, tell: Tell = lambda text: None) -> Latest | None:
    """The last ledger; None where there is none.

    quick: that of ``--quick`` runs first; else that of whole runs first.  tell: see ``open_store``.
    """
    if not project.path("kept").exists():
        return None
    store = open_store(project.path("kept"), tell, check=False)
    found = _judged_now(Keeper(project, store), quick)
    store.close()
    return found


def known_claims(project: Project) -> list[str]:
    """The ids of all claims that the theory had in its last run; none where there was no run."""
    if not project.path("kept").exists():
        return []
    store = open_store(project.path("kept"), lambda text: None, check=False)
    theory = store.get("theory", "last")
    store.close()
    return [x["id"] for _, _, x in theory["claims"]] if theory and theory["form"] == FORM else []


def ahead(keeper: Keeper) -> None:
    """Judge what a run has just noted, while its graph is at hand: the first reader would build it again."""
    _judged_now(copy(keeper), quick=False)


def _judged_now(keeper: Keeper, quick: bool) -> Latest | None:
    store, theory = keeper.store, keeper.store.get("theory", "last")
    entries: dict[str, dict[str, Any]] = {}
    for profile in (PROFILES[not quick], PROFILES[quick]):
        for key, entry in store.all("view").items():
            if key.startswith(f"{profile} ") and entry["form"] == FORM:
                entries[key.split(" ", 1)[1]] = entry
    if not entries or theory is None or theory["form"] != FORM:
        return None
    found = Latest(left_out=theory.get("left_out", {}))  # what an older edition kept does not tell
    places: dict[str, tuple[str, str]] = {}
    for module, binding, told in theory["claims"]:
        found.told[told["id"]] = Told.back(told)
        places[told["id"]] = (module, binding)
    entries = {x: entries[x] for x in found.told if x in entries}
    for claim_id, entry in entries.items():
        found.outcomes[claim_id] = [Outcome.from_dict(o) for o in entry["outcomes"]]
        found.about[claim_id] = entry["about"]
        found.at[claim_id], found.seeds[claim_id] = entry["at"], entry["seed"]
        found.quick[claim_id] = entry["quick"]
    for state in dict.fromkeys(e["snapshot"] for e in entries.values()):
        found.hashes |= store.get("hashes", state) or {}
    judge(found, keeper, entries, places)
    return found


def judge(
    found: Latest,
    keeper: Keeper,
    entries: Mapping[str, dict[str, Any]],
    places: Mapping[str, tuple[str, str]],
) -> None:
    """Fill in what changed since; by the sources alone, which is kept for the state that they are in."""
    runs = (f"{x} {e['at']} {e['quick']}" for x, e in entries.items())
    stamp = sha(str(FORM), keeper.tree.state(), versions.interpreter(), *runs)
    known = keeper.store.get("judged", stamp)
    if known is None or known["versions"] != {x: versions.of(x) for x in known["versions"]}:
        known = _judged(keeper, entries, places)
        keeper.store.put("judged", stamp, known)
    found.why = {x: tuple(y) for x, y in known["why"].items()}
    found.fresh = list(known["fresh"])
    now = _table(keeper.project)
    if (keeper.store.get("theory", "last") or {}).get("table", now) != now:
        found.fresh.append(f"{keeper.project.file.name} ([tool.theorem-audit])")
    for claim_id, reads in known["reads"].items():
        found.opened[claim_id] = keeper.files(reads)
        found.elsewhere[claim_id] = keeper.outside(reads)
        changed = keeper.states.changed(reads)
        if changed and claim_id not in found.why:
            found.why[claim_id] = tuple(f"{x.partition(':')[2]} changed" for x in changed[:3])
    for claim_id in known["gone"]:
        for table in (found.told, found.outcomes, found.why, found.at):
            table.pop(claim_id, None)


def _judged(
    keeper: Keeper,
    entries: Mapping[str, dict[str, Any]],
    places: Mapping[str, tuple[str, str]],
) -> dict[str, Any]:
    rows = {x: [(row_of(x, r), r[5], r[6]) for r in e["rows"]] for x, e in entries.items()}
    keeper.index = Index(dict(places), {x: [r for r, _, _ in rows[x]] for x in rows})
    bound = {
        (module, name)
        for module, source in keeper.sources.items()
        for s in source.statements
        for name in s.names
    }
    gone = [x for x, place in places.items() if place not in bound]
    why: dict[str, list[str]] = {}
    reads: dict[str, dict[str, str]] = {}
    kept = keeper.store.get_all("outcome", [key for x in rows for _, _, key in rows[x] if key])
    for claim_id, entry in entries.items():
        reasons: dict[str, None] = {}
        opened: dict[str, str] = {}
        for row, case, key in rows[claim_id]:
            now = keeper.key(row, case, seed=entry["seed"], quick=entry["quick"])
            if key and now != key:
                said = {"key": key, "snapshot": entry["snapshot"]}
                reasons[reason(keeper, row, said, now)] = None
            elif key in kept:
                opened |= kept[key]["reads"]
                for x, was in kept[key]["uses"].items():
                    if x not in keeper.index.claims or keeper.claim_key(x) != was:
                        reasons[f"{x} changed"] = None
        if reasons:
            why[claim_id] = list(reasons)
        reads[claim_id] = opened
    tops = {x[1] for x in keeper.graph.seen() if x[0] == "outside"}
    return {
        "why": why, "reads": reads, "gone": gone, "fresh": _unseen(keeper, entries, places),
        "versions": {x: versions.of(x) for x in tops if not _standard(x)},
    }  # fmt: skip


def _standard(top: str) -> bool:
    from theorem_audit.reuse.graph import STANDARD

    return top in STANDARD


def noted(row: Row, case: str, key: str) -> list[Any]:
    """What is noted of an evidence, a case and its outcome's key; ``row_of`` reads it."""
    return [row.module, row.binding, row.number, row.name, row.kind, case, key, row.around]


def row_of(claim_id: str, said: Sequence[Any]) -> Row:
    """As much of a row as tells what its outcome rests on."""
    module, binding, number, name, kind, case, _, around = said
    row = Row(claim_id, kind, module, binding, number, name, (), "", False, (case,))
    return replace(row, around=tuple((at, by) for at, by in around))


def _unseen(
    keeper: Keeper,
    entries: Mapping[str, dict[str, Any]],
    places: Mapping[str, tuple[str, str]],
) -> list[str]:
    """Files with evidence or claims that no run has seen: what comes to ``evidence`` or ``Claim`` anew."""
    seen = {(r[0], r[1]) for e in entries.values() for r in e["rows"]}
    seen |= set(places.values())
    makers = {keeper.project.theory: "Claim", keeper.project.evidence: "evidence"}
    states = {e["snapshot"] for e in entries.values()}
    was = {n for kept in keeper.store.get_all("state", states).values() for n in kept}
    found: dict[str, None] = {}
    for module, source in keeper.sources.items():
        for top, word in makers.items():
            if module != top and not module.startswith(f"{top}."):
                continue
            for s in source.statements:
                new = [n for n in s.names if (module, n) not in seen]
                if not new or any(f"def.{module}.{n}" in was for n in new):
                    continue
                if any(x.split(".")[-1] == word for x in s.refs) or (
                    word == "Claim" and _makes_claims(keeper, module, s)
                ):
                    found[f"{shown(keeper.tree.modules, module)} ({', '.join(new)})"] = None
    return list(found)


def _makes_claims(keeper: Keeper, module: str, statement: Statement) -> bool:
    """Whether what a statement calls, as its module is imported, leads to what makes a claim."""
    called = {
        node
        for root, *rest in (x.split(".") for x in statement.runs)
        for node in keeper.graph.names.name(module, root, rest)
    }
    return MAKES in keeper.graph.reached(called)


def reason(keeper: Keeper, row: Row, known: Mapping[str, Any], now: str) -> str:
    """Why an outcome that was known under another key, or whose files changed, does not hold now."""
    if known["key"] == now:
        kept = keeper.store.get("outcome", now)
        changed = keeper.states.changed(kept["reads"]) if kept else []
        return f"{changed[0].partition(':')[2]} changed" if changed else "its outcome was not kept"
    changes = keeper.changes(keeper.nodes(row), known["snapshot"])
    return "; ".join(changes[:2]) or "run otherwise before: seed, --quick, or another interpreter"


__all__ = ["Latest", "ahead", "judge", "known_claims", "note", "noted", "read", "reason", "row_of"]
