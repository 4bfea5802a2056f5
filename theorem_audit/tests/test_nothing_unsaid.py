"""What a tenth referee got into a statement without a word: shapes, ranges of indices, where O(...) is taken.

And conditions, and formulas, of which nothing was left.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sympy import (
    And,
    Contains,
    Determinant,
    Eq,
    Ge,
    Gt,
    Idx,
    Implies,
    Integer,
    Interval,
    Le,
    Lt,
    MatrixSymbol,
    Not,
    O,
    Sum,
    Symbol,
    Trace,
    Xor,
    oo,
    true,
)

from theorem_audit.doubt import instances
from theorem_audit.statement.claim import Assumption
from theorem_audit.statement.sentence import latex_of
from theorem_audit.tests.test_no_silent_success import claim
from theorem_audit.weigh.sense import vacuous

x, y = Symbol("x", real=True), Symbol("y", real=True)
n = Symbol("n", integer=True)
A, B = MatrixSymbol("A", 2, 2), MatrixSymbol("B", n, 3)

pytestmark = pytest.mark.usefixtures("somewhere")


def test_the_shape_of_a_matrix_is_said() -> None:
    """det(2A) = 4 det A was shown for any A."""
    said = claim(Eq(Determinant(2 * A), 4 * Determinant(A), evaluate=False))
    assert said.sentence.startswith("Suppose that A is a matrix, 2 x 2. Then ")
    assert said.typeset.startswith(r"Suppose that $A$ is a matrix, $2 \times 2$. Then ")
    both = claim(And(Eq(y, Trace(A)), Eq(x, B[0, 0])))
    assert "that A is a matrix, 2 x 2; and that B is a matrix, n x 3" in both.sentence


def test_an_index_with_a_range_is_refused() -> None:
    """SymPy compares it by its range: i < 3 was true."""
    with pytest.raises(TypeError, match="has a range, from 0 to 2, that no sentence shows"):
        claim(Eq(y, Idx("i", 3)))
    assert claim(Eq(y, Idx("i"))).sentence == "Suppose that i is an integer. Then y = i."
    i = Idx("i")
    assert "integer" not in claim(Eq(y, Sum(i, (i, 1, 3)))).sentence


def test_where_o_is_taken_is_shown() -> None:
    """O(n) means n -> 0, and was shown without."""
    assert claim(Eq(y, x + O(x**2))).sentence == "y = x + O(x**2 as x -> 0)."
    assert claim(Eq(y, n + O(1 / n, (n, oo)))).sentence.endswith("O(1/n as n -> oo).")
    assert latex_of(O(x**2)) == r"O\left(x^{2}\right)_{x \to 0}"
    assert latex_of(O(x, (x, oo))) == r"O\left(x\right)_{x \to \infty}"


@pytest.mark.parametrize("compared", [x != 1, x == 1, 1 < 2], ids=["!=", "==", "numbers"])
def test_a_condition_that_python_compared_is_refused(compared: Any) -> None:
    """x != 1 is True: the hypothesis was gone, and every command a traceback."""
    with pytest.raises(TypeError, match="Python compared, so that nothing of it is left"):
        Assumption("not one", compared)


CHAPTER = """
from sympy import Eq, Symbol
from theorem_audit.statement import Assumption, Claim, Source

x, y = Symbol("x", real=True), Symbol("y", real=True)
MORE = Claim(
    id="MORE", title="t", formula={formula}, source=Source("new", "here"), bound="exact", chapter=__name__,
    assumptions=({assumptions}),
)
"""
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.parametrize(
    ("formula", "assumptions", "told"),
    [
        ("Eq(y, x)", 'Assumption("h", x**2 >= 0),', "SymPy evaluated its condition to True"),
        ("Eq(y, x)", 'Assumption("h", x**2 < 0),', "SymPy evaluated its condition to False"),
        ("x + 1 - y", "", "an expression claims nothing"),
        ("x", "", "an expression claims nothing"),
    ],
)
def test_a_statement_of_which_nothing_is_left_is_refused(
    fresh: Path, audit: Run, formula: str, assumptions: str, told: str
) -> None:
    """A bare expression was proved, by evidence that its own difference to itself is 0."""
    text = CHAPTER.format(formula=formula, assumptions=assumptions)
    (fresh / "small" / "more.py").write_text(text, encoding="utf-8")
    done = audit("list")
    assert done.returncode in (1, 2)
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_what_is_true_of_itself_may_still_widen_a_variant() -> None:
    assert Assumption("h", true).condition is true


@pytest.mark.parametrize(
    "part",
    [Eq(1 + x, 2 + x, evaluate=False), Ge(x, x + 1, evaluate=False), Gt(x, x, evaluate=False),
     Lt(Integer(2), Integer(1), evaluate=False)],
    ids=str,
)  # fmt: skip
def test_what_is_false_whatever_its_symbols_are_is_refuted(part: Any) -> None:
    """Evidence that reads one of its sides proved 1 + x = 2 + x."""
    for formula in (part, And(Eq(y, x), part, evaluate=False)):
        found = vacuous(claim(formula), 0)
        assert found is not None
        assert found.outcome == "refuted"
    for fine in (Eq(x, x, evaluate=False), Le(x, x + 1, evaluate=False), Eq(y, x + 1)):
        assert vacuous(claim(fine), 0) is None


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Not(And(Eq(x, 0), Eq(y, 0))), True),
        (Implies(Gt(x, 0), Gt(y, 3)), True),
        (And(Xor(Gt(x, 0), Gt(y, 0)), Gt(x, 7)), True),
        (And(Implies(Gt(x, 0), Gt(y, 0)), Gt(x, 1), Lt(y, 0)), False),
    ],
    ids=["not both", "one if another", "one of two", "none"],
)
def test_a_condition_of_other_words_than_and_and_or_is_looked_for(
    condition: Any, holds: bool
) -> None:
    """Each was an error, "KeyError: Implies"."""
    found = instances.find(condition, thorough=True)
    assert (found is not None) == holds
    assert found is None or condition.subs(found) == True  # noqa: E712 - SymPy's


def test_a_condition_that_is_no_comparison_is_told() -> None:
    with pytest.raises(TypeError, match="is no comparison"):
        instances.find(Contains(x, Interval(0, 1)))
