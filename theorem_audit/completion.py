"""The shell completes claim ids: what `audit --print-completion` prints asks `audit list --names`."""

from __future__ import annotations

import argparse
from typing import Any

_ASK = "audit list --names 2>/dev/null"
PREAMBLE = {
    "bash": f"""
_theorem_audit_ids() {{ compgen -W "$({_ASK})" -- "$1"; }}
""",
    "zsh": f"""
_theorem_audit_ids() {{ local -a ids; ids=(${{(f)"$({_ASK})"}}); compadd -a ids }}
""",
    "tcsh": "",
}
IDS = {"bash": "_theorem_audit_ids", "zsh": "_theorem_audit_ids", "tcsh": f"`{_ASK}`"}


def offer_ids(*arguments: Any) -> None:
    """Let the shell offer the claims' ids where these arguments of a parser stand."""
    for argument in arguments:
        assert isinstance(argument, argparse.Action)
        argument.complete = IDS  # type: ignore[attr-defined]  # what shtab reads


__all__ = ["IDS", "PREAMBLE", "offer_ids"]
