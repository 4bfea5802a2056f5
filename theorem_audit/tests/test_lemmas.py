"""A lemma's conditions where a claim uses it: said by the claim's own, or the claim says how it is used."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

import pytest
from sympy import And, Eq, Ge, Gt, Le, Lt, Ne, Or, Rational, Symbol, true
from sympy.logic.boolalg import Boolean

from theorem_audit.doubt.lemmas import asked, follows
from theorem_audit.scaffold import scaffold
from theorem_audit.statement import Use
from theorem_audit.tests import warm
from theorem_audit.tests.made_up import claim
from theorem_audit.tests.thorough import in_ci_but
from theorem_audit.weigh.lemmas_named import unread
from theorem_audit.weigh.outcome import Outcome

x, y, z = (Symbol(name, real=True) for name in "xyz")
n, b = (Symbol(name, integer=True) for name in "nb")


LEMMA = claim(Eq(z, x), Ge(x, 0), "LEMMA")


FOLLOWS = [
        (And(Ge(x, 1), Le(x, 2)), Gt(x, 0)),
        (Gt(x, 1), Ge(2 * x, 1)),
        (Lt(x, y) & Lt(y, 0), Lt(x, 0)),
        (Ge(x, 1), Gt(x, 0)),
        (Eq(x, 2), Ge(x, 1)),
        (Eq(x, y + 1) & Gt(y, 0), Gt(x, 1)),
        (Eq(x, 1), Or(Eq(x, 0), Eq(x, 1))),
        (Or(Eq(x, 1), Ge(x, 3)), Gt(x, 0)),
        (Lt(b, n) & Ge(b, 1), Ge(n, 2)),
        (Gt(1 - x * y, 0), Ne(x * y, 1)),
        (Gt(x, 0), Ne(x, 0)),
        (Gt(x, 0) & Gt(y**2, 0), Gt(x * y**2, 0)),
        (Gt(x, 0) & Lt(x, 1 / y) & Gt(y, 0), Lt(x * y, 1)),
        (Eq(z, x**2), Eq(z, x * x)),
        (Gt(x, 1) & Gt(y, 1), And(Gt(x, 0), Gt(y, 0))),
    (Gt(x, 0), Or(Gt(x, -1), Lt(x, -5))),
    (Gt(x, 1) & Gt(y, 1), Ne(x * y, 0)),
    (Lt(x, 0) & Lt(y, 0), Gt(x * y, 0)),
    (Gt(x, 0) & Lt(y, 0), Lt(x * y, 0)),
    (Gt(x, 0) & Lt(y, 0), Gt(x * y**2, 0)),
    (Gt(x, 0) & Gt(y, 0), Gt(x * y / 2, 0)),
    (Eq(y + 1, x) & Gt(y, 0), Gt(x, 1)),
    (Eq(x, y) & Eq(y, 2), Gt(x, 1)),
    ]  # fmt: skip


@pytest.mark.parametrize(("region", "condition"), FOLLOWS)
def test_what_follows(region: Boolean, condition: Boolean) -> None:
    assert follows(condition, region)


DOES_NOT = [
        (true, Ge(x, 0)),
        (Ge(x, -1), Ge(x, 0)),
        (Ge(x, 0), Gt(x, 0)),
        (Ge(x, 0), Ne(x, 0)),
        (Ge(2 * x, 1), Ge(x, 1)),
        (Eq(x, 1), Gt(x, 1)),
        (Or(Eq(x, 1), Ge(x, -3)), Gt(x, 0)),
        (Or(Eq(x, 1), Eq(x, 3)), Eq(x, 1)),
        (Le(b, n) & Ge(b, 1), Ge(n, 2)),
        (Lt(x, y) & Ge(x, 1), Ge(y, 2)),
        (Gt(x, 0) & Ge(y**2, 0), Gt(x * y**2, 0)),
        (Lt(x, 0) & Gt(y**2, 0), Ge(x * y**2, 0)),
        (Gt(x, 0) & Lt(x, 1 / y), Lt(x * y, 1)),
        (Eq(z, x**2), Eq(z, x)),
        (Gt(x, 1), And(Gt(x, 0), Gt(y, 0))),
    (Lt(b / 2, n), Ge(n - b / 2, 1)),
    (Lt(n, x) & Ge(n, 1), Ge(x, 2)),
    (Gt(x, 0) & Lt(x, 1 / y) & Gt(y, 0), Lt(x * y, Rational(1, 2))),
    (Gt(x, 0) & Lt(y, 0), Gt(x * y, 0)),
    (Gt(x, 0) & Gt(y, 0), Lt(x * y, 0)),
    (Gt(x + 2 * y, 0), Gt(x + y, 0)),
        (Gt(x, 0), Or(Gt(x, 1), Gt(x, Rational(1, 2)))),
    ]  # fmt: skip


@pytest.mark.parametrize(("region", "condition"), DOES_NOT)
def test_what_does_not(region: Boolean, condition: Boolean) -> None:
    assert not follows(condition, region)


def test_the_same_symbol_is_the_same_quantity() -> None:
    wide = claim(Eq(z, x))
    assert asked(wide, LEMMA).beyond == ("LEMMA: x >= 0",), "the formula speaks of x, too"
    assert asked(claim(Eq(z, x), Ge(x, -1)), LEMMA).beyond == ("LEMMA: x >= 0",)
    for region in (Ge(x, 0), Gt(x, 2)):
        said = asked(claim(Eq(z, x), region), LEMMA)
        assert (said.beyond, said.reader) == ((), ())


def test_a_symbol_that_the_claim_does_not_speak_of_is_the_readers() -> None:
    said = asked(claim(Eq(z, y)), LEMMA)
    assert (said.beyond, said.reader) == ((), ("LEMMA: x >= 0",))


def test_what_stands_for_something_else_is_put_in() -> None:
    def use(*uses: Use, region: Boolean = true) -> tuple[tuple[str, ...], tuple[str, ...]]:
        said = asked(claim(Eq(z, x + y), region, applied={"LEMMA": uses}), LEMMA)
        return said.beyond, said.reader

    assert use(Use({x: y**2})) == ((), ())
    assert use(Use({x: y})) == (("LEMMA: x >= 0, which is y >= 0 here",), ())
    assert use(Use({x: y}), region=Gt(y, 1)) == ((), ())
    assert use(Use({x: y**2}), Use()) == (("LEMMA: x >= 0",), ()), "each use is looked at"
    other = Symbol("x_k", real=True)
    assert use(Use({x: other})) == ((), ("LEMMA: x >= 0, which is x_k >= 0 here",))
    assert use(Use(where=Gt(x, 1))) == ((), ("LEMMA: used where x > 1",))
    assert use(Use(where=Gt(y, 1)))[0] == ("LEMMA: x >= 0",)
    with pytest.raises(ValueError, match="LEMMA does not speak of y"):
        use(Use({y: x}))


@pytest.mark.parametrize("wrong", [{"L": Use()}, {"L": ()}, {"L": ({x: y},)}, {"L": "as it is"}])
def test_what_is_no_table_of_uses_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"applied\['L'\]=.* a tuple of Use\(...\) is needed"):
        claim(Eq(z, x), applied=wrong)


def test_what_is_no_use_is_refused() -> None:
    with pytest.raises(TypeError, match="a condition is needed"):
        Use(where=x)
    for put in ({x: 0.5 * y}, {"x": y}, {x: 1}):
        with pytest.raises(TypeError, match="a symbol and an exact expression"):
            Use(put)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="n is an integer"):
        Use({n: Rational(1, 2)})


CHAPTER = """
from sympy import Eq, Ge, Symbol, sqrt
from theorem_audit.statement import Assumption, Claim, Source, Use

