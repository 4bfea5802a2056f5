"""The words of the benchmarks' commands, looked at before anything is measured."""

from __future__ import annotations

import argparse
import json
from pathlib import Path


def no_more(prog: str, text: str | None) -> None:
    """For a command without words: ``--help`` says what it does, and any other word ends it with code 2."""
    about = argparse.RawDescriptionHelpFormatter
    argparse.ArgumentParser(
        prog=f"python -m {prog}", description=text, formatter_class=about
    ).parse_args()


def checked_out(parser: argparse.ArgumentParser, out: Path | None) -> None:
    """End with code 2 where ``--out`` names a folder, or a file that is not the JSON of an earlier run."""
    if out is None or not out.exists():
        return
    if out.is_dir():
        parser.error(f"--out {out}: it is a folder")
    try:
        known = isinstance(json.loads(out.read_text(encoding="utf-8")), dict)
    except ValueError:
        known = False
    if not known:
        parser.error(f"--out {out}: it is there, and no JSON of these benchmarks; it would be lost")
