"""``make formal``: the Coq development of ``formal/``, built and checked once per content, and its gates.

    python -m formal.tie.build [--jobs N] [--no-coqchk]

The gates are ruled on here as evidence of kind ``kernel`` would at its first run, two loads of the
libraries each: a run after it reads what was ruled, by content, and asks Coq for edited claims alone.

Ties this suite's theory to ``theorem_audit.kernel``, which knows no theory.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from theorem_audit.checks.expect import expect
from theorem_audit.checks.run_context import Absent, Inconclusive, note
from theorem_audit.kernel import (
    Development,
    Gate,
    KernelAbsent,
    NoPhrase,
    NotBuilt,
    judge,
    rule,
    statement,
)
from theorem_audit.kernel import certificates as bernstein
from theorem_audit.kernel.build import Build, BuildFailed

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "formal"
BRIDGES = FOLDER / "bridges"


@cache
def _generated() -> dict[str, str]:
    """The proved checker, under this development's name, and one theorem for each certificate."""
    from formal.tie.certificates import certificates

    checker = {
        f"bernstein/{name}.v": _renamed((judge.SOURCES / f"{name}.v").read_text(encoding="utf-8"))
        for name in judge.ORDER
        if name not in ("fraction", "identity")  # for identities, of which there are none here
    }
    header = _renamed(bernstein.HEADER)
    return checker | {
        f"certificates/{name}.v": header + bernstein.theorem("nonnegative", certificate)
        for name, certificate in certificates().items()
    }


def _renamed(text: str) -> str:
    return text.replace("Bernstein.", "SGD.bernstein.")


DEVELOPMENT = Development(FOLDER, "SGD", ROOT / "build" / "formal", generated=_generated)


@cache
def build() -> Build:
    """The build of the present sources; raises Absent where this machine has none.

    An installed theory has no Coq sources: they stay in the checkout.
    """
    if not (FOLDER / "statements").is_dir():
        raise Absent(f"no Coq sources in {FOLDER}")
    try:
        return DEVELOPMENT.built()
    except (KernelAbsent, NotBuilt) as error:
        raise Absent(str(error)) from error


def gate(claim: Any, name: str = "") -> Gate:
    """The gate of a claim object: its generated statement with the bridge kept for it.

    Raises NoPhrase where the theory cannot say in Coq what the claim says.
    """
    from formal.tie.phrases import PREAMBLE, declaration

    name = name or claim.id
    text = (BRIDGES / f"{name.replace('-', '_')}.v").read_text(encoding="utf-8")
    return Gate(name, PREAMBLE, statement(claim, declaration(name)), text)


def expect_kernel(claim: Any, name: str = "") -> None:
    """Evidence of kind ``kernel``: the statement generated from ``claim`` is a theorem of Coq.

    Where the kernel does not accept it, nothing is refuted: the claim may be true and the bridge too
    short.  So that is Inconclusive; and Absent where the kernel cannot be asked on this machine.
    """
    place = build()
    try:
        found = rule(gate(claim, name), place)
    except NoPhrase as error:
        raise Inconclusive(f"kernel: no Coq statement: {error}") from error
    if not found.proved:
        raise Inconclusive(f"kernel: {found.says}: {found.detail}")
    expect(found.proved, "kernel")
    note(f"kernel: proved; rests on {', '.join(found.axioms) or 'no axiom'}")


def rule_on_gates(place: Build, claims: Mapping[str, Any], jobs: int) -> list[str]:
    """Rule on the gates of claims, by name; what is not proved, with the reason.  Raises KernelAbsent."""
    gates, found = [], []
    for name, claim in claims.items():
        try:
            gates.append(gate(claim, name))
        except NoPhrase as error:
            found.append(f"{name}: no Coq statement: {error}")
    with ThreadPoolExecutor(jobs) as pool:  # each waits for its own Coq
        rulings = [*pool.map(lambda x: rule(x, place), gates)]
    return found + [f"{x.name}: {x.says}: {x.detail}" for x in rulings if not x.proved]


def main(arguments: list[str] | None = None) -> int:
    """Build, check, and say what was done; 0, or 1 with the reason."""
    parser = argparse.ArgumentParser(prog="python -m formal.tie.build", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="files compiled at a time")
    parser.add_argument("--no-coqchk", action="store_true", help="leave the separate checker out")
    options = parser.parse_args(arguments)
    if options.jobs < 1:
        parser.error(f"--jobs {options.jobs}: at least 1")
    from formal.tie.phrases import spoken
    from theory import claims

    try:
        place = DEVELOPMENT.build(options.jobs, not options.no_coqchk)
        said = {name: claims[name] for name in spoken()}
        wrong = rule_on_gates(place, said, options.jobs)
    except KernelAbsent as error:
        print(f"kernel: not checked here ({error})")
        return 0
    except BuildFailed as error:
        print(error, file=sys.stderr)
        return 1
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"gates: {len(said) - len(wrong)} of {len(said)} proved")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