x, y, z = Symbol("x", real=True), Symbol("y", real=True), Symbol("z", real=True)
LEMMA = Claim(
    id="LEMMA", title="a root", formula=Eq(y, x), source=Source("lemma", "here"), bound="exact",
    chapter=__name__, assumptions=(Assumption("not negative", Ge(x, 0)),),
)
WIDE = Claim(
    id="WIDE", title="for every x", formula=Eq(z, 2 * x), source=Source("lemma", "here"), bound="exact",
    chapter=__name__,HERE
)
"""
EVIDENCE = """
from sympy import sqrt
from theorem_audit import evidence, expect_identity, expect
from small.descent import LEMMA, x, y, z

@evidence("LEMMA", "symbolic")
def test_root(claim):
    expect(claim.region.subs(x, 1) == True, "the region")
    expect_identity(claim.formula, {y: sqrt(x)**2})

@evidence("WIDE", "symbolic")
def test_wide(claim):
    expect(claim.region.subs(x, 1) == True, "the region")
    expect_identity(claim.formula, {z: 2 * LEMMA.formula.rhs})
"""


USED = [
    ("", "supported", "uses a lemma beyond its setting: LEMMA: x >= 0 is not shown to hold"),
    ('applied={"LEMMA": (Use({x: Symbol("x_k", real=True)}),)},', "proved", ""),
    ('carried={"LEMMA": "x is a square"},', "steps", "LEMMA is carried over in prose: x is a square"),
    ('assumptions=(Assumption("not negative", Ge(x, 0)),),', "proved", ""),
    ('applied={"LEMMA": (Use({z: x}),)},', "inconclusive", "LEMMA does not speak of z"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("here", "verdict", "reason"),
    in_ci_but(USED, USED[0], rows=True),
    ids=["slip", "renamed", "carried", "said", "another symbol"],
)
def test_a_lemma_for_less_than_the_claim_is_told(
    tmp_path: Path, here: str, verdict: str, reason: str
) -> None:
    """Mended: a lemma for x >= 0, used by a claim for all x, kept its rank and was not mentioned."""
    folder = tmp_path / "small"
    scaffold(folder, "small")
    (folder / "small" / "descent.py").write_text(
        CHAPTER.replace("HERE", f"\n    {here}" if here else "")
    )
    (folder / "tests" / "test_descent.py").write_text(EVIDENCE)
    said = warm.audit(("run", "--workers", "1", "--json", "run.json"), folder)
    data = json.loads((folder / "run.json").read_text())
    found = {c["id"]: c for c in data["claims"]}
    assert found["LEMMA"]["verdict"] == "proved", said.stdout
    assert found["WIDE"]["verdict"] == verdict, found["WIDE"]["reasons"]
    assert reason in " ".join(found["WIDE"]["reasons"])
    words = "LEMMA: x >= 0, which is x_k >= 0 here"
    if "x_k" in here:  # everywhere a verdict is shown
        assert "1 condition of lemmas left to the reader, in 1 claim" in said.stdout
        for file in ("appendix.tex", "book.tex"):
            kind = "--latex" if file == "appendix.tex" else "--book"
            warm.audit(("report", "--from", "run.json", kind, file), folder)
            assert "Left to the reader, of lemmas' conditions:" in (folder / file).read_text(), file
        done = warm.audit(("report", "--from", "run.json", "--out", "pages"), folder)
        page = html.unescape((folder / "pages" / "claims" / "WIDE.html").read_text())
        assert words in page, done.stdout + done.stderr
        front = (folder / "pages" / "index.html").read_text()
        assert "1 condition of lemmas left to the reader, in 1 claim" in front
    else:
        assert "left to the reader" not in said.stdout
    if "x_k" in here:
        shown = warm.audit(("show", "WIDE"), folder).stdout
        assert (
            "left to the reader, of a lemma's conditions: LEMMA: x >= 0, which is x_k >= 0 here"
            in shown
        )


@pytest.mark.parametrize(
    ("more", "asked", "outcome"),
    [
        ("", "claim.region is not None", "not_accepted"),
        ("", "claim is not None", "not_accepted"),
        ("carried={'LEMMA': 'it is so'},", "claim.region is not None", "unused"),
    ],
    ids=["said", "the conditions are not asked for", "carried"],
)
def test_a_hypothesis_that_a_lemma_needs_is_not_dropped(
    tmp_path: Path, more: str, asked: str, outcome: str
) -> None:
    """Mended: it was called unused, where no evidence of the claim itself looks at it."""
    folder = tmp_path / "small"
    scaffold(folder, "small")
    given = f"assumptions=LEMMA.assumptions + (Assumption('above', Ge(y, 1)),),{more}"
    (folder / "small" / "descent.py").write_text(CHAPTER.replace("HERE", given))
    (folder / "tests" / "test_descent.py").write_text(
        EVIDENCE.replace(
            'expect(claim.region.subs(x, 1) == True, "the region")',
            f'expect({asked}, "the region")',
        )
    )
    warm.audit(("mutants", "WIDE", "--workers", "1", "--json", "table.json"), folder)
    (row,) = json.loads((folder / "table.json").read_text())["claims"]
    found = {x["name"]: x for x in row["variants"]}
    dropped = found["dropped assumption: not negative"]
    assert dropped["outcome"] == outcome, dropped
    assert found["widened assumption: not negative to x + 1/20 >= 0"]["outcome"] == outcome
    assert found["dropped assumption: above"]["outcome"] == "unused", "no lemma asks for it"
    if outcome == "not_accepted":
        assert (dropped["by"], dropped["detail"]) == (
            "condition of LEMMA", "LEMMA: x >= 0 is not shown to hold any more",
        )  # fmt: skip


@pytest.mark.parametrize("what", in_ci_but(["applied", "carried"], "carried"))
@pytest.mark.parametrize(
    ("lemma", "code", "words"),
    [
        ("LEMA", 1, "of claim WIDE names LEMA, which is no claim"),
        ("WIDE", 1, "of claim WIDE names WIDE, which is the claim itself"),
        ("OTHER", 1, "of claim WIDE names OTHER, which its deciding evidence does not read"),
        ("LEMMA", 0, ""),
    ],
)
def test_a_lemma_that_a_claim_names_is_one_that_it_uses(
    tmp_path: Path, what: str, lemma: str, code: int, words: str
) -> None:
    """Mended: a slip of the pen in a lemma's id was ignored, with what the claim says of its use."""
    folder = tmp_path / "small"
    scaffold(folder, "small")
    said = {"applied": "(Use(),)", "carried": "'it is so'"}[what]
    lemmas, wide = CHAPTER.split("WIDE = ")
    other = lemmas[lemmas.index("LEMMA = ") :].replace("LEMMA", "OTHER")
    more = f"{what}={{'{lemma}': {said}}}, assumptions=LEMMA.assumptions,"
    (folder / "small" / "descent.py").write_text(
        f"{lemmas}{other}WIDE = {wide.replace('HERE', more)}"
    )
    root = EVIDENCE[EVIDENCE.index("@evidence") : EVIDENCE.index('@evidence("WIDE"')]
    more = root.replace('"LEMMA"', '"OTHER"').replace("test_root", "test_other")
    (folder / "tests" / "test_descent.py").write_text(f"{EVIDENCE}\n{more}")
    done = warm.audit(("run", "WIDE", "--workers", "1", "--json", "run.json"), folder)
    assert (done.returncode, words in done.stdout + done.stderr) == (code, True), done
    if lemma == "OTHER":
        found = {c["id"]: c for c in json.loads((folder / "run.json").read_text())["claims"]}
        assert found["WIDE"]["verdict"] == "inconclusive"
        assert words in found["WIDE"]["reasons"][0]


