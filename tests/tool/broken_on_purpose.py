"""Each fuzz test with what it tests broken on purpose: a test that cannot fail says nothing.

    python -m tests.tool.broken_on_purpose [TEST]...

Runs each test in a process in which one function was replaced, and says whether the test failed; exit code
1 where one passed all the same.  ``test_kept_faults.py`` looks that every fuzz test has a row here.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NAME = "BREAK_ON_PURPOSE"
FUZZ = (
    "tests/tool/test_fuzz.py",
    "tests/tool/test_fuzz_statements.py",
    "tests/tool/test_receipt.py",
)


def _put(where: str, value: Any) -> None:
    module, _, path = where.partition(":")
    owner: Any = importlib.import_module(module)
    *owners, last = path.split(".")
    for x in owners:
        owner = getattr(owner, x)
    setattr(owner, last, value)


def _unchecked() -> None:
    from theorem_audit.exact import checker

    checker.check_certificate = checker._checked


def _another_polynomial() -> None:
    from theorem_audit.kernel import certificates

    real = certificates.statement

    def statement(certificate: Any, **more_words: Any) -> str:
        more = [*certificate.polynomial, [[2, 2], "1/7"]]
        return real(replace(certificate, polynomial=more), **more_words)

    certificates.statement = statement


def _itself() -> None:
    from theorem_audit.doubt import variants

    variants.formula_variants = lambda claim: iter([SimpleNamespace(claim=claim, name="itself")])  # type: ignore[assignment]


# Test -> what is broken before it is imported.
BROKEN: dict[str, Callable[[], None]] = {
    "test_no_certificate_is_accepted_of_what_is_negative": lambda: _put(
        "theorem_audit.exact.checker:_smallest_bernstein", lambda poly, size: Fraction(0)
    ),
    "test_no_json_is_a_certificate_by_chance": _unchecked,
    "test_an_export_for_coq_states_the_certificates_own_polynomial": _another_polynomial,
    "test_no_json_breaks_the_reader_of_ledgers": lambda: _put(
        "theorem_audit.report.load:validate", lambda data: data["claims"][0]["evidence"][0]["x"]
    ),
    "test_no_bytes_break_the_reader_of_ledgers": lambda: _put(
        "theorem_audit.report.load:load_run", lambda path: json.loads(path.read_bytes())
    ),
    "test_a_store_with_changed_bytes_gives_its_numbers_or_says_so": lambda: _put(
        "sim.sweeps.store:_digest", lambda key, payload: b"x"
    ),
    "test_no_text_breaks_a_note_or_becomes_markup": lambda: _put(
        "theorem_audit.report.mathematics:mathml", lambda text: text
    ),
    "test_no_statement_breaks_what_reads_it": _itself,
    "test_no_json_makes_verify_break_or_accept": lambda: _put(
        "verify:verify", lambda data, project=None: iter(())
    ),
}


def main(words: list[str]) -> int:
    """Run them all, or those named."""
    passed = []
    for test in words or list(BROKEN):
        file = next(x for x in FUZZ if f"def {test}(" in (ROOT / x).read_text(encoding="utf-8"))
        call = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", __spec__.name, "-x",
                f"{file}::{test}"]  # fmt: skip
        done = subprocess.run(call, cwd=ROOT, env={**os.environ, NAME: test}, capture_output=True, text=True,
                              timeout=300, check=False)  # fmt: skip
        said = next((x for x in done.stdout.splitlines()[::-1] if x.startswith("FAILED")), "")
        failed = done.returncode == 1
        print(
            f"{test}: {'fails' if failed else 'PASSES THOUGH BROKEN'}: {said.partition(' - ')[2][:100]}",
            flush=True,
        )
        passed += [] if failed else [test]
    return int(bool(passed))


if NAME in os.environ and __name__ != "__main__":
    BROKEN[os.environ[NAME]]()
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
