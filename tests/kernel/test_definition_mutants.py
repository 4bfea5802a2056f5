"""Every line of the definitions under SGD-SPARSE matters: changed, the development no longer builds."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from formal.tie.build import FOLDER, build, gate
from tests.kernel.definition_mutants import (
    MUTANTS,
    STATEMENTS,
    Mutant,
    changed,
    first_to_fail,
    under,
)
from theorem_audit import Absent
from theory import claims

FAST = ("statements/model", "statements/state", "sums")
"""Files that a mutant reaches in a second or two."""


@cache
def _texts() -> dict[str, str]:
    """Read when a test asks: an installed theory has these tests, and no Coq sources."""
    if not (FOLDER / "statements").is_dir():
        pytest.skip(f"no Coq sources in {FOLDER}")
    return {x: (FOLDER / f"{x}.v").read_text(encoding="utf-8") for x in STATEMENTS}


def _caught(mutant: Mutant, folder: Path) -> None:
    try:
        place = build()
    except Absent as absent:
        pytest.skip(str(absent))
    assert first_to_fail(mutant, place, folder, until=mutant.fails) == mutant.fails


def test_every_line_under_the_theorem_has_a_mutant() -> None:
    """Lines after ``:=`` (names and types stand before it), but for a notation's binding strength."""
    found = under(gate(claims["SGD-SPARSE"]).statement, _texts())
    assert {"loss", "is_gradient", "sgd_run", "outer_le", "relu_gate"} <= {
        name for _, name in found
    }
    bare = []
    for (file, name), text in found.items():
        head, _, body = text.partition(":=")
        places = [text.find(x.old) for x in MUTANTS if (x.file, x.of) == (file, name)]
        at = len(head)
        for line in body.splitlines():
            if (
                line.strip()
                and "(at level" not in line
                and not any(at <= place <= at + len(line) + 2 for place in places)
            ):
                bare.append(f"{name}: {line.strip()}")
            at += len(line) + 1
    assert bare == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda x: x.name)
def test_each_mutant_fits_in_one_place(mutant: Mutant) -> None:
    assert changed(_texts()[mutant.file], mutant) != _texts()[mutant.file]


def test_a_mutant_that_fits_nowhere_is_told() -> None:
    with pytest.raises(ValueError, match="not once"):
        changed(_texts()[STATEMENTS[1]], Mutant(STATEMENTS[1], "dot", " k", "", "sums"))


def test_an_unchanged_definition_is_not_caught(tmp_path: Path) -> None:
    """The watch can also let through: a definition written in another way compiles up to sums."""
    same = Mutant(STATEMENTS[0], "b2r", "else 0", "else (0)", "")
    try:
        place = build()
    except Absent as absent:
        pytest.skip(str(absent))
    assert first_to_fail(same, place, tmp_path, until="sums") == ""


@pytest.mark.parametrize(
    "mutant", [x for x in MUTANTS if x.fails in FAST][::4], ids=lambda x: x.name
)
def test_some_mutants_are_caught(mutant: Mutant, tmp_path: Path) -> None:
    _caught(mutant, tmp_path)


@pytest.mark.thorough  # 70 mutants, some seconds of Coq each
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda x: x.name)
def test_every_mutant_is_caught(mutant: Mutant, tmp_path: Path) -> None:
    _caught(mutant, tmp_path)
