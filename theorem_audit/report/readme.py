"""The verdict table of the README, from a run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from theorem_audit import project
from theorem_audit.errors import rounded_up, several
from theorem_audit.weigh.left import left
from theorem_audit.weigh.verdict import RANKS
from theorem_audit.weigh.whole import cut_short

BLOCK = re.compile(r"<!-- verdicts -->\n.*?<!-- /verdicts -->", re.S)
SHOWN = ("paper", "finding")  # sources whose claims stand in the README; the report has all


def verdict_block(run: Mapping[str, Any]) -> str:
    """Counts, then a row for each claim that a paper makes or that qualifies one."""
    counted = Counter(c["verdict"] for c in run["claims"])
    counts = ", ".join(f"{counted[r]} {r.replace('_', ' ')}" for r in RANKS if counted[r])
    lines = [
        f"{several(len(run['claims']), 'claim')}: {counts} (seed {run['seed']}; the chance that any true "
        f"claim is called refuted is at most {rounded_up(run['family_error'])}). Those that a paper makes, "
        f"and the findings about them{_asks(run)}:",
        "",
        *([f"**{cut.capitalize()}.**", ""] if (cut := cut_short(run)) else []),
        "| claim | says | verdict |",
        "|---|---|---|",
    ]
    notes = project.current().notes
    for claim in run["claims"]:
        if claim["source"]["kind"] in SHOWN:
            verdict = claim["verdict"].replace("_", " ")
            if asked := left(claim["verdict"], claim["evidence"]):
                verdict += f" ({len(asked)} left to the reader)"
            note = f"{notes}/{claim['chapter'].replace('.', '/')}.md#{claim['id'].lower()}"
            title = claim["title"].replace("|", "\\|")
            lines.append(f"| [{claim['id']}]({note}) | {title} | {verdict} |")
    return "<!-- verdicts -->\n" + "\n".join(lines) + "\n<!-- /verdicts -->"


def _asks(run: Mapping[str, Any]) -> str:
    """What "left to the reader" means, where a row says it."""
    shown = [c for c in run["claims"] if c["source"]["kind"] in SHOWN]
    if not any(left(c["verdict"], c["evidence"]) for c in shown):
        return ""
    return ' ("left to the reader": conditions of lemmas that no machine compares; `audit show` lists them)'


def left_out(run: Mapping[str, Any]) -> str:
    """Which claims of the theory a run lacks, whose rows would be lost; empty where it lacks none."""
    lacks = sorted({*project.current().claims} - {x["id"] for x in run["claims"]})
    if not lacks:
        return ""
    names = ", ".join(lacks[:3]) + (", ..." if lacks[3:] else "")
    return (
        f"the run lacks {several(len(lacks), 'claim')} of the theory ({names}): "
        "`audit run` without names runs all"
    )


def refreshed(text: str, run: Mapping[str, Any]) -> str:
    """``text`` with its verdict block made anew; ValueError when it has none."""
    if not BLOCK.search(text):
        raise ValueError("no block between <!-- verdicts --> and <!-- /verdicts -->")
    return BLOCK.sub(lambda _: verdict_block(run), text, count=1)
