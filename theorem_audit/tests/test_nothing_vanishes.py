"""What is written down and would not be found, and what ends the process in place of being checked, is told."""

from __future__ import annotations

import importlib.util
import json
import os
import py_compile
import re
import sys
from pathlib import Path

import pytest

from theorem_audit import evidence
from theorem_audit.guard import Left, no_exit
from theorem_audit.passed_by import marks_passed_by
from theorem_audit.tests.conftest import Run
from theorem_audit.tests.test_plugin import run as run_pytest
from theorem_audit.tests.thorough import IN_CI, THOROUGH, in_ci_but, thorough_but
from theorem_audit.unreached import EVIDENCE

REFUTES = (
    "from theorem_audit import evidence, expect\n\n"
    "@evidence('GD-STEP', 'witness')\ndef test_no(claim):\n    expect(False, 'm')\n"
)
HYPOTHESIS = (
    "from hypothesis import given, strategies as st\nfrom theorem_audit import evidence, expect\n\n"
    "@evidence('GD-STEP', 'property')\n@given(n=st.integers())\n"
    "def test_one(claim, n):\n    expect(False, 'm')\n\n"
)


def _chapter(fresh: Path) -> str:
    return (fresh / "small" / "descent.py").read_text().replace("GD-STEP", "OTHER")


