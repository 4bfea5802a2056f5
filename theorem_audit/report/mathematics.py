"""LaTeX to MathML and Markdown to HTML: mathematics without JavaScript, text without markup holes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from xml.etree import ElementTree

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from mdit_py_plugins.dollarmath import dollarmath_plugin

from theorem_audit.report.notes import BLOCK

MATHML = "http://www.w3.org/1998/Math/MathML"
_ELEMENTS = """
math mrow mi mo mn ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover
mmultiscripts mprescripts none mtable mtr mtd mlabeledtr mstyle mpadded mphantom menclose mfenced merror
"""
_ATTRIBUTES = """
display mathvariant mathsize mathcolor stretchy fence form separator largeop symmetric accent
accentunder movablelimits lspace rspace minsize maxsize linethickness columnalign rowspacing
columnspacing columnlines rowlines frame displaystyle scriptlevel width height depth voffset open
close separators notation side
"""
LONG = 40  # characters of LaTeX
ELEMENTS, ATTRIBUTES = frozenset(_ELEMENTS.split()), frozenset(_ATTRIBUTES.split())


# What is left as it stands: words that LaTeX itself sets, and commands; then words of a theory.
_LEFT = (
    r"\\(?:text|mathrm|operatorname|mathcal|mathbb|mathbf|begin|end)\*?\{[^{}]*\}"
    r"(?:\{[lcr]+\})?|\\[A-Za-z]+"
)
_WORDS = re.compile(rf"{_LEFT}|(?P<word>(?<![A-Za-z])[A-Za-z]{{3,}}(?![A-Za-z]))")
_INDICES = re.compile(rf"{_LEFT}|(?<=[_^]{{)(?P<word>[A-Z]?[a-z]{{3,}})(?=}})")
_SIGNS = {"perp": r"\perp", "eps": r"\varepsilon"}
_ALTERNATIVE = re.compile(r"\\ \\text\{(or|and)\}\\ ")
_BETWEEN = re.compile(r"\$([^$]+)\$")


def upright(latex: str, *, typed: bool = False) -> str:
    r"""LaTeX in which a word of three letters or more is a name, not a product: ``P_{\text{sparse}}``.

    typed: by hand, where letters side by side are a product (``-aSq_j``): only an index may be a word.
    """

    def said(match: re.Match[str]) -> str:
        word = match["word"]
        return _SIGNS.get(word, rf"\text{{{word}}}") if word else match[0]

    return (_INDICES if typed else _WORDS).sub(said, latex)


def names_upright(markdown: str) -> str:
    """A generated sentence whose formulas have their names upright, and may be broken at *or* and *and*."""
    return _BETWEEN.sub(lambda m: f"${_breakable(upright(m[1]))}$", markdown)


# The converter's signs for setminus and perp, which no common font has, and those that DejaVu does have.
COMMON = {"\u29f5": "\u2216", "\u27c2": "\u22a5"}


def _breakable(latex: str) -> str:
    """A formula's alternatives as formulas of their own, where each is whole by itself."""
    parts = _ALTERNATIVE.split(latex)
    if any(
        x.count("{") != x.count("}") or x.count(r"\left") != x.count(r"\right") for x in parts[::2]
    ):
        return latex
    return "".join(f"$ {x} $" if place % 2 else x for place, x in enumerate(parts))


@cache  # of some 9,000 formulas in a report, half stand in it twice
def mathml(latex: str, *, block: bool = False, typed: bool = False) -> Markup:
    """MathML of a LaTeX formula; what cannot be converted is shown as escaped source.

    typed: as ``upright`` takes it.

    The converter lets markup in ``\\text{}`` through, so what it gives is read as XML, kept only where
    it is MathML and nothing else, and written anew.
    """
    try:
        tree = ElementTree.fromstring(
            convert(upright(latex, typed=typed), display="block" if block else "inline")
        )
    except Exception:  # noqa: BLE001 - latex2mathml raises bare exceptions of many kinds
        return _source(latex)
    for node in list(tree.iter()):
        name = node.tag.removeprefix(f"{{{MATHML}}}") if isinstance(node.tag, str) else ""
        if name not in ELEMENTS or not ATTRIBUTES.issuperset(node.attrib):
            return _source(latex)
        node.tag = name
        node.text = COMMON.get(node.text or "", node.text)
        _grouped(node)
    tree.set("xmlns", MATHML)
    if block:
        tree.set("tabindex", "0")  # a long formula scrolls, by keyboard too
    return Markup(ElementTree.tostring(tree, encoding="unicode"))