def test_a_lemma_is_missed_where_all_of_the_evidence_was_run() -> None:
    wide = claim(Eq(z, x), name="WIDE", steps=("a", "b"), applied={"LEMMA": (Use(),)})

    def of(step: str, outcome: str = "passed", *uses: str, kind: str = "symbolic") -> Outcome:
        return Outcome("WIDE", f"t.py::{step}", kind, (step,), outcome, uses=uses)

    assert unread(wide, [of("a"), of("b")]) is not None
    assert unread(wide, [of("a"), of("statement")]) is not None
    assert unread(wide, [of("statement", kind="kernel")]) is not None
    for found in (
        [of("a"), of("b", "passed", "LEMMA")],
        [of("a")],  # the other step has no evidence yet
        [of("a"), of("b"), of("b", "not_run")],
        [of("a"), of("b", "refuted")],
        [of("a"), of("b"), of("statement", "not_run", kind="kernel")],  # Coq is absent
        [of("statement", kind="property")],
        [],
    ):
        assert unread(wide, found) is None, found


def test_a_lemma_of_another_chapter_is_compared_where_one_claim_is_run(tmp_path: Path) -> None:
    """Mended: only the claim's own chapter was looked at, so that nothing was compared."""
    folder = tmp_path / "small"
    scaffold(folder, "small")
    lemma, wide = CHAPTER.replace("HERE", "").split("WIDE = ")
    head = lemma.split("LEMMA = ")[0]
    (folder / "small" / "descent.py").write_text(lemma)
    (folder / "small" / "other.py").write_text(f"{head}WIDE = {wide}")
    imports, root, more = EVIDENCE.split("@evidence")
    (folder / "tests" / "test_descent.py").write_text(f"{imports}@evidence{root}")
    (folder / "tests" / "test_other.py").write_text(f"{imports}@evidence{more}")
    for words in (("run", "WIDE"), ("run",)):
        warm.audit((*words, "--workers", "1", "--json", "run.json"), folder)
        found = {c["id"]: c for c in json.loads((folder / "run.json").read_text())["claims"]}
        assert found["WIDE"]["verdict"] == "supported", words
