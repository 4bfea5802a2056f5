"""The LaTeX appendix sets what a foreign ledger says, and does nothing of what it asks TeX to do."""

from __future__ import annotations

import pytest

from theorem_audit.report.latex import escape, mathematics

GOOD = (
    r"\begin{array}{l} x \left(1 - x\right) \geq 0 \\ \text{for } 0 \leq x \leq 1 \end{array}",
    r"\frac{a}{b} = \sqrt{\alpha^{2}}",
    "x^{+} = 3 x",
)
BAD = (
    r"\input{/etc/passwd}",
    r"\InputIfFileExists{x}{}{}",
    r"\immediate\write18{touch x}",
    r"\csname in\endcsname",
    r"\def\x{\x}\x",
    r"\catcode`\X=0 Xinput{x}",
    r"^^5cinput{/etc/passwd}",
    r"\begin{filecontents}{x}",
    r"\begin {filecontents}{x}",
    r"\begin\x",
    r"x \] \newpage",
    "x % the rest is lost",
    "x $ y",
    "x\n\n y",
    r"\@@input x",
)


@pytest.mark.parametrize("text", GOOD)
def test_a_formula_is_set(text: str) -> None:
    assert mathematics(text) == text


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_formula_is_shown_as_text(text: str) -> None:
    """Mended: the statement went into the file as it was, so that TeX read a file that the ledger named."""
    said = mathematics(text)
    assert said == rf"\texttt{{{escape(text)}}}"
    assert "\\input" not in said
    assert "^^" not in said


def test_characters_that_latex_cannot_set_are_their_code_points() -> None:
    assert escape("a ≥ \u202e\x1b_") == r"a $\ge$ [U+202E][U+001B]\_"
