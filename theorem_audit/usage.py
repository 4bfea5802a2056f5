"""What the commands share: reading their words, writing their JSON."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import secrets
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from theorem_audit import files, ours, project
from theorem_audit.errors import BadUsage


def seed_of(text: str) -> int:
    """The seed that ``--seed`` asks for; drawn afresh for ``random``."""
    if text == "random":
        return secrets.randbits(32)
    if text.isascii() and text.isdecimal() and len(text) <= 40:
        return int(text)
    raise BadUsage(f"--seed {text!r}: an integer >= 0, or 'random'")


def checked_numbers(args: argparse.Namespace) -> None:
    """Raise BadUsage for numbers that no call can have, before anything is imported or run."""
    said = {name: value for name, value in vars(args).items() if value is not None}
    for name, least in (("workers", 1), ("cap", 0)):
        if said.get(name, least) < least:
            raise BadUsage(f"--{name} {said[name]}: at least {least}")
    if not 0 < said.get("time_limit", 1.0) <= 1e6:
        raise BadUsage(
            f"--time-limit {said['time_limit']:g}: a number of seconds, 0 < SECONDS <= 1e6"
        )
    if not 0 < said.get("seconds", 1.0) < float("inf"):
        raise BadUsage(f"--seconds {said['seconds']:g}: a finite number > 0")
    if isinstance(said.get("seed"), str):
        seed_of(said["seed"])


def ids_of(given: Sequence[str]) -> list[str]:
    """The claims asked for (none: all), each once, in any case; BadUsage names the unknown ones."""
    claims = project.claims()
    return known_ids(given, claims, claims.like)


def known_ids(
    given: Sequence[str], known: Collection[str], like: Callable[[str], str]
) -> list[str]:
    """The same of the claims of an index; like: what is said beside an unknown one."""
    wanted = [claim_id.upper() for claim_id in given]
    if unknown := [claim_id for claim_id in wanted if claim_id not in known]:
        said = ", ".join(f"unknown claim {x or repr(x)}{like(x)}" for x in unknown)
        raise BadUsage(f"{said} (audit list shows them)")
    return list(dict.fromkeys(wanted)) or list(known)


CLAIM = "a claim's id, as `audit list` shows it"  # help of a command that takes one

# Option -> the endings of what it writes, by which a later call knows it; the module that says how it begins.
# A PDF and a picture are known by a line within (``MARKS``).
WRITTEN = {
    "csv": ((".csv",), ""),
    "latex": ((".tex",), "theorem_audit.report.latex"),
    "book": ((".tex", ".pdf"), "theorem_audit.report.typeset"),
}
MARKS = {
    "book": b"% written by theorem-audit --book",
    "plot": b"drawn by theorem-audit --plot",
    "figures": b"drawn by theorem-audit figures",
}
NAMED = ("json", "csv", "latex", "book", "plot", "store", "readme")  # files that a call writes
FOLDERS = ("out", "coq")  # that it writes to
READ = ("source", "variants", "file", "keep", "leave")  # files that it reads
FROM = ("pictures", "folder")  # folders that it reads, or begins in
SHOWN = {"source": "--from", "file": "RUN", "folder": "DIR", "keep": "A.npy", "leave": "B.npy"}


def checked_paths(args: argparse.Namespace) -> None:
    """Raise BadUsage where the name of a file or folder is empty: it would be taken for one that was not given,
    or for the folder that the command is called in.
    """
    for name in (*NAMED, *FOLDERS, *READ, *FROM):
        if getattr(args, name, None) == "":
            kind = "folder" if name in (*FOLDERS, *FROM) else "file"
            raise BadUsage(f"{SHOWN.get(name, f'--{name}')} '': the name of a {kind} is needed")


def checked_target(args: argparse.Namespace) -> None:
    """Raise BadUsage where the files that a call writes would take something away without a word.

    Two of its files are one; one is read, too; ``--csv``, ``--latex`` or ``--book`` names a file of another
    kind, or has another ending, by which a second call would not know it; ``--book`` or ``--plot`` a PDF or a
    picture that it did not write itself; or one of them cannot be there,
    which would be told when the work is done; a name is empty, or of a folder where a file is needed, or the
    other way round.  See also ``checked_json``.
    """
    checked_paths(args)
    said = {name: value for name, value in vars(args).items() if isinstance(value, str)}
    for name in (x for x in NAMED if said.get(x, "-") != "-"):
        path = Path(said[name])
        if not path.name or path.is_dir():
            raise BadUsage(f"--{name} {path}: it is a folder")
        above = next(x for x in (path.absolute().parent, *path.absolute().parents) if x.exists())
        if not above.is_dir():
            raise BadUsage(f"--{name} {path}: {above} is no folder")
        if not path.exists() and not os.access(above, os.W_OK):
            raise BadUsage(f"--{name} {path}: nothing can be written in {above}")
        for other in (x for x in (*NAMED, *READ) if x != name and said.get(x, "-") != "-"):
            one = os.path.realpath(said[other]) == os.path.realpath(path)
            if files.is_plain(path) and (one or same(said[other], str(path))):
                what = (
                    f"it is --{other}'s, too"
                    if other in NAMED
                    else f"it is read, too ({said[other]})"
                )
                raise BadUsage(f"--{name} {path}: {what}; name another file")
        kinds = " or ".join(WRITTEN.get(name, ("",))[0])
        if name in WRITTEN and files.is_plain(path) and path.suffix.lower() not in WRITTEN[name][0]:
            raise BadUsage(f"--{name} {path}: the ending must be {kinds}")
        # without TeX, a book's source is left beside where the book would be
        for made in {path, path.with_suffix(".tex")} if name == "book" else {path}:
            if made.is_file() and not _replaceable(name, made):
                what = f"{kinds} file" if kinds else "picture"
                raise BadUsage(f"--{name} {path}: {made} is there, and no {what} that --{name} wrote; "
                               "it would be lost")  # fmt: skip
    for name in (x for x in ("source", "variants", "file") if x in said):
        if Path(said[name]).is_dir():
            raise BadUsage(f"{SHOWN.get(name, f'--{name}')} {said[name]}: it is a folder")
    for name in (x for x in FOLDERS if x in said):
        if Path(said[name]).exists() and not Path(said[name]).is_dir():
            raise BadUsage(f"--{name} {said[name]}: it is no folder")
    checked_json(args)


def _replaceable(name: str, path: Path) -> bool:
    """Whether a file is empty, or shows that it was written by the option that is to write over it."""
    if name not in WRITTEN and name not in MARKS:
        return True
    text = path.read_bytes()
    if not text or (name in MARKS and MARKS[name] in text):
        return True
    _, writer = WRITTEN.get(name, ((), ""))
    if name in WRITTEN and path.suffix.lower() != ".pdf":
        return text.startswith(importlib.import_module(writer).BEGINS.encode() if writer else b"")
    return False


# Endings of a base of SQLite, and of what it keeps beside it.
BESIDE = ("", "-wal", "-shm", "-journal")


def checked_json(args: argparse.Namespace) -> None:
    """Raise BadUsage where ``--json FILE`` names what would be lost without a word, before any work.

    That is a file that the call reads, a table or certificate that the project keeps, a store or what lies
    beside one, and a file that is there and that this tool did not write.  A project's own commands may replace
    what is like what they write, which ``emit`` looks at.
    """
    if args.json in (None, "-"):
        return
    here = project.current() if args.command != "init" else None
    stores = [] if here is None else [str(here.path("kept"))]
    for store in filter(None, (*stores, getattr(args, "store", None))):
        if os.path.realpath(args.json) in {os.path.realpath(store + x) for x in BESIDE}:
            raise BadUsage(f"--json {args.json}: a store is kept there; name another file")
    if not os.path.isfile(args.json):
        return
    if here is not None:
        kept = [*here.path("certificates").glob("*.json")]
        if args.command != "mutants":  # which writes this one
            kept.append(here.path("variants"))
        if any(same(str(x), args.json) for x in kept):
            raise BadUsage(f"--json {args.json}: the project keeps it; name another file")
    for name, value in vars(args).items():
        if name != "json" and isinstance(value, str) and same(value, args.json):
            raise BadUsage(f"--json {args.json}: it is read, too ({value}); name another file")
    try:
        there = ours.read(Path(args.json))
    except ValueError:
        raise BadUsage(f"--json {args.json}: it is there, and no JSON; it would be lost") from None
    handler = getattr(args, "handler", checked_json)
    of_the_tool = handler.__module__.startswith(f"{__package__}.")
    if of_the_tool and not ours.is_ours(there, _names(args)):
        raise BadUsage(NOT_OURS.format(args.json))


# Commands that write a list of names, and of what.
LISTS = {"new": "files", "init": "files", "report": "files", "export": "files", "notes": "notes"}


def _names(args: argparse.Namespace) -> str:
    if args.command == "list":
        return "ids" if args.names else ""
    return LISTS.get(args.command, "")


NOT_OURS = "--json {}: it is there, and nothing that this command writes; it would be lost"


def same(left: str, right: str) -> bool:
    """Whether two names are of one file, which is there."""
    try:
        return os.path.samefile(left, right)
    except (OSError, ValueError):
        return False


def is_utf8(stream: Any) -> bool:
    """Whether a text stream can take any character."""
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "") == "utf8"


def emit(data: Any, target: str) -> None:
    """Write JSON to a file, or to standard output for ``-`` (in ASCII where that is no UTF-8).

    Raises BadUsage where the file is there, and neither this tool's nor like what is to be written.
    """
    narrow = target == "-" and not is_utf8(sys.stdout)
    text = ours.as_text(data, ascii_only=narrow)
    if target == "-":
        sys.stdout.write(text)
        return
    if os.path.isfile(target):
        there = ours.read(Path(target))
        if there is not None and not (ours.is_ours(there) or ours.alike(there, json.loads(text))):
            raise BadUsage(NOT_OURS.format(target))
    files.write_text(Path(target), text)


__all__ = [
    "BadUsage",
    "checked_json",
    "checked_numbers",
    "checked_paths",
    "checked_target",
    "emit",
    "ids_of",
    "is_utf8",
    "same",
    "seed_of",
]
