"""PROMISES.md: each promise names the tests that keep it; the links are generated.

    python -m theorem_audit.report.promises           renew the links
    python -m theorem_audit.report.promises --check   only say whether they are out of date (exit code 1)

A test is named as ``test_name`` in a promise's line; its link is to the file that defines it.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from theorem_audit import project
from theorem_audit.files import write_text

FOLDERS = ("tests", "sim/tests", "theorem_audit/tests", "benchmarks/tests")
NAME = re.compile(r"\[?`(test_\w+)`(?:\]\([^)]*\))?")
PROMISE = re.compile(r"^\d+\. ", flags=re.M)


class UnkeptPromise(ValueError):
    """A promise without a test, or with one that does not exist or is not the only one of its name."""


def defined(root: Path) -> dict[str, list[str]]:
    """Test name -> the files below the folders of tests that define it, relative to the root."""
    found: dict[str, list[str]] = {}
    for path in sorted(x for name in FOLDERS for x in (root / name).rglob("test_*.py")):
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), flags=re.M):
            found.setdefault(name, []).append(path.relative_to(root).as_posix())
    return found


def promises(text: str) -> list[str]:
    """The numbered promises of a page, each with the lines that follow it."""
    starts = [m.start() for m in PROMISE.finditer(text)]
    return [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]


def refreshed(text: str, known: dict[str, list[str]]) -> str:
    """``text`` with the link of every test made anew; UnkeptPromise names what is wrong."""
    for promise in promises(text):
        if not NAME.search(promise):
            raise UnkeptPromise(f"no test keeps: {promise.splitlines()[0]}")

    def link(match: re.Match[str]) -> str:
        files = known.get(match[1], [])
        if len(files) != 1:
            raise UnkeptPromise(f"{match[1]} is defined in {files or 'no file'}: one is needed")
        return f"[`{match[1]}`]({files[0]})"

    return NAME.sub(link, text)


def main(words: list[str]) -> int:
    """Renew or check the page."""
    parser = argparse.ArgumentParser(
        prog="python -m theorem_audit.report.promises", description=main.__doc__
    )
    parser.add_argument("--check", action="store_true", help="only say whether it is out of date")
    check = parser.parse_args(words).check
    root = project.current().root
    page = root / "PROMISES.md"
    old = page.read_text(encoding="utf-8")
    try:
        new = refreshed(old, defined(root))
    except UnkeptPromise as error:
        print(f"PROMISES.md: {error}", file=sys.stderr)
        return 1
    if new == old:
        return 0
    if check:
        print(
            "PROMISES.md: out of date; run: python -m theorem_audit.report.promises",
            file=sys.stderr,
        )
        return 1
    write_text(page, new)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
