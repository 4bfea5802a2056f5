"""``audit receipt ID``: one file that says what a claim's verdict rests on, for ``verify.py``."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from theorem_audit import project
from theorem_audit.exact.checker import Certificate
from theorem_audit.kernel import certificates, second_opinion

RECEIPT = 3


def digest(data: Mapping[str, Any]) -> str:
    """SHA-256 over everything but the digest itself, as JSON with sorted keys."""
    rest = {k: v for k, v in data.items() if k != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def certificates_of(claim_id: str, ids: Iterable[str]) -> dict[str, Certificate]:
    """The stored certificates that are named after this claim, and after no longer id."""
    others = [x for x in ids if x.startswith(f"{claim_id}-")]
    return {
        name: found
        for name, found in second_opinion.stored().items()
        if (name == claim_id or name.startswith(f"{claim_id}-"))
        and not any(name == x or name.startswith(f"{x}-") for x in others)
    }


# What no receipt holds of a claim.
BESIDE = ("variants", "instance", "boundary", "opened", "elsewhere")


def receipt(run: Mapping[str, Any], claim_id: str, ids: Iterable[str]) -> dict[str, Any]:
    """The receipt of one claim of a run, as plain data.

    run: a ledger's ``as_dict()``.  ids: all claims' ids.  Raises KeyError for an unknown one.
    """
    claims = {c["id"]: c for c in run["claims"]}
    claim = claims[claim_id]
    kept, made = _made(claim, certificates_of(claim_id, ids))
    names = (
        "id", "title", "statement", "region", "verdict", "own", "given", "uses", "reasons", "items",
    )  # fmt: skip
    data = {
        "receipt": RECEIPT,
        **{k: run[k] for k in ("project", "commit", "seed", "quick", "versions")},
        "sources": run["sources"],
        "left_out": run["left_out"],
        "claim": {k: v for k, v in claim.items() if k not in BESIDE},
        "uses": {u: {k: claims[u][k] for k in names} for u in claim["uses"]},
        "made": made,
        "certificates": {name: json.loads(c.to_json()) for name, c in kept.items()},
        "coq": {name: _coq(c) for name, c in kept.items()} | _gates(claim),
    }
    return {**data, "digest": digest(data)}


def _made(
    claim: Mapping[str, Any], stored: Mapping[str, Certificate]
) -> tuple[dict[str, Certificate], dict[str, list[str]]]:
    """The certificates of a claim by name, and which of them each test of kind *certificate* makes.

    The tests are run for it: a file that is not stored is none that can be left out.  A test that does not
    pass now, or checks its inequality by other means, makes none.
    """
    passed = {(e["test"], tuple(e["steps"])) for e in claim["evidence"]
              if (e["kind"], e["outcome"]) == ("certificate", "passed")}  # fmt: skip
    if not passed:
        return dict(stored), {"stored": sorted(stored)} if stored else {}
    from theorem_audit.kernel.certify import made_by
    from theorem_audit.weigh.collected import evidence_of

    names = {c.to_json(): name for name, c in stored.items()}
    kept, made = dict(stored), dict[str, list[str]]()
    for item in evidence_of()[claim["id"]]:
        if item.kind == "certificate" and (item.test, item.steps) in passed:
            for text, certificate in made_by(item).items():
                name = names.setdefault(text, f"{item.key.replace(':', '-')}-{len(names) + 1}")
                kept[name] = certificate
                made.setdefault(item.test, []).append(name)
    for test, _ in passed:
        made.setdefault(test, [])
    if left := sorted(set(kept) - {x for found in made.values() for x in found}):
        made["stored"] = left
    return kept, made


def _coq(certificate: Certificate) -> dict[str, str]:
    """The theorem that Coq is asked; its file stands beside those that ``audit export`` writes."""
    name = "nonnegative"
    text = certificates.export({name: certificate})
    sha = hashlib.sha256(text.encode()).hexdigest()
    return {"theorem": name, "file": text, "sha256": sha}


def _gates(claim: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The gates of ``formal/`` that kernel evidence names in its notes as ``file.v: theorem``."""
    found, root = {}, project.current().root
    for item in claim["evidence"]:
        for note in item["notes"] if item["kind"] == "kernel" else ():
            if (match := re.fullmatch(r"(\S+\.v): (\w+)", note)) and (root / match[1]).is_file():
                text = (root / match[1]).read_text(encoding="utf-8")
                sha = hashlib.sha256(text.encode()).hexdigest()
                found[match[1]] = {"theorem": match[2], "file": text, "sha256": sha}
    return found