_CHILDREN = {
    "msub": 2,
    "msup": 2,
    "mfrac": 2,
    "munder": 2,
    "mover": 2,
    "mroot": 2,
    "msubsup": 3,
    "munderover": 3,
}


def _grouped(node: ElementTree.Element) -> None:
    """An index belongs to all that the converter put before it: ``(n b)^T`` had four children."""
    extra = len(node) - _CHILDREN.get(node.tag, len(node))
    if extra > 0:
        base = ElementTree.Element("mrow")
        base.extend(node[: extra + 1])
        node[: extra + 1] = [base]


def _source(latex: str) -> Markup:
    return Markup("<code class='tex'>{}</code>").format(latex)


def _math_renderer(content: str, options: dict[str, bool]) -> str:
    return str(mathml(content, block=options["display_mode"], typed=True))


class _Parser(MarkdownIt):
    """Markdown whose links to programs (``javascript:``, as ever) and to ``//host`` are text.

    From a page that is opened from the file system the latter asks another machine for a file.
    """

    def validateLink(self, url: str) -> bool:
        """Whether a text may be a link's address."""
        return super().validateLink(url) and not url.lstrip().startswith("//")


def _markdown() -> MarkdownIt:
    # html=False: raw markup in a note is shown as text.
    parser = _Parser("commonmark", {"html": False}).enable("table")
    parser = parser.use(dollarmath_plugin, renderer=_math_renderer, double_inline=True)
    parser.add_render_rule("math_inline", _inline_math)
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    parser.add_render_rule("fence", _fence)
    return parser


def _inline_math(_: object, tokens: Sequence[Token], at: int, options: object, env: object) -> str:
    """A formula in a line; one that a narrow screen may have to scroll is reached by keyboard."""
    latex = tokens[at].content
    reached = Markup(' tabindex="0"') if len(latex) > LONG else Markup()
    return str(
        Markup('<span class="math inline"{}>{}</span>').format(reached, mathml(latex, typed=True))
    )


def _table_open(*_: object) -> str:
    """A table in a frame of its own, which a narrow screen scrolls, by keyboard too."""
    return '<div class="wide" tabindex="0"><table>'


def _fence(_: object, tokens: Sequence[Token], at: int, options: object, env: object) -> str:
    return str(Markup('<pre tabindex="0">{}</pre>').format(tokens[at].content))


def _table_close(*_: object) -> str:
    return "</table></div>"


_PARSER = _markdown()


def tokens_of(text: str) -> list[Token]:
    """A proof note's Markdown, parsed; the generated statement block is left out."""
    found: list[Token] = _PARSER.parse(BLOCK.sub("", text))
    return found


def note_html(
    text: str,
    linked: Callable[[str], Markup] | None = None,
    address: Callable[[str], str] | None = None,
    *,
    below: int = 1,
) -> Markup:
    """A proof note's Markdown as HTML; the generated statement block is left out.

    below: the level of the heading that it stands under; 0 where it is a page of its own.

    linked: sets plain text and code, so that the names in it can be links; links of the note stay.
    address: where a link of the note leads on this page; the text alone is left where it says "".
    """
    tokens = tokens_of(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + below, 6)}"
        elif token.children and linked is not None:
            _link(token.children, linked)
        if token.children and address is not None:
            _lead(token.children, address)
    return Markup(_PARSER.renderer.render(tokens, _PARSER.options, {}))


def _link(children: list[Token], linked: Callable[[str], Markup]) -> None:
    """Replace text and code outside links by what ``linked`` makes of them, which escapes it."""
    inside = 0
    for child in children:
        inside += child.nesting if child.type in ("link_open", "link_close") else 0
        if inside or child.type not in ("text", "code_inline"):
            continue
        said = linked(child.content)
        child.content = str(Markup("<code>{}</code>").format(said) if child.tag == "code" else said)
        child.type = "html_inline"


def _lead(children: list[Token], address: Callable[[str], str]) -> None:
    """Give the links of a note, which lead from file to file, their addresses in the report."""
    leads = True
    for child in children:
        if child.type == "link_open":
            found = address(str(child.attrs["href"]))
            child.attrs["href"], leads = found, bool(found)
        if not leads and child.type in ("link_open", "link_close"):
            child.type, child.tag, child.content = "text", "", ""
