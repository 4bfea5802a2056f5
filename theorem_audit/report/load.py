"""Reading a ledger back, with an error that says what is wrong with a file that is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema

from theorem_audit import project
from theorem_audit.files import bounded
from theorem_audit.strict import loads
from theorem_audit.weigh.follows import unfounded
from theorem_audit.weigh.ledger import SCHEMA, validate
from theorem_audit.weigh.tried import UnreadableTable, current, load


class UnreadableRun(ValueError):
    """The file is not a ledger that this version can read; the message says why."""


def with_variants(run: dict[str, Any], path: Path) -> dict[str, Any]:
    """``run`` with the wrong variants that ``audit mutants --json path`` tried.

    A claim whose statement has changed in between keeps what the run says.  Raises UnreadableRun for a
    file that is none of the kind.
    """
    try:
        tried = load(path)
        claims = []
        for c in run["claims"]:
            row = tried.get(c["id"], {})
            fresh = row.get("statement") == c["statement"] or _same(c, tried)
            found = {
                k: v for k, v in row.items() if k not in ("id", "statement", "stated", "decided_by")
            }
            claims.append({**c, "variants": found} if fresh else c)
        # the evidence is the run's own, and nine tenths of what there is to look at
        validate({**run, "claims": [{**c, "evidence": []} for c in claims]})
    except UnreadableTable as error:
        raise UnreadableRun(str(error)) from None
    except jsonschema.ValidationError as error:
        raise UnreadableRun(f"{path}: not valid variants: {error.message}") from None
    return {**run, "claims": claims}


def _same(told: dict[str, Any], tried: dict[str, dict[str, Any]]) -> bool:
    """Whether a row is of the statement of today, however that was set in LaTeX then; imports its chapter."""
    claim = project.current().claims.get(told["id"])
    if claim is None or claim.statement != told["statement"]:
        return False
    return told["id"] in current({told["id"]: claim}, tried)


def load_run(path: Path, *, judged: bool = True) -> dict[str, Any]:
    """The ledger in ``path`` as plain data, validated against the schema.

    judged: refuse one that states another verdict than its outcomes give; False where they are derived anew.
    Raises UnreadableRun for a missing, truncated or foreign file, or one of a newer schema.
    """
    try:
        text = bounded(path).decode("utf-8")
    except FileNotFoundError:
        raise UnreadableRun(f"{path}: no such file; `audit run --json {path}` makes it") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableRun(f"{path}: cannot be read: {error}") from None
    try:
        data = loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableRun(
            f"{path}: not whole JSON (line {error.lineno}: {error.msg}); was the run cut short?"
        ) from None
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, brackets in brackets
        raise UnreadableRun(f"{path}: not a ledger: {error}") from None
    if not isinstance(data, dict) or "project" not in data:
        raise UnreadableRun(f"{path}: JSON, but not a ledger of an audit")
    if data["project"] != (name := project.current().name):
        raise UnreadableRun(
            f"{path}: not a ledger of this project ({name!r}), but of {data['project']!r}"
        )
    if data.get("schema") != SCHEMA:
        raise UnreadableRun(
            f"{path}: schema {data.get('schema')!r}; this version reads schema {SCHEMA}"
        )
    try:
        validate(data)
    except jsonschema.ValidationError as error:
        where = "/".join(map(str, error.absolute_path)) or "the top"
        raise UnreadableRun(f"{path}: not a valid ledger at {where}: {error.message}") from None
    ids = [claim["id"] for claim in data["claims"]]
    if twice := next((x for x in ids if ids.count(x) > 1), ""):
        raise UnreadableRun(f"{path}: not a valid ledger: it speaks of {twice} twice")
    if not ids:
        raise UnreadableRun(
            f"{path}: a ledger without a claim: that run was cut short before it came to any"
        )
    if judged and (why := unfounded(data)):
        raise UnreadableRun(f"{path}: not a ledger that a run wrote: {why}")
    return data
