"""The guide to the tool, a page of every report; its commands are typed again by ``renewed``.

python -m theorem_audit.guide     writes guide.md with the commands' output as it is now
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

GUIDE = Path(__file__).with_name("guide.md")
BLOCK = re.compile(r"```console\n(.*?)```\n", re.S)
TOOL = str(Path(__file__).resolve().parents[2])  # the folder that holds the package
WIDTH = "100"
# What differs from run to run: seconds, ages, the folder, the commit.
_VARIES = (
    (re.compile(r"\b\d+\.\d+(?= ?s\b|$)", re.M), "0.0"),
    (re.compile(r"run (just now|\d+ \w+ ago)( and .*? ago)?"), "run just now"),
)


def text() -> str:
    """The guide as it is kept."""
    return GUIDE.read_text(encoding="utf-8")


def commands(said: str) -> list[str]:
    """The commands of the guide's console blocks, in order."""
    return [x[2:] for block in BLOCK.findall(said) for x in block.splitlines() if x[:2] == "$ "]


def settled(output: str) -> str:
    """A command's output without what differs from run to run."""
    for pattern, same in _VARIES:
        output = pattern.sub(same, output)
    return "\n".join(re.sub(r" +", " ", x).rstrip() for x in output.splitlines()).strip()


def renewed(said: str, folder: Path) -> str:
    """The guide with every command typed again in ``folder``.  ``cd`` moves within it; ``pip`` is not typed."""
    here = folder

    def typed(match: re.Match[str]) -> str:
        nonlocal here
        found = []
        for line in match[1].splitlines():
            if not line.startswith("$ "):
                continue
            found.append(line)
            for command in line[2:].split("  #")[0].split("; "):
                words = command.split()
                if words[0] == "cd":
                    here = (here / words[1]).resolve()
                elif words[0] != "pip":
                    found += _output(words, here, folder)
        return "```console\n" + "\n".join(found) + "\n```\n"

    return BLOCK.sub(typed, said)


def _output(words: list[str], here: Path, folder: Path) -> list[str]:
    """What ``audit ...`` or ``pytest ...`` prints, and its exit code where that is not 0."""
    module = {"audit": "theorem_audit"}.get(words[0], words[0])
    done = subprocess.run(
        [sys.executable, "-m", module, *words[1:]], cwd=here, capture_output=True, text=True,
        timeout=300, check=False, env={**os.environ, "PYTHONPATH": TOOL, "COLUMNS": WIDTH},
    )  # fmt: skip
    output = (done.stdout + done.stderr).replace(f"{folder}{os.sep}", "").rstrip()
    found = [x.rstrip() for x in output.splitlines() if "Fontconfig" not in x]
    return found + [f"[exit code {done.returncode}]"] * bool(done.returncode)


__all__ = ["GUIDE", "commands", "renewed", "settled", "text"]
