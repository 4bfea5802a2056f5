"""Every name of a module is used: one that only its definition, an import or ``__all__`` mentions is dead."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from tests.tool import ROOT

DEFINED = re.compile(r"^(?:(?:async )?def |class )(\w+)|^(\w+)(?:: [^=\n]+)? = ", re.M)
SILENT = re.compile(
    r"^\s*(?:from \S+ import \([^)]*\)|(?:from \S+ )?import [^\n(]*)|__all__ = \[[^\]]*\]", re.M
)
ROOMS = ("theory", "sim", "tests", "theorem_audit", "figures", "benchmarks")
# What others call by its name: pytest, Python, the command line; and what a decorator or ``Claim`` collects.
CALLED = re.compile(r"^(test_|pytest|__|_init$)")
MADE = re.compile(r"^(?:@.*\n)+(?:async )?def (\w+)|^(\w+) = Claim\(", re.M)


def dead(texts: Mapping[str, str], elsewhere: str = "") -> list[str]:
    """``file: name`` of each name at the top of a module that is mentioned nowhere else."""
    told = {path: SILENT.sub("", text) for path, text in texts.items()}
    words = Counter(re.findall(r"\w+", elsewhere))
    for text in told.values():
        words.update(re.findall(r"\w+", text))
    found = []
    for path, text in told.items():
        collected = {x for pair in MADE.findall(text) for x in pair}
        names = {x for pair in DEFINED.findall(text) for x in pair if x} - collected
        found += [f"{path}: {x}" for x in sorted(names) if words[x] == 1 and not CALLED.search(x)]
    return found


def test_a_name_that_nothing_uses_is_found() -> None:
    used = "from a import K, Z\n\nLINE = 1\n\n\ndef f(x: int) -> int:\n    return LINE + x\n"
    text = "K = 2\nZ: int = 3\n\n\n@evidence(A)\ndef found() -> None: ...\n\n\nclass C:\n    x = f(1)\n"
    text += '\n\n__all__ = ["K", "Z"]\n'
    assert dead({"u.py": used, "a.py": text}) == ["a.py: C", "a.py: K", "a.py: Z"]
    assert dead({"u.py": used, "a.py": text}, "C Z") == ["a.py: K"]


def test_no_name_of_this_project_is_dead() -> None:
    paths = [x for room in ROOMS for x in ROOT.joinpath(room).rglob("*.py")]
    texts = {str(x.relative_to(ROOT)): x.read_text(encoding="utf-8") for x in paths}
    asked = "\n".join(
        (ROOT / x).read_text(encoding="utf-8")
        for x in ("pyproject.toml", "conftest.py", "Makefile")
    )
    assert len(texts) > 500
    assert dead(texts, asked) == []
