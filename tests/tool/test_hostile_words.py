"""Words, files and terminals that are off: one line and exit code 2, or the work done all the same."""

from __future__ import annotations

import copy
import io
import json
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sympy import (
    Abs,
    Eq,
    Float,
    Ge,
    Gt,
    Mod,
    Ne,
    Rational,
    acosh,
    asin,
    atan,
    binomial,
    cos,
    cosh,
    cot,
    exp,
    factorial,
    false,
    floor,
    log,
    pi,
    sin,
    sinh,
    sqrt,
    symbols,
    tan,
    true,
)  # fmt: skip

import tests
from sim.tests.sweep_stubs import ROOT
from tests.tool.ledgers import IDS
from theorem_audit.checks.mark import LEFT_OUT, NoEvidence, collect
from theorem_audit.cli import main
from theorem_audit.doubt import instances
from theorem_audit.project import Project
from theorem_audit.report.mathematics import mathml, note_html
from theorem_audit.report.site import write_site
from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.tests.thorough import in_ci_but
from theorem_audit.usage import BadUsage, emit, seed_of
from theorem_audit.weigh import reading, sense

X, Y = symbols("x y", real=True)
N, B = symbols("n b", integer=True)


def _claim(formula: Any, region: Any = true) -> Claim:
    hypotheses = () if region is true else (Assumption("all", region),)
    return Claim("A", "a", formula, Source("lemma", "made up"), "exact", "made", hypotheses)


# --- claims that say nothing ------------------------------------------------------------------

R, AFTER = symbols("r2 r2_next", real=True)
UNDEFINED = {
    "hidden 0/0": (Eq(AFTER, (R**2 - 1) / (R - 1), evaluate=False), R > 0),
    "p at n = 1": (Eq(Y, B * (N - B) / (N * (N - 1))), (N >= 1) & (B >= 1) & (B <= N)),
    "a size that nothing bounds": (Eq(Y, 1 / N), true),
    "a product": (Eq(Y, 1 / ((R - 2) * (R + 5))), R > 0),
    "an inequality": (Ge(1 / (R - 3), 0), R > 0),
    "a root of what is negative": (Eq(Y, sqrt(R - 1)), (R > 0) & (R < 2)),
    "through a definition": (Eq(Y, R - 1) & Eq(X, 1 / Y), R > 0),
}
DEFINED = {
    "the pole is outside": (Eq(AFTER, (R**2 - 1) / (R - 1), evaluate=False), (R > 0) & (R < 1)),
    "n >= 2": (Eq(Y, B * (N - B) / (N * (N - 1))), (N >= 2) & (B >= 1) & (B <= N)),
    "a polynomial": (Eq(Y, R**2), R > 0),
    "an alternative that holds there": (Eq(R, 1) | Eq(Y, 1 / (R - 1)), R > 0),
}


@pytest.mark.parametrize("what", [*UNDEFINED, *DEFINED])
def test_a_formula_that_is_undefined_in_its_region_is_an_error(what: str) -> None:
    found = sense.vacuous(_claim(*{**UNDEFINED, **DEFINED}[what]), 0)
    assert (found is not None) == (what in UNDEFINED), found
    if found is not None:
        assert (found.outcome, found.test) == (
            "error",
            "theorem_audit/doubt/undefined.py::undefined",
        )
        assert "undefined at" in found.detail


