"""The tutorial's commands, typed again.  Minutes.

python -m tests.tool.tutorial     writes examples/heavy_ball/README.md with their output as it is now
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from pathlib import Path

from tests.tool import ROOT
from theorem_audit import guide
from theorem_audit.files import write_text

EXAMPLE = ROOT / "examples" / "heavy_ball"
PAGE = EXAMPLE / "README.md"
# What another machine has or lacks: Coq, z3.
_ELSEWHERE = re.compile(r"^\S+ +(?:coq|z3) .*\n", re.M)


def again(folder: Path) -> str:
    """The page renewed in an empty folder, which gets a copy of the example."""
    folder = folder.resolve()
    shutil.copytree(
        EXAMPLE,
        folder / "examples" / "heavy_ball",
        ignore=shutil.ignore_patterns("build", "__pycache__"),
    )
    return guide.renewed(PAGE.read_text(encoding="utf-8"), folder)


def settled(text: str) -> str:
    """The page without what differs from run to run, and from machine to machine."""
    return guide.settled(_ELSEWHERE.sub("", text))


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m tests.tool.tutorial", description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as place:
        write_text(PAGE, again(Path(place)))
