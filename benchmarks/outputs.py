"""What a benchmark replaces: the figures that an earlier call of it wrote, and nothing else."""

from __future__ import annotations

import argparse
import json
from pathlib import Path


def named(text: str) -> Path:
    """The path that a word of the command line names; an empty one would be the folder it is called in."""
    if not text:
        raise argparse.ArgumentTypeError("'': a name is needed")
    return Path(text)


def anothers(path: Path, *says: str) -> bool:
    """Whether a file is there that no earlier call wrote: no JSON with the keys of one of these lists, or
    written in another way.
    """
    if not path.is_file() or not path.stat().st_size:
        return False
    try:
        text = path.read_text(encoding="utf-8")
        held = json.loads(text)
    except (ValueError, RecursionError):
        return True
    known = isinstance(held, dict) and any(held.keys() >= {*x.split()} for x in says)
    return not known or text != json.dumps(held, indent=1) + "\n"


def refuse_anothers(parser: argparse.ArgumentParser, path: Path | None, *says: str) -> None:
    """End the command before anything is measured, where it would write to a folder or to another's file."""
    if path is not None and path.is_dir():
        parser.error(f"--out {path}: it is a folder")
    if path is not None and anothers(path, *says):
        parser.error(f"--out {path}: no figures of this benchmark; it would be replaced")


def refuse_picture(parser: argparse.ArgumentParser, path: Path) -> None:
    """The same of the picture that is drawn beside figures: an earlier call left it beside its own."""
    picture = path.with_suffix(".png")
    if picture.is_file() and picture.stat().st_size and not path.is_file():
        parser.error(f"--out {path}: {picture} would be replaced, and no figures stand beside it")