HELD = [
    N >= 10, (N >= 1_000) & (B >= N - 1) & (B <= N - 1), (N >= 2) & (B >= N + 10) & (B < N + 12),
    Eq(X, sqrt(2)), Eq(X**2, 2) & (X > 0), (sqrt(2) < X) & (Rational(3, 2) > X),
    (X**3 > 2) & (Rational(201, 100) > X**3), (pi < X) & (Rational(315, 100) > X),
    Eq(X**2 + Y**2, 3) & (X > 1), X > 10**6, (exp(2) < X) & (X < 8),
    Eq(X**2, 2) & Eq(Y, X + 1),
    # mended: each was called empty
    Eq(Mod(N, 2), 1), (N >= 10**6) & Eq(Mod(N, 7), 3), Eq(2**N, 1024), Eq(factorial(N), 120),
    Eq(binomial(N, 2), 45), Eq(floor(X), 7), (N >= 1) & (N < B / 100), Abs(X - 1000) < Rational(1, 1000),
    ((X > 5) & (X < 6)) | (X < -10), Eq(X**3, 2), Eq(X**4, 5) & (X > 0), Eq(X**5, X + 1), Eq(exp(X), 2),
    Eq(log(X), 3), Eq(sinh(X), 1) & (X > 0), Eq(cos(X), 0),
    # mended: of infinitely many solutions the least was tried, and of f(g(x)) = c none
    Eq(cos(X), 0) & (X > 2), Eq(tan(X), 1) & (X < -50), Eq(cos(2 * X + 1), 0) & (X > 5),
    Eq(sin(X), -1) & (10 * pi < X) & (12 * pi > X), Eq(cos(X), 0) & (X > Y) & (Y > 5),
    Eq(sin(X)**2, Rational(1, 2)) & (X > 2) & (X < 3), Eq(cot(X), 1) & (X**2 > 200), Eq(2**X, 3) & (X > 0),
    (N >= 10) & (B >= N**2), (X >= 1000) & (Y >= X**2) & (Y <= 2 * X**2),  # mended: a bound made of a bound
    Eq(log(X)**2, 2) & (X > 2), Eq(cosh(X), 3) & (X < 0), Eq(cos(X), 0) & Ne(X, pi / 2) & (X > 0),
]  # fmt: skip


@pytest.mark.parametrize("region", in_ci_but(HELD, *HELD[::4]), ids=str)
def test_what_can_hold_is_not_called_empty(region: Any) -> None:
    found = instances.instance(_claim(Eq(Y, Y + 1, evaluate=False), region))
    assert region.subs(found, simultaneous=True).rewrite(exp) is true


@pytest.mark.parametrize(
    "region",
    [Eq(X, sqrt(2)) & (X > 2), Eq(X**2, -2), (N >= 10) & (N < 10), Eq(X**2, 2) & Eq(X, 1),
     Eq(cos(X), 0) & (X > 2) & (X < 3), Eq(cos(X), 3), Eq(asin(X), 2), Eq(atan(X), 2), Eq(acosh(X), -1)],
    ids=str,
)  # fmt: skip
def test_what_cannot_hold_is_still_empty(region: Any) -> None:
    """What is not found is told as that, and as a contradiction only where it is known to be one."""
    told = "contradict each other" if region is false else "was found .which does not show"
    with pytest.raises(instances.EmptyRegion, match=told):
        instances.instance(_claim(Eq(Y, Y + 1, evaluate=False), region))


@pytest.mark.parametrize("formula", [Gt(X**2 + 1, 0), Eq(X, X), Eq(X, X + 1)])
def test_a_formula_that_sympy_evaluated_is_refused_where_it_is_declared(formula: Any) -> None:
    with pytest.raises(TypeError, match="SymPy evaluated it, so that nothing of the statement"):
        _claim(formula)


def test_a_float_is_refused_where_a_claim_is_declared() -> None:
    """Mended: over QQ it was taken for a rational near it, and a false bound was certified."""
    number = Float("0.1000000000000000001", 30)
    with pytest.raises(TypeError, match="a float says no exact number"):
        _claim(Ge(X, number))
    with pytest.raises(TypeError, match="a float says no exact number"):
        _claim(Eq(X, Y), number > X)


# --- evidence files ---------------------------------------------------------------------------


