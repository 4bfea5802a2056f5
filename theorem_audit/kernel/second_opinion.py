"""Second opinions on stored certificates: the separate checker, Coq's kernel, z3.

Each says ``accepted``, ``rejected``, ``no answer`` (a time-out) or ``absent`` (the program is not
installed: only its line is lost).  A rejection by any of them is an error, whatever the others say.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from theorem_audit.checks.mark import ROOT
from theorem_audit.exact.checker import Certificate, InvalidCertificate, check_certificate
from theorem_audit.kernel import coq, coqc

FOLDER = ROOT / "proofs_notes" / "certificates"
Z3_SECONDS = 10.0


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


def stored(folder: Path = FOLDER) -> dict[str, Certificate]:
    """The certificates in ``folder``, by file name.

    Raises InvalidCertificate where a file is none.
    """
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            found[path.stem] = Certificate.from_json(path.read_text(encoding="utf-8"))
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
    return Opinion(name, "checker", "accepted", _since(started), f"{cells} cells")


def by_coq(name: str, certificate: Certificate, time_limit: float = 600.0) -> Opinion:
    """Coq's kernel, on the exported file."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        (path,) = coq.write({name: certificate}, Path(folder))
        try:
            result = coqc.check(path, time_limit, coq.stated(certificate))
        except coqc.CoqAbsent as error:
            return Opinion(name, "coq", "absent", 0.0, str(error))
    if result.timed_out:
        return Opinion(name, "coq", "no answer", _since(started), result.detail)
    says = "accepted" if result.accepted else "rejected"
    return Opinion(name, "coq", says, _since(started), result.detail)


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


PROGRAMS = {"checker": by_checker, "coq": by_coq, "z3": by_z3}


def opinions(
    certificates: Mapping[str, Certificate], programs: tuple[str, ...] = tuple(PROGRAMS)
) -> Iterator[Opinion]:
    """Every program's opinion of every certificate; Coq, which is slow, on all cores meanwhile."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        slow = {}
        if "coq" in programs:
            slow = {name: pool.submit(by_coq, name, c) for name, c in certificates.items()}
        try:
            for name, certificate in certificates.items():
                for program in programs:
                    if program == "coq":
                        yield slow[name].result()
                    else:
                        yield PROGRAMS[program](name, certificate)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


__all__ = ["FOLDER", "PROGRAMS", "Opinion", "by_checker", "by_coq", "by_z3", "opinions", "stored"]
