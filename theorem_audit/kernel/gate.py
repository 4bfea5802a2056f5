"""The gate: a generated statement, a bridge that proves it, and two files that keep them apart.

1. ``bridge.v`` begins with the statement alone, under the preamble, and has Coq say that it is a
   proposition: where it does not, the statement is *ill-typed*, which is not the same as refused.  After
   it come the bridge's lemmas and ``Theorem gate : claimed.``, proved by the bridge's tactics.
2. ``ruling.v`` sees neither the bridge's names nor its notations.  The generated text is written once
   more, before the bridge is loaded, and must be what the gate proves; then the assumptions of the gate
   are printed and compared with the permitted ones.

So a bridge cannot change what a word means, prove another statement, or assume what is to be proved.
Each file costs a load of the libraries, so there is none for the statement alone.
Results are kept by content: sources, statement, bridge and Coq's version; a build whose files were
changed is refused before anything is looked up.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from theorem_audit.files import write_text
from theorem_audit.kernel import toolchain
from theorem_audit.kernel.axioms import objections, parse
from theorem_audit.kernel.build import Build, digest, forbidden

GATE_SECONDS = 300.0
MARK = "(* gate *)"


@dataclass(frozen=True)
class Gate:
    """What is to be proved, and how.

    preamble: the imports under which the statement is read.  statement: a Coq proposition.
    bridge: Coq text; lemmas, a line ``(* gate *)``, the tactics between ``Proof.`` and ``Qed.``.
    """

    name: str
    preamble: str
    statement: str
    bridge: str

    def key(self, build: Build) -> str:
        """What a result of this gate depends on."""
        parts = [toolchain.version(), build.key, self.preamble, self.statement, self.bridge, _FORM]
        return digest("\0".join(parts).encode())[:24]


@dataclass(frozen=True)
class Ruling:
    """What the kernel said: ``proved``, ``refused``, ``ill-typed`` or ``no answer``.

    detail: Coq's complaint, or the axioms that stand against it.  axioms: what the proof rests on.
    printed: the statement as Coq prints it back.
    """

    name: str
    says: str
    detail: str = ""
    axioms: tuple[str, ...] = ()
    printed: str = ""
    seconds: float = 0.0
    cached: bool = False

    @property
    def proved(self) -> bool:
        """Whether the kernel accepted a proof of exactly the generated statement."""
        return self.says == "proved"


_BRIDGE = """{preamble}
Definition claimed : Prop :=
{statement}.
Check claimed.
{lemmas}
Theorem gate : claimed.
Proof.
unfold claimed.
{tactics}
Qed.
"""
_RULING = """{preamble}
Definition claimed : Prop :=
({statement}).
Require GATE.bridge.
Definition ruled : GATE.ruling.claimed := GATE.bridge.gate.
Print GATE.ruling.claimed.
Print Assumptions ruled.
"""
_TYPED = "claimed\n     : Prop\n"  # what ``Check`` prints, before anything of the bridge is read
_FORM = digest(f"{_BRIDGE}\0{_RULING}".encode())


def rule(
    gate: Gate, build: Build, *, fresh: bool = False, roots: Sequence[tuple[Path, str]] = ()
) -> Ruling:
    """Have the kernel decide a gate; a result for the same content is read back.

    build: a verified build (``Development.built``).  Raises KernelAbsent without Coq, Tampered where a
    file of the build was changed.
    """
    build.verify()
    kept = build.place.parent / "gates" / f"{gate.key(build)}.json"
    if not fresh and (ruling := _read(kept)) is not None:
        return ruling
    started = time.perf_counter()
    ruling = _decide(gate, [(build.place, build.root), *roots])
    ruling = Ruling(**{**asdict(ruling), "seconds": round(time.perf_counter() - started, 1)})
    if ruling.says != "no answer":
        said = asdict(ruling)
        write_text(kept, json.dumps({"ruling": said, "digest": _seal(kept, said)}, indent=1))
    return ruling


def _seal(kept: Path, said: Any) -> str:
    """What tells that a kept ruling is whole, and of the gate whose name its file bears."""
    return digest(f"{kept.name}\0{json.dumps(said, sort_keys=True)}".encode())


def _read(kept: Path) -> Ruling | None:
    """What was kept; None where there is nothing, or a file that somebody has cut or changed."""
    try:
        data = json.loads(kept.read_bytes())
        if data["digest"] != _seal(kept, data["ruling"]):
            return None
        return Ruling(
            **{**data["ruling"], "axioms": tuple(data["ruling"]["axioms"]), "cached": True}
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _decide(gate: Gate, roots: Sequence[tuple[Path, str]]) -> Ruling:
    if word := forbidden(gate.statement) or forbidden(gate.bridge) or forbidden(gate.preamble):
        return Ruling(gate.name, "refused", f"the bridge contains the command {word}")
    if gate.bridge.count(MARK) != 1:
        return Ruling(gate.name, "refused", f"the bridge needs one line {MARK}")
    lemmas, tactics = gate.bridge.split(MARK)
    fields = {
        "preamble": gate.preamble, "statement": gate.statement, "lemmas": lemmas, "tactics": tactics,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        search = [*roots, (place, "GATE")]
        for stem, form in (("bridge", _BRIDGE), ("ruling", _RULING)):
            path = place / f"{stem}.v"
            path.write_text(form.format(**fields), encoding="utf-8")
            done = toolchain.compile_file(path, place, search, GATE_SECONDS)
            if done.timed_out:
                return Ruling(gate.name, "no answer", done.complaint)
            if stem == "bridge" and _TYPED not in done.out:
                return Ruling(gate.name, "ill-typed", f"statement: {done.complaint}")
            if not done.ok:
                return Ruling(gate.name, "refused", f"{stem}: {done.complaint}")
    printed, found, assumptions = _split(done.out)
    if not found:
        return Ruling(gate.name, "refused", "Coq printed no assumptions")
    if wrong := objections(assumptions):
        return Ruling(gate.name, "refused", "; ".join(wrong), printed=printed)
    return Ruling(gate.name, "proved", "", tuple(sorted(parse(assumptions))), printed)


def _split(out: str) -> tuple[str, bool, str]:
    """What ``Print`` and ``Print Assumptions`` printed, in that order."""
    lines = out.splitlines()
    for number, line in enumerate(lines):
        if line.strip() in ("Axioms:", "Closed under the global context"):
            return "\n".join(lines[:number]).strip(), True, "\n".join(lines[number:])
    return out, False, ""


__all__ = ["MARK", "Gate", "Ruling", "rule"]