def test_a_file_of_evidence_that_skips_itself_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And as nothing else is there, nothing could be judged."""
    text = "import pytest\npytest.importorskip('no_such_module')"
    (tmp_path / "test_zz_made.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(tests, "__path__", [str(tmp_path)])
    monkeypatch.setattr(Project, "_ours", lambda *_: None)  # it refuses a folder elsewhere
    with pytest.raises(NoEvidence):
        collect()
    assert "no_such_module" in LEFT_OUT.pop("tests/test_zz_made.py")


def test_python_without_assertions_is_refused() -> None:
    code = "import sys\nfrom theorem_audit.cli import main\nsys.exit(main(['list']))"
    done = subprocess.run([sys.executable, "-O", "-c", code], cwd=ROOT, capture_output=True, text=True,
                          timeout=170, check=False)  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "audit: python -O strips the assertions of evidence: run without it\n"


# --- words ------------------------------------------------------------------------------------

SIMULATE = ("simulate", "--n", "4", "--b", "1", "--step-size", "0.1", "--steps", "5", "--runs", "2")
SWEEP = ("sweep", *SIMULATE[1:])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((*SIMULATE, "--radius", "1e200"), "--radius 1e+200"),
        ((*SIMULATE, "--radius", "inf"), "--radius inf"),
        ((*SIMULATE, "--radius", "1e-200"), "--radius 1e-200"),  # mended: each run began dead
        ((*SIMULATE[:2], "999999999999", *SIMULATE[3:]), "there is not the memory for it"),
        ((*SIMULATE, "--plot", "{good}.svg", "--json", "{good}.svg"), "it is --plot's, too"),
        (
            (*SIMULATE, "--plot", "/dev/null/x.svg"),
            "--plot /dev/null/x.svg: /dev/null is no folder",
        ),
        (
            (*SWEEP, "--store", "{good}.db", "--csv", "{binary}"),
            "binary: the ending must be .csv",
        ),
        ((*SWEEP, "--store", "{good}.db", "--csv", "{good}.db"), "it is --store's, too"),
        (
            (*SWEEP, "--store", "{good}.db", "--csv", "new.text"),
            "--csv new.text: the ending must be .csv",
        ),
        ((*SIMULATE, "--plot", "x.xyz"), "--plot x.xyz: the ending must be one of"),
        ((*SIMULATE, "--seed", "9" * 5_000), "--seed"),
        ((*SIMULATE, "--json", "/dev/null/x"), "/dev/null"),
        (("figures", "--out", "{good}"), "good: it is no folder"),
        (("export", "--coq", "{good}"), "good: it is no folder"),
        (("run", "--time-limit", "nan"), "--time-limit nan: a number of seconds"),
        (("run", "--workers", "-2"), "--workers -2: at least 1"),
        (("falsify", "--seconds", "-1"), "--seconds -1: a finite number > 0"),
        (("mutants", "--cap", "-1"), "--cap -1: at least 0"),
        (("show", "TRACE", "--seed", "-3"), "--seed '-3': an integer >= 0, or 'random'"),
        (
            ("report", "--readme", "{good}.md"),
            "good.md: no such file; the table is renewed in a file that",
        ),
        (
            ("report", "--variants", "{good}.json"),
            "good.json: no such file; `audit mutants --json",
        ),
        (("report", "--from", "{binary}"), "cannot be read"),
        (("report", "--from", "{deep}"), "not a ledger"),
        (("report", "--from", "{digits}"), "not a ledger"),
        (("stale", "{binary}"), "cannot be read"),
        (("stale", "/dev/zero"), "/dev/zero: cannot be read: more than 67,108,864 bytes"),
        (("report", "--from", "/dev/zero"), "/dev/zero: cannot be read: more than"),
        (("stale", "{deep}"), "not a ledger"),
        (("report", "--from", "{good}", "--readme", "{binary}"), "--readme"),
        (("report", "--from", "{good}", "--out", "/dev/null/x"), "/dev/null"),
    ],
)
def test_wrong_values_get_one_line_and_exit_code_2(
    words: tuple[str, ...], says: str, run_file: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (tmp_path / "binary").write_bytes(bytes(range(256)))
    (tmp_path / "deep").write_text("[" * 200_000)
    (tmp_path / "digits").write_text('{"a": ' + "9" * 5_000 + "}")
    shutil.copy(run_file, tmp_path / "good")
    filled = [re.sub(r"\{(\w+)\}", lambda m: str(tmp_path / m[1]), word) for word in words]
    assert main(filled) == 2
    said = capsys.readouterr()
    assert says in " ".join(said.err.split())
    assert said.err.startswith("audit: ")
    assert "Traceback" not in said.err


def test_wrong_numbers_are_told_before_any_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mended: the theory was read first, for seconds."""

    def work(*_: object) -> int:
        raise AssertionError("it was begun")

    monkeypatch.setattr("theorem_audit.doubt.commands._falsify", work)
    monkeypatch.setattr("theorem_audit.weigh.commands.run", work)
    with pytest.raises(AssertionError, match="it was begun"):
        main(["falsify", "--seconds", "1"])
    assert main(["falsify", "--seconds", "inf"]) == 2
    assert main(["run", "--time-limit", "0"]) == 2
    assert "--time-limit 0: a number" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("first", ["--latex a.tex", "--out d", "--readme README.md"])
