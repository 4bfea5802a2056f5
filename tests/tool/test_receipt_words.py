"""What verify.py compares with the sources, and that it says of all else that it does not."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import verify
from sim.tests.sweep_stubs import ROOT
from theorem_audit.checks.mark import evidence
from theorem_audit.kinds import DECIDING
from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.weigh.collected import evidence_of
from theorem_audit.weigh.told import Told
from theory import claims

SAID: dict[str, Any] = {
    "id": "A", "chapter": "a", "title": "T", "bound": "exact", "remark": "", "steps": ["statement"],
    "parts": {}, "carried": {}, "source": {"kind": "new", "reference": "here"}, "assumptions": [],
}  # fmt: skip
IMPORT = "from theorem_audit.statement import Assumption, Claim, Source\n"
REST = "0, Source('new', 'here'), 'exact', __name__"


def words(folder: Path, text: str, **said: Any) -> list[str]:
    (folder / "a.py").write_text(text)
    data = {"claim": SAID | said, "sources": {"a.py": ""}, "uses": {}}
    return list(verify.check_words(data, folder))


READ = {
    "imported": f"{IMPORT}A = Claim('A', 'U', {REST})",
    "under another name": f"from theorem_audit.statement import Claim as C, Source\nA = C('A', 'U', {REST})",
    "from another module of the tool":
        f"from theorem_audit.statement.claim import Claim, Source\nA = Claim('A', 'U', {REST})",
    "a module's": f"import theorem_audit.statement as st\nfrom theorem_audit.statement import Source\n"
                  f"A = st.Claim('A', 'U', {REST})",
    "a package's": f"import theorem_audit.statement\nA = theorem_audit.statement.Claim('A', 'U', {REST})",
    "of a module that is imported":
        f"from theorem_audit import statement\nA = statement.Claim('A', 'U', {REST})",
    "bound to a name": f"{IMPORT}C = Claim\nD = C\nA = D('A', 'U', {REST})",
    "all of it in part": f"{IMPORT}from functools import partial\nA = partial(Claim, 'A')('U', {REST})",
    "bound in part": f"{IMPORT}import functools as ft\nC = ft.partial(Claim, bound='exact', title='U')\n"
                     "A = C(id='A', formula=0, source=Source('new', 'here'))",
    "by a star": f"from theorem_audit.statement import *\nA = Claim('A', 'U', {REST})",
    "by the project's own": f"from base import C\nA = C('A', 'U', {REST})",
    "by a star of the project's": f"from base import *\nA = C('A', 'U', {REST})",
    "by a module of the project's": f"import base\nA = base.C('A', 'U', {REST})",
    "in two ways that are one":
        f"try:\n from base import C\nexcept ImportError:\n from theorem_audit.statement import Claim as C\n"
        f"A = C('A', 'U', {REST})",
    "beside a call of another":
        f"{IMPORT}from mine import Row\nROW = Row('A', 'T')\nA = Claim('A', 'U', {REST})",
}  # fmt: skip


@pytest.mark.parametrize("how", READ)
def test_a_claim_is_compared_with_the_call_of_claim(how: str, tmp_path: Path) -> None:
    """Mended: the first call of the file that began with its id was taken, whatever it called."""
    (tmp_path / "base.py").write_text("from theorem_audit.statement import Claim as C\n")
    assert words(tmp_path, READ[how], title="U")[0].startswith("words: title, bound, remark, steps")
    with pytest.raises(verify.Wrong, match=r"the title is 'T', but a\.py has 'U'"):
        words(tmp_path, READ[how])
    with pytest.raises(verify.Wrong, match=r"the remark is 'r', but a\.py has ''"):
        words(tmp_path, READ[how], title="U", remark="r")


UNREAD = {
    "another's call": "from mine import Row\nA = Row('A', 'T')",
    "another package's": f"from other import Claim\nA = Claim('A', 'T', {REST})",
    "a function of its name": f"def Claim(*a): ...\nA = Claim('A', 'T', {REST})",
    "a class of its own": f"{IMPORT}class Mine(Claim): ...\nA = Mine('A', 'T', {REST})",
    "a name that is bound anew": f"{IMPORT}Claim = print\nA = Claim('A', 'T', {REST})",
    "a name that an argument has": f"{IMPORT}def f(Claim): ...\nA = Claim('A', 'T', {REST})",
    "a name of a function's": f"def f():\n    {IMPORT}\nA = Claim('A', 'T', {REST})",
    "for type checkers alone": f"if TYPE_CHECKING:\n    {IMPORT}\nA = Claim('A', 'T', {REST})",
    "made of itself": "C = C\nA = C('A', 'T')",
    "made of each other": "C = D\nD = C\nA = C('A', 'T')",
    "a helper": f"{IMPORT}def make(i, t):\n    return Claim(i, t, {REST})\nA = make('A', 'T')",
    "a star among the words": f"{IMPORT}HEAD = ('A',)\nA = Claim(*HEAD, 'A', 'T', {REST})",
    "two stars among the words": f"{IMPORT}W = {{}}\nA = Claim('A', 'T', {REST}, **W)",
    "two claims of one id":
        f"{IMPORT}if X:\n    A = Claim('A', 'T', {REST})\nelse:\n    A = Claim('A', 'U', {REST})",
    "two in part": f"{IMPORT}from functools import partial\nC = partial(Claim, 'A')\n"
                   f"C = partial(Claim, 'A', 'T')\nA = C('T', {REST})",
    "in part of a part that is none": "from mine import partial\nfrom theorem_audit.statement import Claim\n"
                                      f"A = partial(Claim, 'A')('T', {REST})",
    "nothing": "",
}  # fmt: skip


@pytest.mark.parametrize("how", UNREAD)
def test_where_no_call_of_claim_is_read_nothing_agrees(how: str, tmp_path: Path) -> None:
    said = words(tmp_path, UNREAD[how])
    assert said[0].startswith("NOT CHECKED: title, bound, remark"), said
    assert all(x.startswith("NOT CHECKED: ") for x in said)


def test_each_part_that_is_not_written_out_is_said(tmp_path: Path) -> None:
    made = f"{IMPORT}from other import X, remark\nR = 'r'\nN = {{}}\nN['x'] = 'y'\n"
    made += "FLOOR = Assumption('floor', X)\n"
    made += "A = Claim('A', 'T', 0, Source('new', X), 'exact', __name__, (FLOOR, X), remark=R, carried=N)"
    rows = [
        {"name": "floor", "note": "", "condition": "x"},
        {"name": "any", "note": "n", "condition": ""},
    ]
    said = {"remark": "r", "assumptions": rows, "source": {"kind": "new", "reference": "anything"}}
    assert words(tmp_path, made, **said) == [
        "words: title, bound, remark, steps, names of parts, the source's kind, number of hypotheses (2) "
        "as in a.py",
        "NOT CHECKED: carried, the source's reference, names and notes of hypotheses: not written out in a.py",
        "NOT CHECKED: statement, sentence, typeset, region, conditions, items, symbols, which SymPy reads: "
        "compare `audit show A` with a.py, lines 7 to 7",
    ]  # fmt: skip
    for at, why in (
        ({"name": "ceiling"}, r"the hypothesis is 'ceiling', but a\.py has 'floor'"),
        ({"note": "n"}, r"the note of 'floor' is 'n', but a\.py has ''"),
    ):
        with pytest.raises(verify.Wrong, match=why):
            words(tmp_path, made, **said | {"assumptions": [rows[0] | at, rows[1]]})
    bare = f"{IMPORT}A = Claim('A', 'T', {REST}, (Assumption('floor', item=0),))"
    with pytest.raises(verify.Wrong, match=r"'floor' has a condition, and none in a\.py"):
        words(tmp_path, bare, assumptions=rows[:1])


def test_why_what_is_infinite_converges_is_a_part_of_the_remark(tmp_path: Path) -> None:
    """Mended: the remark of such a claim was called wrong."""
    made = f"{IMPORT}A = Claim('A', 'T', {REST}, remark='r', converges='slowly')"
    told = "r Convergence, in prose: slowly"
    assert "remark" in words(tmp_path, made, remark=told)[0]
    with pytest.raises(verify.Wrong, match="the remark is 'r'"):
        words(tmp_path, made, remark="r")
    unread = made.replace("'slowly'", "str(0)")
    assert any("NOT CHECKED: remark: " in x for x in words(tmp_path, unread, remark="r"))


def test_arguments_by_place_are_those_of_today() -> None:
    of = {Claim: verify.DECLARED, Source: verify.SOURCE, Assumption: verify.ASSUMPTION}
    for made, places in of.items():
        assert tuple(x.name for x in fields(made) if x.init) == places
    names = evidence.__code__.co_varnames[: evidence.__code__.co_argcount]
    assert names == verify.MARK


CHAPTERS = dict.fromkeys((str(x.relative_to(ROOT)) for x in ROOT.glob("theory/**/*.py")), "")


def _as_in_a_receipt(claim: Claim) -> dict[str, Any]:
    told = Told.of(claim)
    return {
        **{x: getattr(told, x) for x in ("id", "chapter", "title", "bound", "remark")},
        "steps": list(told.steps), "parts": dict(told.parts), "carried": dict(told.carried),
        "source": vars(told.source),
        "assumptions": [{x: getattr(y, x) for x in ("name", "note", "condition")} for y in told.assumptions],
        "evidence": [{"test": e.test, "kind": e.kind, "steps": list(e.steps), "outcome": "passed"}
                     for e in evidence_of()[claim.id]],
    }  # fmt: skip


def test_no_word_and_no_mark_of_a_claim_is_called_changed() -> None:
    files = dict[str, verify.Names]()
    unread = 0
    for claim in claims.values():
        data = {"claim": _as_in_a_receipt(claim), "sources": CHAPTERS, "uses": {}}
        said = [*verify.check_words(data, ROOT, files), *verify.check_marks(data, ROOT, files)]
        assert said[0].startswith("words: title, bound, "), said
        deciding = [e for e in evidence_of()[claim.id] if e.kind in DECIDING]
        left = " ".join(x for x in said if "kind and steps of" in x)
        unread += sum(e.function.__name__ in left for e in deciding)
    assert unread == 0


MARKS = {  # what a file of evidence holds -> the lines, or what is wrong with a row of kind symbolic
    "@evidence('A', 'symbolic')\ndef t(): ...": "marks: 1",
    "@evidence(claim='A', kind='symbolic', step='statement')\ndef t(): ...": "marks: 1",
    "@evidence('A', 'witness')\n@evidence(kind='symbolic', claim='A')\ndef t(): ...": "marks: 1",
    "A = claims['A']\n@evidence(A, 'symbolic')\ndef t(): ...": "marks: 1",
    "from functools import partial\nmine = partial(evidence, 'A')\n@mine('symbolic')\ndef t(): ...": "marks: 1",
    "@evidence('A', 'symbolic', step=('one', 'statement'))\ndef t(): ...": "WRONG",
    "@evidence('A', 'property')\ndef t(): ...": "WRONG",
    "@evidence('B', 'symbolic')\n@other\ndef t(): ...": "NOT CHECKED: kind and steps of t",
    "from other import other\n@evidence('B', 'symbolic')\n@other\ndef t(): ...": "WRONG",
    "B = Claim('B', 'T')\n@evidence(B, 'symbolic')\ndef t(): ...": "WRONG",
    "K = str()\n@evidence('A', K)\ndef t(): ...": "NOT CHECKED: kind and steps of t",
    "def t(): ...\nfor x in (): evidence('A', 'symbolic')(t)": "NOT CHECKED: kind and steps of t",
    "if X:\n  @evidence('A', 'symbolic')\n  def t(): ...\nelse:\n  @evidence('A', 'witness')\n  def t(): ...":
        "NOT CHECKED: kind and steps of t",
}  # fmt: skip


@pytest.mark.parametrize("text", MARKS)
def test_what_passed_is_of_the_kind_that_its_mark_says(text: str, tmp_path: Path) -> None:
    head = "from theorem_audit import evidence\nfrom theorem_audit.statement import Claim\n"
    (tmp_path / "test_a.py").write_text(head + text)
    row = {"test": "test_a.py::t", "kind": "symbolic", "steps": ["statement"], "outcome": "passed"}
    data = {
        "claim": {
            "id": "A",
            "evidence": [row, {**row, "kind": "search"}, {**row, "outcome": "error"}],
        }
    }
    if MARKS[text] == "WRONG":
        with pytest.raises(verify.Wrong, match="counts as symbolic"):
            list(verify.check_marks(data, tmp_path))
    else:
        (said,) = verify.check_marks(data, tmp_path)
        assert said.startswith(MARKS[text])


def test_the_last_line_counts_what_was_not_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "r.json").write_text("{}")
    monkeypatch.setattr(
        verify, "verify", lambda *_: iter(["digest: fits", "NOT CHECKED: x", "NOT CHECKED: y"])
    )
    assert verify.main([str(tmp_path / "r.json")]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "nothing of what was checked is wrong; 2 lines say what was NOT CHECKED"
