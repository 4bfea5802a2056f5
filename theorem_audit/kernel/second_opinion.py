"""Second opinions on stored certificates: the separate checker, Coq's kernel, z3.

What Coq says of every other certificate and identity is told by ``theorem_audit.kernel.steps``.

Each says ``accepted``, ``rejected``, ``no answer`` (a time-out) or ``absent`` (the program is not
installed: only its line is lost).  A rejection by any of them is an error, whatever the others say.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from theorem_audit import project
from theorem_audit.errors import several
from theorem_audit.exact.checker import Certificate, InvalidCertificate, check_certificate
from theorem_audit.files import read_text
from theorem_audit.kernel import steps
from theorem_audit.kernel.judge import CoqAbsent
from theorem_audit.kernel.obligations import of_certificate

Z3_SECONDS = 10.0
TELL_EVERY = 5.0  # seconds


@dataclass(frozen=True)
class Opinion:
    """What one program says of one certificate."""

    certificate: str
    program: str
    says: str
    seconds: float = 0.0
    detail: str = ""

    @property
    def disagrees(self) -> bool:
        """Whether the program rejects the certificate."""
        return self.says == "rejected"

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)


def stored(folder: Path | None = None) -> dict[str, Certificate]:
    """The certificates in ``folder`` (default: the project's), by file name.

    Raises InvalidCertificate where a file is none.
    """
    folder = folder or project.current().path("certificates")
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            found[path.stem] = Certificate.from_json(read_text(path))
        except InvalidCertificate as error:
            raise InvalidCertificate(f"{path.name}: {error}") from error
    return found


def by_checker(name: str, certificate: Certificate) -> Opinion:
    """The separate checker in ``theorem_audit/exact/checker.py``: integers and fractions only."""
    started = time.perf_counter()
    try:
        cells = check_certificate(certificate)
    except InvalidCertificate as error:
        return Opinion(name, "checker", "rejected", _since(started), str(error))
    return Opinion(name, "checker", "accepted", _since(started), several(cells, "cell"))


def by_coq(certificates: Mapping[str, Certificate]) -> dict[str, Opinion]:
    """Coq's kernel, on all at once: loading the real numbers costs more than the certificates."""
    started = time.perf_counter()
    theorems = {name: of_certificate(x) for name, x in certificates.items()}
    try:
        said = steps.verdicts(theorems.values())
    except CoqAbsent as error:
        return {name: Opinion(name, "coq", "absent", 0.0, str(error)) for name in theorems}
    each = round((time.perf_counter() - started) / max(len(theorems), 1), 2)
    found = {}
    for name, theorem in theorems.items():
        judged = said[theorem.label]
        says = "accepted" if judged.accepted else "no answer" if judged.timed_out else "rejected"
        found[name] = Opinion(name, "coq", says, each, judged.detail)
    return found


def by_z3(name: str, certificate: Certificate, time_limit: float = Z3_SECONDS) -> Opinion:
    """z3, on the raw statement: is there a point of the box where the polynomial is negative?"""
    try:
        import z3
    except ImportError:
        return Opinion(name, "z3", "absent", 0.0, "z3-solver is not installed")
    started = time.perf_counter()
    variables = [z3.Real(f"x{k}") for k in range(len(certificate.symbols))]

    def polynomial(terms: Any) -> Any:
        total: Any = z3.RealVal(0)
        for exponents, coefficient in terms:
            term: Any = z3.Q(*Fraction(coefficient).as_integer_ratio())
            for x, e in zip(variables, exponents, strict=True):
                for _ in range(e):
                    term = term * x
            total = total + term
        return total

    solver = z3.Solver()
    solver.set("timeout", int(1000 * time_limit))
    for x, (low, high) in zip(variables, certificate.box, strict=True):
        solver.add(polynomial(low) <= x, x <= polynomial(high))
    solver.add(polynomial(certificate.polynomial) < 0)
    answer = solver.check()
    if answer == z3.unsat:
        return Opinion(name, "z3", "accepted", _since(started))
    if answer == z3.sat:
        return Opinion(name, "z3", "rejected", _since(started), f"negative at {solver.model()}")
    return Opinion(name, "z3", "no answer", _since(started), f"within {time_limit:.0f} s")


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 2)


PROGRAMS = ("checker", "coq", "z3")


def opinions(
    certificates: Mapping[str, Certificate],
    programs: tuple[str, ...] = PROGRAMS,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[Opinion]:
    """Every program's opinion of every certificate.  Coq, a process of its own, is asked beside the others.

    tell: called with a line now and then, as the first opinion comes when all are asked.
    """
    ask = {"checker": by_checker, "z3": by_z3}
    with ThreadPoolExecutor(1) as beside:
        coq = beside.submit(copy_context().run, by_coq, certificates) if "coq" in programs else None
        found, told = {}, time.monotonic()
        for done, (name, certificate) in enumerate(certificates.items()):
            if done == 0 or time.monotonic() - told > TELL_EVERY:
                tell(f"certificates: {done} of {len(certificates)} asked")
                told = time.monotonic()
            for program in programs:
                if program != "coq":
                    found[name, program] = ask[program](name, certificate)
        if coq is not None and certificates:
            tell(f"certificates: {len(certificates)} of {len(certificates)} asked; waiting for Coq")
    for name in certificates:
        for program in programs:
            yield coq.result()[name] if coq and program == "coq" else found[name, program]


__all__ = ["PROGRAMS", "Opinion", "by_checker", "by_coq", "by_z3", "opinions", "stored"]
