"""The words of the benchmarks' commands, looked at before anything is measured."""

from __future__ import annotations

import argparse


def no_more(prog: str, text: str | None) -> None:
    """For a command without words: ``--help`` says what it does, and any other word ends it with code 2."""
    about = argparse.RawDescriptionHelpFormatter
    argparse.ArgumentParser(
        prog=f"python -m {prog}", description=text, formatter_class=about
    ).parse_args()
