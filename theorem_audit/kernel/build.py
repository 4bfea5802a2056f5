"""Builds a folder of Coq files once per content, and knows afterwards whether a file was changed.

The build of a ``Development`` lies in ``<builds>/<hash>``, the hash being that of all sources and of
Coq's version.  Its ``manifest.json`` holds the hash of every source and of every compiled file, and
what ``coqchk -o`` said of all of them.  Nothing is ever written beside the sources.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from theorem_audit.kernel import toolchain
from theorem_audit.kernel.axioms import PERMITTED

BUILD_SECONDS = 3600.0
_FORBIDDEN = re.compile(
    r"\b(Axiom|Axioms|Parameter|Parameters|Conjecture|Admitted|admit|give_up|bypass_check"
    r"|Declare\s+ML|Unset\s+(?:Guard|Positivity|Universe)\s+Checking|Redirect|Extraction)\b"
)


class NotBuilt(RuntimeError):
    """The development has not been built from these sources on this machine."""


class Tampered(RuntimeError):
    """A file of a build is not the one that was built."""


class BuildFailed(RuntimeError):
    """Coq refused a file of the development, or coqchk its axioms."""


def digest(data: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def without_comments(text: str) -> str:
    """Coq source without its (nested) comments; strings are kept."""
    kept, depth, at = [], 0, 0
    while at < len(text):
        if depth == 0 and text[at] == '"':
            end = text.find('"', at + 1)
            end = len(text) if end < 0 else end + 1
            kept.append(text[at:end])
            at = end
        elif text.startswith("(*", at) and not text.startswith("(*)", at):
            depth, at = depth + 1, at + 2
        elif depth and text.startswith("*)", at):
            depth, at = depth - 1, at + 2
        else:
            if depth == 0:
                kept.append(text[at])
            at += 1
    return "".join(kept)


def forbidden(text: str) -> str:
    """The first command in a Coq source that could assume what is to be proved, or ''.

    With the word after it: ``Axiom cheat``.
    """
    text = without_comments(text)
    match = _FORBIDDEN.search(text)
    if match is None:
        return ""
    after = re.match(r"\s+[A-Za-z_][\w']*", text[match.end() :])
    return match[0] + (after[0] if after else "")


@dataclass(frozen=True)
class Development:
    """Coq sources that are compiled together.

    folder: sources, compiled under the logical name ``root``; ``skip``: subfolders left out.
    generated: further sources, relative path -> text (certificates).
    builds: where builds are kept.
    """

    folder: Path
    root: str
    builds: Path
    skip: tuple[str, ...] = ("bridges",)
    generated: Callable[[], Mapping[str, str]] = field(default=dict)

    def sources(self) -> dict[str, str]:
        """Relative path -> text of every source, generated ones included."""
        found = {
            str(path.relative_to(self.folder)): path.read_text(encoding="utf-8")
            for path in sorted(self.folder.rglob("*.v"))
            if path.relative_to(self.folder).parts[0] not in self.skip and path.is_file()
        }
        for name, text in self.generated().items():
            if name in found:
                raise ValueError(f"{name} is both written and generated")
            found[name] = text
        return dict(sorted(found.items()))

    def hash_of(self, sources: Mapping[str, str]) -> str:
        """The content hash: sources, their names, and Coq's version."""
        lines = [f"{name} {digest(text.encode())}" for name, text in sorted(sources.items())]
        return digest("\n".join([toolchain.version(), self.root, *lines]).encode())[:20]

    def built(self) -> Build:
        """The build of the present sources, every file checked against the manifest.

        Raises KernelAbsent without Coq, NotBuilt without a build, Tampered where a file differs.
        """
        toolchain.version()
        absent = NotBuilt(f"{self.folder.name}/ is not built from these sources (make formal)")
        if next(self.builds.glob("*/manifest.json"), None) is None:
            raise absent  # whatever the sources are: to generate them takes a second
        key = self.hash_of(self.sources())
        place = self.builds / key
        if not (place / "manifest.json").is_file():
            raise absent
        build = Build(place, self.root, key)
        build.verify()
        return build

    def build(self, jobs: int = 2, check: bool = True, say: Callable[[str], None] = print) -> Build:
        """Build the present sources unless they are built; then ``coqchk -o`` over everything."""
        sources = self.sources()
        key = self.hash_of(sources)
        place = self.builds / key
        if not (place / "manifest.json").is_file():
            self._compile(sources, place, jobs, say)
        build = Build(place, self.root, key)
        build.verify()
        if check:
            build.check_all(say)
        return build

    def _start_from_an_older_build(self, sources: Mapping[str, str], place: Path) -> None:
        """Copy the newest intact build of the same Coq; make compiles what differs from it."""
        done = sorted(self.builds.glob("*/manifest.json"), key=lambda x: x.stat().st_mtime)
        for manifest in reversed(done):
            older = Build(manifest.parent, self.root, manifest.parent.name)
            try:
                older.verify()
            except Tampered:
                continue
            if older.manifest().get("coq") != toolchain.version():
                continue
            shutil.copytree(older.place, place)  # with the times of the files
            (place / "manifest.json").unlink()
            for path in place.rglob("*.v"):
                if str(path.relative_to(place)) not in sources:
                    for kind in (".v", ".vo", ".vos", ".vok", ".glob"):
                        path.with_suffix(kind).unlink(missing_ok=True)
            return

    def _compile(
        self, sources: Mapping[str, str], place: Path, jobs: int, say: Callable[[str], None]
    ) -> None:
        for name, text in sources.items():
            if word := forbidden(text):
                raise BuildFailed(f"{name} contains the command {word}")
        started = time.perf_counter()
        if not place.is_dir():
            self._start_from_an_older_build(sources, place)
        place.mkdir(parents=True, exist_ok=True)
        for name, text in sources.items():
            target = place / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.is_file() or target.read_text(encoding="utf-8") != text:
                target.write_text(text, encoding="utf-8")
        project = f"-Q . {self.root}\n-arg -w -arg {toolchain.WARNINGS}\n" + "\n".join(sources)
        (place / "_CoqProject").write_text(project + "\n", encoding="utf-8")
        made = toolchain.run(
            [toolchain.program("coq_makefile"), "-f", "_CoqProject", "-o", "Makefile.coq"],
            place,
            60,
        )
        if not made.ok:
            raise BuildFailed(made.complaint)
        say(f"{len(sources)} Coq files, {jobs} at a time; minutes")
        done = toolchain.run(
            ["make", "--no-print-directory", "-f", "Makefile.coq", f"-j{jobs}"],
            place,
            BUILD_SECONDS,
        )
        if not done.ok:
            raise BuildFailed(done.complaint)
        seconds = round(time.perf_counter() - started, 1)
        compiled = {
            str(path.relative_to(place)): digest(path.read_bytes()) for path in place.rglob("*.vo")
        }
        manifest = {
            "schema": 1,
            "coq": toolchain.version(),
            "root": self.root,
            "seconds": seconds,
            "sources": {name: digest(text.encode()) for name, text in sources.items()},
            "compiled": dict(sorted(compiled.items())),
        }
        _write_json(place / "manifest.json", manifest)
        say(f"built in {seconds:.0f} s: {place}")