def _write(fresh: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (fresh / name).parent.mkdir(exist_ok=True)
        (fresh / name).write_text(text)


LOST_CLAIMS = {
    "a folder that is no package": ("small/shelf/one.py", "has no __init__.py"),
    "a name that no module has": ("small/my-chapter.py", "is no module's name"),
    "a module behind a package": ("small/one.py", "has its name"),
}


@pytest.mark.parametrize("what", thorough_but(LOST_CLAIMS, "a folder that is no package"))
def test_a_chapter_that_nothing_imports_is_told(fresh: Path, audit: Run, what: str) -> None:
    name, says = LOST_CLAIMS[what]
    _write(fresh, {name: _chapter(fresh)})
    if says == "has its name":
        _write(fresh, {"small/one/__init__.py": ""})
    for command in ("run", "list"):
        done = audit(command)
        assert (done.returncode, says in " ".join(done.stderr.split())) == (2, True), done.stderr


@pytest.mark.parametrize(
    ("name", "text"),
    in_ci_but(
        [("small/one", ""), ("tests/test_more", REFUTES)], ("tests/test_more", REFUTES), rows=True
    ),
)
def test_what_is_there_without_its_source_is_told(
    fresh: Path, audit: Run, name: str, text: str
) -> None:
    """Mended: a chapter, or evidence that refutes, as a .pyc was passed over, with exit code 0."""
    _write(fresh, {f"{name}.py": text or _chapter(fresh)})
    py_compile.compile(str(fresh / f"{name}.py"), cfile=str(fresh / f"{name}.pyc"), doraise=True)
    said = f"{name}.pyc: nothing would find what it declares: it has no source"
    assert said not in " ".join(audit("run").stderr.split())  # the source stands beside it
    (fresh / f"{name}.py").unlink()
    done = audit("run")
    assert done.returncode in (1, 2), done.stdout
    assert said in " ".join(done.stderr.split())


def test_a_table_of_claims_that_lacks_a_chapter_is_told(fresh: Path, audit: Run) -> None:
    """Mended: a KeyError, which ended the run."""
    by_hand = (
        "from theorem_audit.statement.discovery import Claims\nfrom small.descent import GD_STEP\n"
        "claims = Claims({'GD-STEP': GD_STEP})\n"
    )
    _write(fresh, {"small/other.py": _chapter(fresh), "small/__init__.py": by_hand})
    done = audit("run")
    assert done.returncode == 2, done.stdout
    said = " ".join(done.stderr.split())
    assert "theory = 'small': its `claims` lack OTHER, which small.other declares" in said


HELD = {
    "a list holds it": "{head}ALL = [{body}]\n",
    "a dictionary holds it": "{head}ALL = dict(one={body})\n",
    "a second claim takes its name": "{head}GD_STEP = {body}\n\nGD_STEP = {again}\n",
}


@pytest.mark.parametrize("what", thorough_but(HELD, "a list holds it"))
def test_a_claim_that_no_name_is_bound_to_is_told(fresh: Path, audit: Run, what: str) -> None:
    head, _, body = _chapter(fresh).partition("GD_STEP = ")
    again = body.replace("OTHER", "AGAIN")
    _write(fresh, {"small/one.py": HELD[what].format(head=head, body=body.rstrip(), again=again)})
    done = audit("run")
    said = " ".join(done.stderr.split())
    assert (done.returncode, "claim OTHER is made in small.one" in said) == (2, True), said


GUARDS = {
    "a program that is not installed": (
        "try:\n    import no_such_module\nexcept ImportError:\n    no_such_module = None\n"
        "if no_such_module:\n"
    ),
    "the script that a file is": "if __name__ == '__main__':\n",
    "a loop over nothing": "for k in ():\n",
    "what stands in a try, below what fails": (
        "from contextlib import suppress\nwith suppress(ImportError):\n    import no_such_module\n\n"
    ),
}


def _below(guard: str, text: str) -> str:
    return guard + re.sub(r"(?m)^(?=.)", "    ", text)


@pytest.mark.parametrize("what", in_ci_but(GUARDS, "a program that is not installed"))
def test_a_claim_that_its_import_passes_by_is_told(fresh: Path, audit: Run, what: str) -> None:
    """Mended: a run said that all is proved, with exit code 0."""
    head, _, body = _chapter(fresh).partition("GD_STEP = ")
    _write(fresh, {"small/one.py": head + _below(GUARDS[what], f"OTHER = {body}")})
    done = audit("run")
    said = " ".join(done.stderr.split())
    assert (done.returncode, "claim OTHER stands in small.one (line " in said) == (2, True), said
    assert "and the import passes it by" in said


@pytest.mark.parametrize("what", in_ci_but(GUARDS, "a program that is not installed"))
def test_evidence_that_its_import_passes_by_is_told(fresh: Path, audit: Run, what: str) -> None:
    """Mended: evidence that refutes was passed over in a run, and by pytest."""
    _write(fresh, {"tests/test_more.py": _below(GUARDS[what], REFUTES)})
    for done, code in ((audit("run"), 1), (run_pytest(fresh), 4)):
        said = " ".join((done.stdout + done.stderr).split())
        assert done.returncode == code, said
        assert re.search(
            r"tests\.test_more\.test_no \(line \d+\) is marked as evidence, and the import", said
        )


PASSED_BY = {
    "a mark under another name": ("if 0:\n    ev = evidence\n    @ev('GD-STEP', 'witness')\n", 4),
    "a part of its words given": (
        "from functools import partial\nev = partial(evidence, 'GD-STEP')\nif 0:\n    @ev('witness')\n", 5
    ),
    "one that knows its claim": ("ev = evidence('GD-STEP', 'witness')\nif 0:\n    @ev\n", 4),
    "one that another file made": ("from theorem_audit.tests.held_mark import gd\nif 0:\n    @gd\n", 4),
    "its module's": (
        "import theorem_audit.checks.mark as m\nif 0:\n    @m.evidence(\n        'GD-STEP', 'witness')\n", 4
    ),
    "handed a function": ("f = evidence('GD-STEP', 'witness')(len) if 0 else None\nif 0:\n    @len\n", 2),
}  # fmt: skip
NOT_PASSED_BY = {
    "come to": "for k in range(2):\n    @evidence(\n        'GD-STEP',\n        'witness')\n",
    "one of two": "if 1:\n    @evidence('GD-STEP', 'witness')\n",
    "in a function": "def make():\n    @evidence('GD-STEP', 'witness')\n",
    "one that knows its claim": "ev = evidence('GD-STEP', 'witness')\nif 1:\n    @ev\n",
}


@pytest.mark.parametrize("what", [*PASSED_BY, *(f"{x}, and is marked" for x in NOT_PASSED_BY)])
def test_a_mark_is_known_by_whatever_name(tmp_path: Path, what: str) -> None:
    """By the source, and by what the import came to."""
    text, line = PASSED_BY.get(what) or (NOT_PASSED_BY[what.removesuffix(", and is marked")], 0)
    text += "    def test_w(claim): pass\n"
    text += "else:\n" + text.split("\n", 1)[1] if "one of two" in what else ""
    file = tmp_path / "test_made_up.py"
    file.write_text(f"from theorem_audit import evidence\n{text}")
    spec = importlib.util.spec_from_file_location(f"made_up_{line}_{len(text)}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    said = marks_passed_by(module, evidence)
    assert f"(line {line}) is marked as evidence" in said if line else said == ""


@pytest.mark.parametrize(
    ("text", "declares"),
    [
        ("gd = evidence('GD-STEP', 'witness')\n", False),
        ("gd = evidence('GD-STEP', 'witness')\n@gd\ndef test_w(claim): pass\n", True),
        ("gd = evidence('GD-STEP', 'witness')\ntest_w = gd(len)\n", True),
        ("gd = evidence('GD-STEP', 'witness')(len)\n", True),
        ("@evidence('GD-STEP', 'witness')\ndef test_w(claim): pass\n", True),
    ],
)
def test_a_file_that_only_holds_a_mark_declares_nothing(text: str, declares: bool) -> None:
    """Mended: a helper with a mark for other files was told to hold evidence that nothing finds."""
    assert EVIDENCE(f"from theorem_audit import evidence\n{text}") == declares


CONJUNCTS = {
    "And({}, Ge(y**2, 0))": "written with 2 conjuncts, and 1 is left",
    "And({}, Ge(y, 0) & Ge(1, 0), Ge(2, y))": "written with 4 conjuncts, and 3 are left",
    "And({}, Ge(y**2, 0, evaluate=False), Ge(1, y))": "",
    "And(*[{}])": "",
}


@pytest.mark.parametrize("formula", in_ci_but(CONJUNCTS, "And({}, Ge(y**2, 0))"))
def test_a_conjunct_that_sympy_leaves_out_is_told(fresh: Path, audit: Run, formula: str) -> None:
    """Mended: what SymPy evaluates to true was gone from the statement, without a word."""
    head, _, body = _chapter(fresh).partition("GD_STEP = ")
    said = re.search(r"formula=(Eq\(.*\)),\n", body)
    assert said is not None
    text = f"{head}from sympy import And, Ge, Symbol\ny = Symbol('y', real=True)\nOTHER = {body}"
    _write(fresh, {"small/one.py": text.replace(said[1], formula.format(said[1]))})
    done = audit("list")
    assert (CONJUNCTS[formula] in " ".join(done.stderr.split())) is True
    assert done.returncode == (2 if CONJUNCTS[formula] else 0), done.stderr


ALIASED = "from theorem_audit import evidence as ev, expect\n\n" + REFUTES[
    REFUTES.index("@") :
].replace("@evidence", "@ev")
MADE = (
    "from theorem_audit import evidence, expect\n\ndef make(k):\n    @evidence('GD-STEP', 'witness')\n"
    "    def check(claim):\n        expect(k == 2, 'm')\n    return check\n\n"
)
LOST_EVIDENCE = {
    "no test file, the mark under another name": ("tests/no_test.py", ALIASED, "it is no test_*.py"),
    "no test file, the mark bound to a name": (
        "tests/no_test.py",
        REFUTES.replace("@evi", "ev = evidence\n@evi").replace("@evidence", "@ev"),
        "it is no test_*.py",
    ),
    "no test file, an attribute of the tool": (
        "tests/no_test.py",
        "import theorem_audit.checks.mark as m\nf = m.evidence('GD-STEP', 'witness')(lambda claim: 1 / 0)\n",
        "it is no test_*.py",
    ),
    "a list": (
        "tests/test_more.py",
        MADE + "ALL = [make(2), make(3)]\n",
        "tests.test_more.make.<locals>.check (line 4) is marked as evidence, and is not found",
    ),
    "nothing": ("tests/test_more.py", MADE + "make(3)\n", "check (line 4) is marked as evidence"),
    "a factory of another file of evidence": (
        "tests/test_more.py",
        MADE + "check = make(3)\ncheck.__module__ = 'tests.test_descent'\n",
        "is a function of tests.test_descent",
    ),
    "made by one factory": (
        "tests/test_more.py",
        MADE + "test_three = make(3)\ntest_two = make(2)\n",
        "test_more.test_three (line 4) and tests.test_more.test_two (line 4) are two evidences",
    ),
    "a folder that is no package": ("tests/more/test_no.py", REFUTES, "has no __init__.py"),
    "no test file": ("tests/no_test.py", REFUTES, "it is no test_*.py"),
    "a name that ends in .PY": ("tests/test_more.PY", REFUTES, "its name does not end in .py"),
    "Hypothesis's, behind a second of its name": (
        "tests/test_more.py",
        HYPOTHESIS + "@evidence('GD-STEP', 'witness')\ndef test_one(claim):\n    expect(True, 'm')\n",
        "test_one (line 4) is marked as evidence, and is not found",
    ),
    "Hypothesis's, in a class": (
        "tests/test_more.py",
        re.sub(r"(?m)^(?=[@d ])", "    ", HYPOTHESIS).replace("    @evi", "class TestIt:\n    @evi"),
        "TestIt.test_one",
    ),
}  # fmt: skip


# In the theory, and in neither.
HOMES = [
    (binding, *home)
    for binding in ("from {}.test_lib import test_no", "import {}.test_lib")
    for home in (("small", 2), ("shelf", 1))
]


@pytest.mark.parametrize(("binding", "home", "code"), thorough_but(HOMES, HOMES[0], rows=True))
def test_evidence_outside_the_package_of_evidence_is_told(
    fresh: Path, audit: Run, binding: str, home: str, code: int
) -> None:
    text = binding.format(home) + "\n"
    _write(fresh, {f"{home}/test_lib.py": ALIASED, "tests/test_more.py": text})
    done = audit("run")
    said = " ".join(done.stderr.split())
    assert (done.returncode, f"{home}.test_lib is no test_*.py" in said) == (code, True), said


@pytest.mark.parametrize("what", thorough_but(["a list", "made by one factory"], "a list"))
def test_pytest_tells_what_it_makes_no_test_of(fresh: Path, what: str) -> None:
    name, text, says = LOST_EVIDENCE[what]
    _write(fresh, {name: text})
    done = run_pytest(fresh)
    assert done.returncode == 4
    assert says in " ".join((done.stdout + done.stderr).split())


@THOROUGH
def test_evidence_made_by_a_factory_and_bound_to_a_name_is_collected(
    fresh: Path, audit: Run
) -> None:
    """So is what another file of evidence made, and one function that several marks tell apart."""
    again = MADE.replace("def check", "@evidence('GD-STEP', 'property')\n    def check")
    _write(fresh, {
        "tests/sub/__init__.py": again + "test_all = also = make(2)\n",
        "tests/test_more.py": "from tests.sub import test_all\n" + MADE + "test_two = make(2)\n",
        "tests/helper.py": MADE.replace("@evi", "mark = evi").replace("    def", "    @mark\n    def")
        .replace("    @mark\n    def check", "    def check").replace("return check", "return mark(check)"),
    })  # fmt: skip
    done = audit("run")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("what", thorough_but(LOST_EVIDENCE, "a list", "no test file"))
def test_evidence_that_nothing_collects_is_told(fresh: Path, audit: Run, what: str) -> None:
    name, text, says = LOST_EVIDENCE[what]
    _write(fresh, {name: text})
    done = audit("run")
    assert (done.returncode, says in " ".join(done.stderr.split())) == (1, True), done.stderr
    assert audit("mutants", "--workers", "1").returncode == 1


@THOROUGH
def test_helpers_and_folders_of_other_files_are_nobodys_business(fresh: Path, audit: Run) -> None:
    _write(fresh, {
        "small/data/make.py": "1 / 0\n",
        "tests/helper.py": "from theorem_audit import evidence  # marks nothing\n",
        "tests/off/__init__.py": "EVIDENCE = False\n",
        "tests/off/test_no.py": REFUTES,
    })  # fmt: skip
    assert audit("run").returncode == 0


LEAVES = {
    "sys.exit": "import sys\nsys.exit(0)\n",
    "os._exit": "import os\nos._exit(0)\n",
    "os.execl": "import os\nos.execl('/bin/true', 'true')\n",  # another program, which ends with 0
    "GeneratorExit": "raise GeneratorExit\n",
}
SAYS = {"os.execl": "os.execv('/bin/true') was called", "GeneratorExit": "GeneratorExit"}
PLACES = ("small/one.py", "small/__init__.py", "tests/test_one.py", "tests/searches/__init__.py")


ENDS = [(how, place) for how in LEAVES for place in PLACES]


@pytest.mark.parametrize(
    ("how", "place"),
    thorough_but(ENDS, ("sys.exit", "small/one.py"), ("os._exit", "tests/test_one.py"), rows=True),
)
def test_a_file_that_ends_the_process_is_told(
    fresh: Path, audit: Run, how: str, place: str
) -> None:
    _write(fresh, {place: LEAVES[how]})
    if "searches" in place:
        table = fresh / "pyproject.toml"
        text = table.read_text()
        table.write_text(text.replace("\nnotes = ", '\nfalsifiers = "tests.searches"\nnotes = '))
    done = audit("run", "--json", "run.json")
    assert done.returncode in (1, 2), done.stdout
    if how in SAYS:
        assert SAYS[how] in done.stderr
        assert "Traceback" not in done.stderr
    else:
        assert "(0) was" in done.stderr or "SystemExit: 0" in done.stderr
    kept = fresh / "run.json"
    assert not kept.exists() or not json.loads(kept.read_text())["complete"]


@pytest.mark.parametrize("how", thorough_but(LEAVES, "sys.exit"))
def test_a_test_of_pytest_that_ends_the_process_is_an_error(fresh: Path, how: str) -> None:
    body = LEAVES[how].replace("\n", "\n    ").rstrip()
    _write(fresh, {
        "tests/test_more.py": "from theorem_audit import evidence\n\n@evidence('GD-STEP', 'witness')\n"
        f"def test_leaves(claim):\n    {body}\n"
    })  # fmt: skip
    done = run_pytest(fresh)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed" in done.stdout


def test_evidence_that_asks_pytest_to_end_is_an_error(fresh: Path) -> None:
    """Mended: a session with a failure ended at once, with 0."""
    _write(fresh, {
        "tests/test_more.py": "import pytest\nfrom theorem_audit import evidence, expect\n\n"
        "@evidence('GD-STEP', 'witness')\ndef test_leaves(claim):\n"
        "    expect(claim.formula is not None, 'm')\n    pytest.exit('bye', 0)\n"
    })  # fmt: skip
    done = run_pytest(fresh)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Exit: bye" in done.stdout
    assert "1 failed, 1 passed" in done.stdout


def test_a_process_that_evidence_forks_runs_no_other_test(fresh: Path) -> None:
    """Mended: it ran the rest of the session, and wrote its own summary."""
    _write(fresh, {
        "tests/test_a.py": "import os\nfrom theorem_audit import evidence, expect\n\n"
        "@evidence('GD-STEP', 'witness')\ndef test_forks(claim):\n"
        "    child = os.fork()\n    expect(claim.formula is not None, 'm')\n"
        "    if child:\n        os.waitpid(child, 0)\n"
    })  # fmt: skip
    done = run_pytest(fresh)
    assert (done.returncode, done.stdout.count("2 passed")) == (0, 1), done.stdout


@THOROUGH
def test_a_file_that_skips_itself_the_way_of_unittest_is_left_out(fresh: Path, audit: Run) -> None:
    _write(fresh, {"tests/test_one.py": "import unittest\nraise unittest.SkipTest('no GPU')\n"})
    done = audit("run")
    assert done.returncode == 0, done.stderr
    assert "left out: tests/test_one.py: no GPU" in " ".join(done.stdout.split())


SKIPS = "tests/test_one.py"


def _skipping(fresh: Path, audit: Run) -> str:
    """What a run's ledger says of a file of evidence that skips itself."""
    _write(fresh, {SKIPS: "import pytest\npytest.importorskip('no_such_module')\n"})
    assert audit("run", "--json", "run.json").returncode == 0
    said: dict[str, str] = json.loads((fresh / "run.json").read_text())["left_out"]
    assert [*said] == [SKIPS]
    assert "could not import 'no_such_module'" in said[SKIPS]
    return said[SKIPS]


def test_a_ledger_tells_which_files_of_evidence_skipped_themselves(fresh: Path, audit: Run) -> None:
    """Mended: `audit run` alone told it."""
    why = _skipping(fresh, audit)
    assert f"left out: {SKIPS} ({why})" in audit("list").stdout


@IN_CI
def test_a_file_that_skips_itself_is_told_wherever_verdicts_are(fresh: Path, audit: Run) -> None:
    why = _skipping(fresh, audit)
    (fresh / "again.json").write_text((fresh / "run.json").read_text())
    for words in (("show", "GD-STEP"), ("graph",), ("stale",)):
        assert f"left out: {SKIPS} ({why})" in audit(*words).stdout, words
    assert audit("show", "GD-STEP", "--json", "shown.json").returncode == 0
    assert audit("receipt", "GD-STEP", "--json", "receipt.json").returncode == 0
    for name in ("shown.json", "receipt.json"):
        assert json.loads((fresh / name).read_text())["left_out"] == {SKIPS: why}
    assert audit("report", "--from", "again.json", "--out", "pages").returncode == 0
    page = (fresh / "pages" / "index.html").read_text()
    assert f"<b>Left out</b>, since it skipped itself: {SKIPS} (could not import" in page
    done = run_pytest(fresh, "--audit-json", "tested.json")
    assert f"left out: {SKIPS} ({why})" in done.stdout
    assert json.loads((fresh / "tested.json").read_text())["left_out"] == {SKIPS: why}
    (fresh / SKIPS).unlink()
    assert "left out" not in audit("run", "--json", "run.json").stdout
    assert json.loads((fresh / "run.json").read_text())["left_out"] == {}
    assert "left out" not in audit("list").stdout


def test_no_exit_lets_children_and_interrupts_pass() -> None:
    old = os._exit
    with pytest.raises(KeyboardInterrupt), no_exit():
        raise KeyboardInterrupt
    with pytest.raises(ValueError, match="mine"), no_exit():
        raise ValueError("mine")
    with no_exit():
        if (child := os.fork()) == 0:
            os._exit(status=7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    with (
        pytest.raises(Left, match=r"test_nothing_vanishes\.py, line \d+: SystemExit\(3\)"),
        no_exit(),
    ):
        raise SystemExit(3)
    assert os._exit is old


def test_pytest_says_that_it_asks_less_than_a_run(fresh: Path, audit: Run) -> None:
    """What compares the claim with itself keeps no rank in a run; a ledger that pytest writes says the same."""
    _write(fresh, {
        "tests/test_descent.py": "from theorem_audit import evidence, expect_identity\n\n"
        "@evidence('GD-STEP', 'symbolic')\ndef test_circular(claim):\n"
        "    expect_identity(claim.formula, {claim.formula.lhs: claim.formula.rhs})\n"
    })  # fmt: skip
    assert audit("run", "--json", "run.json").returncode == 3
    done = run_pytest(fresh, "--audit-json", "pytest.json")
    verdicts = [
        json.loads((fresh / name).read_text())["claims"][0]["verdict"]
        for name in ("run.json", "pytest.json")
    ]
    assert verdicts == ["inconclusive", "inconclusive"], done.stdout
    assert "1 inconclusive" in done.stdout
    plain = run_pytest(fresh)
    assert "search and wrong variants not asked" in plain.stdout


def test_pytest_does_not_pass_what_is_about_nothing(fresh: Path, audit: Run) -> None:
    _write(fresh, {
        "small/void.py": "from sympy import Eq, Gt, Lt, Symbol\n"
        "from theorem_audit.statement import Assumption, Claim, Source\n\n"
        "u = Symbol('u', real=True)\n"
        "VOID = Claim('VOID', 't', Eq(u, u + 1, evaluate=False), Source('new', 'x'), 'exact', __name__,\n"
        "             (Assumption('above', Gt(u, 1)), Assumption('below', Lt(u, 0))))\n",
        "tests/test_void.py": "from theorem_audit import evidence, expect\n\n"
        "@evidence('VOID', 'symbolic')\ndef test_void(claim):\n    expect(True, 'm')\n",
    })  # fmt: skip
    done = run_pytest(fresh, "tests/test_void.py")
    assert done.returncode == 1
    assert "1 inconclusive" in done.stdout
    assert audit("run", "VOID").returncode == 1


BROKEN = {
    "a chapter": ("small/one.py", "def broken(:\n", "SyntaxError"),
    "a file of evidence": ("tests/test_more.py", "import no_such_module\n", "ModuleNotFoundError"),
}


@pytest.mark.parametrize("what", thorough_but(BROKEN, "a file of evidence"))
def test_what_is_broken_is_told_and_stops_nothing_else(fresh: Path, audit: Run, what: str) -> None:
    name, text, says = BROKEN[what]
    _write(fresh, {name: text})
    done = audit("run")
    assert done.returncode == 1, "a run that left something out is none that all is well in"
    assert re.search(rf"broken, and left out: {name}: {says}", " ".join(done.stderr.split()))
    assert re.search(r"GD-STEP +proved", done.stdout)
    assert f"broken, and left out: {name}" in " ".join(done.stdout.split())
    _write(fresh, {name: ""})
    assert audit("run").returncode == 0


@THOROUGH
def test_evidence_for_a_broken_chapter_stops_nothing_else(fresh: Path, audit: Run) -> None:
    evidence = REFUTES.replace("GD-STEP", "OTHER")
    _write(fresh, {"small/one.py": _chapter(fresh) + "1/0\n", "tests/test_more.py": evidence})
    done = audit("run")
    said = " ".join(done.stderr.split())
    assert done.returncode == 1
    assert "small/one.py: ZeroDivisionError" in said
    assert "tests/test_more.py: speaks for OTHER, which is not known" in said
    assert re.search(r"GD-STEP +proved", done.stdout)


def test_broken_evidence_leaves_no_verdict_to_the_claims_that_it_names(
    fresh: Path, audit: Run
) -> None:
    """What refutes a claim cannot be silenced by a file that does not import."""
    _write(fresh, {"tests/test_more.py": "import no_such_module\n" + REFUTES})
    done = audit("run", "--json", "run.json")
    assert done.returncode == 1
    data = json.loads((fresh / "run.json").read_text())
    assert not data["complete"]
    (row,) = (c for c in data["claims"] if c["id"] == "GD-STEP")
    assert row["verdict"] == "inconclusive"
    assert "no_such_module" in " ".join(row["reasons"])


def test_pytest_tells_of_evidence_that_was_imported_before(fresh: Path) -> None:
    """Mended: what ``conftest.py`` had imported was nobody's, where a file of evidence took it by its name."""
    _write(fresh, {
        "conftest.py": "import tests.helper\n",
        "tests/helper.py": REFUTES.replace("False", "True"),
        "tests/test_more.py": "from tests.helper import test_no\n",
    })  # fmt: skip
    done = run_pytest(fresh)
    assert "tests.helper is no test_*.py" in " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 4