def test_a_report_is_one_thing_a_call(first: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Mended: of two the first was written, and the other not, without a word."""
    with pytest.raises(SystemExit) as end:
        main(["report", *first.split(), "--book", "b.tex"])
    assert end.value.code == 2
    assert f"--book: not allowed with argument {first.split()[0]}" in capsys.readouterr().err


def test_a_seed_is_digits_of_a_sane_length() -> None:
    assert seed_of("0012") == 12
    for text in ("٣", "1e3", "+1", "", "1" * 41):
        with pytest.raises(BadUsage):
            seed_of(text)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_narrow_terminal_gets_the_result(
    encoding: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    raw = io.BytesIO()
    narrow = io.TextIOWrapper(raw, encoding=encoding, write_through=True)
    monkeypatch.setattr(sys, "stdout", narrow)
    emit({"text": "≤ 1/2 → ∞"}, "-")
    assert json.loads(raw.getvalue().decode(encoding)) == {"text": "≤ 1/2 → ∞"}

    def prints(args: Any, console: Any) -> int:
        console.print("■ ≤ 1/2 → ∞")
        return 0

    monkeypatch.setattr(reading, "_list", prints)
    assert main(["list"]) == 0
    assert "1/2" in raw.getvalue().decode(encoding)


# --- the report -------------------------------------------------------------------------------

SMUGGLED = [
    r"\text{</math><script>alert(1)</script>}", r"\text{<script>alert(1)</script>}",
    r"\text{<img src=x onerror=alert(1)>}", r"\text{<mi onclick='alert(1)'>x</mi>}",
    r"\text{<a href='javascript:alert(1)'>x</a>}", r"\text{<mi style='x'>x</mi>}",
    r"\text{<annotation-xml encoding='text/html'><script>1</script></annotation-xml>}",
    r"\href{javascript:alert(1)}{x}",
]  # fmt: skip


@pytest.mark.parametrize("latex", SMUGGLED)
def test_markup_in_a_formula_is_no_markup_of_the_page(latex: str) -> None:
    for shown in (str(mathml(latex)), str(note_html(f"$${latex}$$")), str(note_html(f"${latex}$"))):
        assert not re.search(r"<(script|img|a|annotation)\b", shown), shown
        assert not re.search(r"<[^>]*\b(on\w+|href|style)\s*=", shown), shown


def test_a_foreign_ledger_names_no_other_file_and_no_other_link(
    run: dict[str, Any], tmp_path: Path
) -> None:
    for wrong in ("../../evil", "javascript:alert(1)//", "A B", "a", ""):
        for place in ("id", "uses", "chapter"):
            bad = copy.deepcopy(run)
            bad["claims"][0][place] = [wrong] if place == "uses" else wrong
            if place == "chapter" and wrong == "a":
                continue  # is a shelf
            said = "its shelf names a file" if place == "chapter" else "it names a file and a link"
            with pytest.raises(ValueError, match=said):
                write_site(bad, tmp_path / "site")
    assert not list(tmp_path.rglob("evil*"))


def test_the_policy_allows_one_script_by_its_hash(site: Path) -> None:
    """Every page: what it carries is what its policy lets run, and nothing else may."""
    carried = {}
    for path in site.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.S)
        assert page.count("<script") == len(scripts), path.name
        (said,) = re.findall(r"script-src ([^;]*)", page)
        hashes = [b64encode(sha256(x.encode()).digest()).decode() for x in scripts]
        assert said == (" ".join(f"'sha256-{x}'" for x in hashes) or "'none'"), path.name
        carried[path.name] = len(scripts)
    assert carried["ledger.html"] == carried["graph.html"] == 1
    assert carried["index.html"] == 0
    assert not any(carried[f"{x}.html"] for x in IDS)
