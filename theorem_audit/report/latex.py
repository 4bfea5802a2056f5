"""A claims appendix in LaTeX: compiles on its own, or is \\input into a paper from its body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from theorem_audit import project
from theorem_audit.report.literature import cited
from theorem_audit.weigh.left import left
from theorem_audit.weigh.whole import cut_short

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
}  # fmt: skip
_WORDS = {
    "²": "\\textsuperscript{2}", "≥": "$\\ge$", "≤": "$\\le$", "→": "$\\to$", "±": "$\\pm$",
    "×": "$\\times$", "·": "$\\cdot$", "∞": "$\\infty$", "√": "$\\surd$", "⊗": "$\\otimes$",
    "⊕": "$\\oplus$", "–": "--", "—": "---", "’": "'",
}  # fmt: skip


# What mathematics is written with: a ledger may come from anywhere, and TeX reads files and writes them.
_MATHS = """
alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma tau
upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell hbar
arccos arcsin arctan arg binom bmod tbinom cosh cos cot coth csc deg det dim exp frac dfrac tfrac gcd inf int
iint lim liminf limsup ln log max min mod oint prod sec sinh sin sqrt substack sum sup tanh tan operatorname
aleph cap cdot cdots circ cup div dots emptyset equiv exists forall geq ge gg iff in infty ldots leq le ll lnot
mapsto mp nabla neg neq ne not notin oplus otimes partial pm propto quad qquad rightarrow Rightarrow
leftrightarrow setminus sim simeq subset subseteq times to vdots vee wedge approx cong colon mid prime ast star
bar dot ddot hat overline overset underset tilde underline underbrace overbrace vec widehat widetilde limits
mathbb mathbf mathcal mathit mathrm mathsf boldsymbol text textrm displaystyle
begin end left right middle langle rangle lceil rceil lfloor rfloor vert Vert lvert rvert lVert rVert
big Big bigg
"""
_ARRAYS = frozenset(("array", "aligned", "split", "gathered", "cases", "matrix", "pmatrix", "bmatrix",
                     "vmatrix", "smallmatrix"))  # fmt: skip


# Every file that is written here; ``usage`` knows it by these lines.
BEGINS = "\\documentclass{article}\n\\usepackage{amsmath,amssymb}\n"


def mathematics(text: str) -> str:
    """A formula as it stands; where TeX would do more than set it, the text that it is."""
    words = re.findall(r"\\([A-Za-z@]+)", text)
    arrays = re.findall(r"\\(?:begin|end)\s*(?:\{([^{}]*)\})?", text)
    if (
        set(words) <= set(_MATHS.split())
        and set(arrays) <= _ARRAYS
        and not re.search(r"\^\^|[%#$~\n\x00-\x1f]", text)
    ):
        return text
    return rf"\texttt{{{escape(text)}}}"


def escape(text: str) -> str:
    """Text for LaTeX: specials escaped; what a plain LaTeX cannot set becomes its code point."""
    out = []
    for char in text:
        if char in _SPECIAL:
            out.append(_SPECIAL[char])
        elif char in _WORDS:
            out.append(_WORDS[char])
        elif char.isascii() and (char.isprintable() or char == "\n"):
            out.append(char)
        else:
            out.append(f"[U+{ord(char):04X}]")
    return "".join(out)


def _claim(claim: Mapping[str, Any]) -> str:
    verdict = claim["verdict"].replace("_", " ")
    lines = [
        rf"\section*{{{escape(claim['id'])}: {escape(claim['title'])}}}",
        rf"\textbf{{{escape(verdict)}}} ({escape(claim['source']['kind'])}; {escape(claim['bound'])}).",
        rf"\[ {mathematics(claim['statement'])} \]",
        escape(claim.get("sentence", "")),
    ]
    meanings = claim.get("symbols", {})
    if claim["assumptions"] or meanings:
        lines.append(r"\begin{itemize}")
        for x in claim["assumptions"]:
            lines.append(rf"\item {escape(x['name'])}: {escape(x['text'] or x['condition'])}")
        for symbol, meaning in meanings.items():
            lines.append(rf"\item[$\circ$] \texttt{{{escape(symbol)}}}: {escape(meaning)}")
        lines.append(r"\end{itemize}")
    if claim["remark"]:
        lines.append(rf"\emph{{Remark.}} {escape(claim['remark'])}")
    for x in claim["source"].get("prior", []):
        lines.append(rf"\par Prior work \cite{{{escape(x['key'])}}}: {escape(x['states'])}.")
    if claim["given"]:
        lines.append(rf"\par Given: {escape('; '.join(claim['given']))}.")
    if claim["uses"]:
        lines.append(rf"\par Rests on: {escape(', '.join(claim['uses']))}.")
    if asked := left(claim["verdict"], claim["evidence"]):
        lines.append(
            rf"\par Left to the reader, of lemmas' conditions: {escape('; '.join(asked))}."
        )
    passed = [e for e in claim["evidence"] if e["outcome"] == "passed"]
    kinds = ", ".join(dict.fromkeys(e["kind"] for e in passed)) or "none"
    lines.append(rf"\par Evidence passed: {len(passed)} ({escape(kinds)}).")
    return "\n".join(lines)


def appendix(run: Mapping[str, Any]) -> str:
    """The whole document for a ledger."""
    head = "\n".join(
        (
            BEGINS + r"\usepackage[margin=2.5cm]{geometry}",
            r"\allowdisplaybreaks",
            r"\begin{document}",
            rf"\section*{{{escape(project.current().title or project.current().name)}}}",
            rf"Run of {escape(run['started'])}, commit {escape(run['commit'])}, seed {run['seed']}.",
            *([rf"\textbf{{{escape(cut.capitalize())}.}}"] if (cut := cut_short(run)) else []),
        )
    )
    body = "\n\n".join(_claim(claim) for claim in run["claims"])
    return f"{head}\n\n{body}\n\n{bibliography(run)}\\end{{document}}\n"


def bibliography(run: Mapping[str, Any]) -> str:
    """The works that the claims name, so that the file compiles alone; ``references.bib`` has them, too."""
    if not (found := cited(run)):
        return ""
    rows = [
        rf"\bibitem{{{x.key}}} {escape(', '.join(x.authors))}. {escape(x.title)}. {escape(x.where)}, {x.year}."
        for x in found
    ]
    lines = [rf"\begin{{thebibliography}}{{{len(found)}}}", *rows, r"\end{thebibliography}"]
    return "\n".join(lines) + "\n\n"
