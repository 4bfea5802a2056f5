"""A small theory for the tests of commands: inequalities, identities with roots, searches, a picture, works.

``SQUARE`` is certified, ``ROOT`` an identity with a root and a denominator, ``LOG`` one with an atom,
``HALF`` is false in its region and has no evidence: only a search finds that out.
"""

from __future__ import annotations

from pathlib import Path

FILES = {
    "pyproject.toml": """
[tool.theorem-audit]
name = "lab"
theory = "lab"
evidence = "tests"
notes = "notes"
falsifiers = "searches"
variants = "notes/variants.json"
figures = "drawings"
bibliography = "lab.works:WORKS"
abstracts = "lab.works:SAID"
certified = ["bounds"]
commands = ["extra:add_commands"]
""",
    "notes/bounds.md": "# Bounds\n\n## SQUARE\n\n<!-- statement:SQUARE -->\n<!-- /statement -->\n",
    "extra.py": """
def add_commands(command):
    made = command("greet", "say hello")
    made.set_defaults(handler=lambda args, console: console.print("hello from the lab") or 0)
""",
    "lab/__init__.py": 'READING_ORDER = ("bounds", "roots")\n',
    "lab/bounds.py": """
from sympy import And, Ge, Le, Symbol
from theorem_audit.statement import Assumption, Claim, Source

x, y = Symbol("x", real=True), Symbol("y", real=True)
UNIT = Assumption("unit interval", And(Ge(x, 0), Le(x, 1)))
SQUARE = Claim(
    id="SQUARE", title="A parabola on [0, 1]", formula=Ge(x * (1 - x), 0),
    source=Source("new", "here"), bound="upper", chapter=__name__, assumptions=(UNIT,),
)
HALF = Claim(
    id="HALF", title="False above one half", formula=Le(x, 1 - x),
    source=Source("new", "here"), bound="upper", chapter=__name__, assumptions=(UNIT,),
)
""",
    "lab/roots.py": """
from sympy import And, Eq, Gt, Symbol, log, sqrt
from theorem_audit.statement import Assumption, Claim, Source
from lab.bounds import x

y, z = Symbol("y", real=True), Symbol("z", real=True)
ABOVE = Assumption("above 0", Gt(x, 0))
ROOT = Claim(
    id="ROOT", title="A root over its square", formula=And(Eq(y, (1 + x) / sqrt(1 + x)), Eq(z, x / (1 + x))),
    source=Source("new", "here"), bound="exact", chapter=__name__, assumptions=(ABOVE,),
    steps=("root", "quotient"), parts={"root": Eq(y, (1 + x) / sqrt(1 + x)), "quotient": Eq(z, x / (1 + x))},
)
LOG = Claim(
    id="LOG", title="A logarithm of a product", formula=Eq(y, 2 * log(1 + x)),
    source=Source("new", "here"), bound="exact", chapter=__name__, assumptions=(ABOVE,),
)
""",
    "lab/works.py": """
from theorem_audit.statement.bibliography import Said, Work

BOOK = Work("old", ("Someone, A.",), "On parabolas & 5%", "Journal of Small Results", 1999, "https://example.org/a_b")
WORKS = (BOOK,)
SAID = (Said(BOOK, "squares are small", "squares stay small", ("SQUARE",), "the unit interval", "the constant"),
        Said(BOOK, "and so on", "a remark", (), "", "it says nothing"))
""",
    "tests/__init__.py": "",
    "tests/test_bounds.py": """
from theorem_audit import evidence, expect_inequality
from lab.bounds import x

@evidence("SQUARE", "certificate")
def test_square(claim):
    expect_inequality(claim.formula, claim.region, (x,))
""",
    "tests/test_roots.py": """
from sympy import log, sqrt
from theorem_audit import evidence, expect_identity, expect_zero
from theorem_audit.exact.zero import stated
from lab.bounds import x
from lab.roots import y, z

@evidence("ROOT", "symbolic", step="root")
def test_root(claim):
    expect_zero(stated(claim.formula, y) - sqrt(1 + x), "root")

@evidence("ROOT", "symbolic", step="quotient")
def test_quotient(claim):
    gap = stated(claim.formula, z) - 1 + 1 / (1 + x)
    expect_zero(gap, "quotient")

@evidence("LOG", "symbolic")
def test_log(claim):
    expect_zero(claim.formula.rhs - log(1 + x) - log(1 + x), "twice")
""",
    "searches/__init__.py": "",
    "searches/bounds.py": """
from sympy import Rational
from theorem_audit import expect
from lab.bounds import x

def half(claim, rng, seconds):
    for k in range(11):
        at = Rational(k, 10)
        expect(claim.formula.subs(x, at), "on a grid", x=at)
    return 11

def breaks(claim, rng, seconds):
    raise KeyError("no such thing")

FALSIFIERS = {"HALF": half, "SQUARE": half, "ROOT": breaks}
OUT_OF_REACH = {"LOG": "no float is a logarithm"}
""",
    "drawings/__init__.py": "",
    "drawings/one.py": """
import matplotlib
matplotlib.use("Agg")
from matplotlib.figure import Figure
from theorem_audit.report.drawing import picture

@picture("line", "A line")
def line(seed):
    figure = Figure()
    figure.add_subplot().plot([0, 1], [0, 1])
    return figure, [{"x": 0, "y": 0}, {"x": 1, "y": 1}]

@picture("bare", "Nothing behind it")
def bare(seed):
    return Figure(), []
""",
}


def write(folder: Path) -> Path:
    """The project, in ``folder``."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"), encoding="utf-8")
    return folder
