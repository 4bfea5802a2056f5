"""The notes as one document for print: LaTeX of a ledger and of its proof notes, shelf by shelf.

``audit report --book FILE`` writes it, and has TeX set it where FILE ends with ``.pdf``.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from markdown_it.token import Token

from theorem_audit import project
from theorem_audit.files import read_text, write_bytes, write_text
from theorem_audit.report.book import Note, chapter_notes, shelves
from theorem_audit.report.claim_page import broken, symbol_latex
from theorem_audit.report.front import MEANINGS
from theorem_audit.report.latex import bibliography, escape
from theorem_audit.report.legend import shared_legend
from theorem_audit.report.mathematics import names_upright, tokens_of, upright
from theorem_audit.statement.meaning import entry_names
from theorem_audit.usage import MARKS
from theorem_audit.weigh.left import left
from theorem_audit.weigh.whole import cut_short

PREAMBLE = r"""\documentclass{article}
\usepackage[utf8]{inputenc}
\usepackage{amsmath,amssymb,graphicx}
\usepackage[margin=2.5cm]{geometry}
\usepackage[hidelinks]{hyperref}
\allowdisplaybreaks \emergencystretch=3em \setlength{\parindent}{0pt} \setlength{\parskip}{.5em}
\newsavebox{\wide}
\newcommand{\fitted}[1]{\sbox{\wide}{$\displaystyle #1$}\begin{center}%
\ifdim\wd\wide>\linewidth\resizebox{\linewidth}{!}{\usebox{\wide}}\else\usebox{\wide}\fi\end{center}}
"""
SECONDS = 300  # of one pass of TeX
_OPEN = {
    "strong_open": r"\textbf{", "em_open": r"\emph{", "strong_close": "}", "em_close": "}",
    "paragraph_open": "", "paragraph_close": "\n\n", "blockquote_open": "\\begin{quote}\n",
    "blockquote_close": "\\end{quote}\n\n", "bullet_list_open": "\\begin{itemize}\n",
    "bullet_list_close": "\\end{itemize}\n\n", "ordered_list_open": "\\begin{enumerate}\n",
    "ordered_list_close": "\\end{enumerate}\n\n", "list_item_open": "\\item ", "list_item_close": "",
    "heading_open": r"\paragraph{", "heading_close": "}\n\n", "softbreak": "\n", "hardbreak": "\\\\\n",
    "thead_open": "", "thead_close": "\\hline\n", "tbody_open": "", "tbody_close": "",
    "table_close": "\\end{tabular}}}\n\n", "tr_open": "", "tr_close": "\\\\\n", "link_open": "",
    "link_close": "", "td_close": "", "th_close": "", "hr": "\\par\\hrulefill\\par\n", "image": "",
}  # fmt: skip


class NoTeX(Exception):
    """No program that sets LaTeX is installed, or it failed; the message says which."""


def words(text: str) -> str:
    """Text for the book's LaTeX: escaped, letters with an accent as they are."""
    return "".join(x if "À" <= x <= "ÿ" else escape(x) for x in text)


def markdown(text: str) -> str:
    """A note's Markdown as LaTeX: paragraphs, lists, tables, mathematics; links are their text."""
    return _set(tokens_of(text))


def _set(tokens: Sequence[Token]) -> str:
    found, first = [], True
    for place, token in enumerate(tokens):
        if token.type == "inline":
            found.append(_set(token.children or ()))
        elif token.type in ("text", "html_inline", "html_block"):
            found.append(words(token.content))
        elif token.type == "code_inline":
            found.append(rf"\texttt{{{_breakable(token.content)}}}")
        elif token.type in ("fence", "code_block"):
            lines = r"\\ ".join(
                words(x).replace(" ", "~") or "~" for x in token.content.rstrip().split("\n")
            )
            found.append(rf"\par\texttt{{\small {lines}}}\par" + "\n\n")
        elif token.type == "math_inline":
            found.append(f"${upright(token.content, typed=True)}$")
        elif token.type in ("math_block", "math_inline_double", "math_block_label"):
            found.append(rf"\fitted{{{upright(token.content.strip(), typed=True)}}}" + "\n")
        elif token.type == "table_open":
            columns = "l" * _columns(tokens[place:])
            found.append(rf"\fitted{{\text{{\small\begin{{tabular}}{{{columns}}}" + "\n")
        elif token.type == "tr_open":
            first = True
        elif token.type in ("td_open", "th_open"):
            found.append("" if first else " & ")
            first = False
        else:
            found.append(_OPEN[token.type])
    return "".join(found)


def _columns(tokens: Sequence[Token]) -> int:
    return sum(x.type == "th_open" for x in tokens[: [x.type for x in tokens].index("tr_close")])


def _breakable(code: str) -> str:
    """Code that a line may break after each underscore, dot or slash."""
    return re.sub(r"(\\_|[./:])", r"\1\\allowbreak{}", words(code))


def _symbols(names: str) -> str:
    """A legend's entry, its names set as the formula sets them."""
    each = ((x, symbol_latex(x)) for x in entry_names(names))
    return ", ".join(f"${upright(latex)}$" if latex else words(x) for x, latex in each)


def _claim(claim: Mapping[str, Any], note: str) -> str:
    verdict = words(claim["verdict"].replace("_", " "))
    told = claim.get("symbols", {}) | shared_legend(claim)
    lines = [
        rf"\subsubsection*{{{words(claim['id'])}: {words(claim['title'])} ({verdict})}}",
        rf"\label{{{claim['id']}}}\addcontentsline{{toc}}{{subsubsection}}{{{words(claim['id'])} ({verdict})}}",
        rf"\fitted{{{upright(broken(claim['statement']))}}}",
        markdown(names_upright(claim.get("typeset", ""))),
    ]
    if told:
        rows = (f"{_symbols(k)}: {words(v)}" for k, v in told.items())
        lines.append(rf"{{\small {'; '.join(rows)}.}}" + "\n")
    lines.append(
        rf"\emph{{Source:}} {words(claim['source']['kind'])}; {words(claim['source']['reference'])}."
    )
    if claim["given"]:
        lines.append(rf"\emph{{Given:}} {words('; '.join(claim['given']))}.")
    if claim["uses"]:
        lines.append(rf"\emph{{Rests on:}} {words(', '.join(claim['uses']))}.")
    if asked := left(claim["verdict"], claim["evidence"]):
        lines.append(
            rf"\emph{{Left to the reader, of lemmas' conditions:}} {words('; '.join(asked))}."
        )
    lines += [f"\n{words(claim['remark'])}\n" if claim["remark"] else "", markdown(note)]
    return "\n".join(lines)


# Every file that is written here; ``usage`` knows it by these lines.
BEGINS = "".join(PREAMBLE.splitlines(keepends=True)[:2])


def book(run: Mapping[str, Any]) -> str:
    """The whole document for a ledger, as LaTeX."""
    here, notes = project.current(), chapter_notes()
    met = {c["verdict"] for c in run["claims"]}
    scale = "".join(
        rf"\item[{words(name.replace('_', ' '))}] {words(meaning)}" + "\n"
        for name, meaning in MEANINGS.items()
        if name in met
    )
    parts = [
        PREAMBLE + r"\begin{document}",
        rf"\title{{{words(here.title or here.name)}}}\author{{}}\date{{Run of {words(run['started'])}, "
        rf"commit {words(run['commit'])}, seed {run['seed']}}}\maketitle",
        rf"\textbf{{{words(cut.capitalize())}.}}" if (cut := cut_short(run)) else "",
        markdown(read_text(here.path("front"))) if here.front else "",
        rf"\begin{{description}}{scale}\end{{description}}" if scale else "",
        r"\tableofcontents",
    ]
    for shelf in shelves(run["claims"]):
        parts.append(rf"\section{{{words(shelf.title)}}}")
        for chapter, found in shelf.chapters.items():
            note = notes.get(chapter, Note(chapter, "", {}))
            parts += [rf"\subsection{{{markdown(note.title).strip()}}}", markdown(note.opening)]
            parts += [_claim(c, note.sections.get(c["id"], "")) for c in found]
    return "\n\n".join([*parts, bibliography(run) + r"\end{document}", ""])


def write(run: Mapping[str, Any], target: Path) -> Path:
    """Write the book as LaTeX, or, where ``target`` ends with .pdf, set by TeX; returns what was written.

    Raises NoTeX, having left the LaTeX beside, where no TeX is installed or it refuses the text.
    """
    source = target.with_suffix(".tex")
    text = book(run)
    if target.suffix != ".pdf":
        write_text(target, text)
        return target
    program = next((x for x in ("pdflatex", "tectonic") if shutil.which(x)), "")
    if not program:
        write_text(source, text)
        raise NoTeX(f"no TeX here (pdflatex or tectonic): {source} is written, and not set")
    with TemporaryDirectory() as folder:
        made = Path(folder) / "book.tex"
        made.write_text(text, encoding="utf-8")
        words_of = (
            [program, "-halt-on-error", "-no-shell-escape", "-interaction=batchmode"]
            if program == "pdflatex"
            else [program]
        )
        for _ in range(2 if program == "pdflatex" else 1):  # the contents are known after the first
            done = subprocess.run(
                [*words_of, made.name],
                cwd=folder,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
            if done.returncode:
                write_text(source, text)
                log = made.with_suffix(".log")
                why = re.findall(r"^! .*", log.read_text("latin-1"), re.M) if log.exists() else []
                raise NoTeX(
                    f"{program} refused {source}: {'; '.join(why[:2]) or 'no reason given'}"
                )
        # what follows a PDF's end is read by nobody but by the next call, which then may replace it
        write_bytes(target, made.with_suffix(".pdf").read_bytes() + MARKS["book"] + b"\n")
    return target


__all__ = ["NoTeX", "book", "markdown", "words", "write"]
