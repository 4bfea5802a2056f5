"""What the commands share: reading their words, writing their JSON."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from theorem_audit import files, project
from theorem_audit.errors import BadUsage


def seed_of(text: str) -> int:
    """The seed that ``--seed`` asks for; drawn afresh for ``random``."""
    if text == "random":
        return secrets.randbits(32)
    if text.isascii() and text.isdecimal() and len(text) <= 40:
        return int(text)
    raise BadUsage(f"--seed {text!r}: an integer >= 0, or 'random'")


def ids_of(given: Sequence[str]) -> list[str]:
    """The claims asked for (none: all), each once, in any case; BadUsage names the unknown ones."""
    claims = project.claims()

    wanted = [claim_id.upper() for claim_id in given]
    if unknown := [claim_id for claim_id in wanted if claim_id not in claims]:
        said = ", ".join(f"unknown claim {x}{claims.like(x)}" for x in unknown)
        raise BadUsage(f"{said} (audit list shows them)")
    return list(dict.fromkeys(wanted)) or list(claims)


def is_utf8(stream: Any) -> bool:
    """Whether a text stream can take any character."""
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "") == "utf8"


def emit(data: Any, target: str) -> None:
    """Write JSON to a file, or to standard output for ``-`` (in ASCII where that is no UTF-8)."""
    narrow = target == "-" and not is_utf8(sys.stdout)
    text = json.dumps(data, indent=1, ensure_ascii=narrow) + "\n"
    if target == "-":
        sys.stdout.write(text)
    else:
        files.write_text(Path(target), text)


__all__ = ["BadUsage", "emit", "ids_of", "is_utf8", "seed_of"]