@dataclass(frozen=True)
class Build:
    """A finished build: ``place`` holds sources, compiled files and the manifest."""

    place: Path
    root: str
    key: str

    def manifest(self) -> dict[str, Any]:
        """What was built."""
        data: dict[str, Any] = json.loads((self.place / "manifest.json").read_text("utf-8"))
        return data

    def verify(self) -> None:
        """Every source and compiled file is the one that was built; raises Tampered otherwise."""
        manifest = self.manifest()
        for kind in ("sources", "compiled"):
            for name, expected in manifest[kind].items():
                path = self.place / name
                if not path.is_file():
                    raise Tampered(f"{name} is gone from the build")
                if digest(path.read_bytes()) != expected:
                    raise Tampered(f"{name} is not the file that was built")
        extra = {str(x.relative_to(self.place)) for x in self.place.rglob("*.vo")}
        if unknown := sorted(extra - set(manifest["compiled"])):
            raise Tampered(f"{unknown[0]} was not built from these sources")

    def check_all(self, say: Callable[[str], None] = print) -> None:
        """``coqchk -o`` over all files, once; raises BuildFailed on any axiom not permitted."""
        manifest = self.manifest()
        if "coqchk" not in manifest:
            say("coqchk over everything, the libraries included; minutes")
            started = time.perf_counter()
            names = [
                f"{self.root}.{name.removesuffix('.vo').replace('/', '.')}"
                for name in manifest["compiled"]
            ]
            done = toolchain.run(
                [toolchain.program("coqchk"), "-silent", "-o", "-Q", ".", self.root, *names],
                self.place, BUILD_SECONDS,
            )  # fmt: skip
            if not done.ok:
                raise BuildFailed(f"coqchk: {done.complaint}")
            manifest["coqchk"] = {
                "seconds": round(time.perf_counter() - started, 1),
                "context": _summary(done.out + done.err),
            }
            _write_json(self.place / "manifest.json", manifest)
        if wrong := objections_of_coqchk(manifest["coqchk"]["context"]):
            raise BuildFailed(f"coqchk: {'; '.join(wrong)}")
        axioms = manifest["coqchk"]["context"].get("Axioms", [])
        say(f"coqchk: {manifest['coqchk']['seconds']:.0f} s, {len(axioms)} axioms, all permitted")


def _summary(printed: str) -> dict[str, list[str]]:
    """The sections of coqchk's CONTEXT SUMMARY."""
    found: dict[str, list[str]] = {}
    section = ""
    for line in printed.splitlines():
        if line.startswith("* "):
            section, _, rest = line[2:].partition(":")
            found[section.strip()] = [rest.strip()] if rest.strip() not in ("", "<none>") else []
        elif section and line.startswith("  ") and line.strip():
            found[section].append(line.strip())
    return found


def objections_of_coqchk(context: Mapping[str, list[str]]) -> list[str]:
    """What stands against a development with this summary: axioms, switched-off checks."""
    if "Axioms" not in context:
        return ["no list of axioms in its summary"]
    wrong = []
    for name in context["Axioms"]:
        if name != "<none>" and not any(name.endswith(f".{x}") for x in PERMITTED):
            wrong.append(f"the axiom {name}")
    for section, entries in context.items():
        if section not in ("Axioms", "Theory") and entries and entries != ["<none>"]:
            wrong.append(f"{section}: {', '.join(entries)}")
    return wrong


def _write_json(path: Path, data: Any) -> None:
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps(data, indent=1), encoding="utf-8")
    temporary.replace(path)


def clean(development: Development, keep: str = "") -> None:
    """Remove all builds but the one called ``keep``."""
    for place in development.builds.glob("*"):
        if place.is_dir() and place.name not in (keep, "gates"):
            shutil.rmtree(place)


__all__ = ["Build", "BuildFailed", "Development", "NotBuilt", "Tampered", "digest", "forbidden"]
