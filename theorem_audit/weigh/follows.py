"""Whether the verdicts that a ledger states are those that its own outcomes give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from sys import float_info
from typing import Any

from theorem_audit.kinds import DECIDING
from theorem_audit.weigh import stale
from theorem_audit.weigh.told import Told, ToldAssumption, ToldItem, ToldSource
from theorem_audit.weigh.verdict import CyclicUse, derive

EPSILON = float_info.epsilon


def unfounded(data: Mapping[str, Any]) -> str:
    """The first verdict that does not follow, in words; empty where all do.

    data: a valid ledger.  It is judged by its own words and not by today's theory, so an older ledger
    still stands.  It does not hold which theorems a claim itself cites (all that it rests on stand for them),
    nor whether parts make up the formula: there, as ``verify.py`` does, the weaker verdict is believed.
    A stale verdict says nothing that outcomes could deny.  So are the sum of the errors, and that what passed
    and decides has checked something.
    """
    listed = [e for c in data["claims"] for e in c["evidence"]]
    for e in listed:
        if e["outcome"] == "passed" and e["kind"] in DECIDING and e["checks"] < 1:
            return f"{e['test']} passed and checked nothing"
    spent = sum(e["error"] for e in listed)
    # the order of a sum of n terms >= 0 changes it by less than n roundings
    if not abs(data["family_error"] - spent) <= len(listed) * EPSILON * spent:
        return (
            f"it says that the errors are {data['family_error']!r} together, and they are {spent!r}"
        )
    claims = {c["id"]: _told(c) for c in data["claims"]}
    outcomes = {
        x: [replace(o, uses=tuple(u for u in o.uses if u in claims)) for o in found]
        for x, found in stale.outcomes_of(data).items()
    }
    try:
        found = derive(
            claims, outcomes, accepted={c["id"]: c.get("accepted", []) for c in data["claims"]}
        )
    except CyclicUse as error:
        return str(error)
    for c in data["claims"]:
        said, now = (c["verdict"], _bare(c["own"])), found[c["id"]]
        if said[0] != "stale" and {*c["uses"]} & {*claims} != {*now.uses}:
            rests, read = sorted(c["uses"]), sorted(now.uses)
            return f"it says that {c['id']} rests on {rests}, and its evidence read {read}"
        if said[0] != "stale" and said != (now.name, _bare(now.own)):
            return (
                f"it says that {c['id']} is {c['verdict']} (by its own evidence {c['own']}), and its "
                f"outcomes come to {now.name} ({now.own})"
            )
    return ""


def _bare(name: str) -> str:
    return name.removesuffix("_given")


def _told(c: Mapping[str, Any]) -> Told:
    """A claim's words, as far as verdicts ask for them."""
    whole = set(c.get("parts", {})) >= set(c["steps"]) and _bare(c["own"]) != "steps"
    return Told(
        id=c["id"], title="", chapter="", source=ToldSource(c["source"]["kind"], ""), bound=c["bound"],
        statement="", formula="", region="", remark="", symbols={}, steps=tuple(c["steps"]),
        parts=c.get("parts", {}), cites=tuple(c["given"]), carried=c.get("carried", {}),
        assumptions=tuple(
            ToldAssumption(x["name"], x["condition"], "", None, "", item=x.get("item", ""))
            for x in c["assumptions"]
        ),
        items=tuple(ToldItem(**{**x, "implied": tuple(x["implied"])}) for x in c.get("items", ())),
        loose="" if len(c["steps"]) == 1 or whole else "several steps",
    )  # fmt: skip


__all__ = ["unfounded"]
