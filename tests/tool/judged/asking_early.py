"""The battery of what evidence can use that was read at an import: of modules that are written here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType, SimpleNamespace
from typing import Any

from sympy import Eq, Symbol

from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import module_there
from theorem_audit.tests.made_up import claim

x, y = Symbol("x", real=True), Symbol("y", real=True)
LEMMA, LOST = (claim(Eq(y, 3 * x), name=name) for name in ("LEMMA", "LOST"))
PROJECT = SimpleNamespace(packages=("made", "tried", "madeup"), theory="made", evidence="tried")

CHAPTER = """from elsewhere import ODD, LEMMA, LOST
@(lambda f: f)
def model(*_):
    return F
F = ODD
C, D = 1, ODD
[G, H] = [ODD for _ in "12"]
if C:
    for I in [ODD]:
        J = 2
if not C:
    J = 3
else:
    K = ODD
LEMMA, L = LEMMA, ODD
LOST = ODD
model(ODD)
TABLE = {}
TABLE["it"] = N = ODD
class M:
    def side(self):
        return F
    F = 1
class O(M):
    pass
BOUND = O().side
TOLD = [x for x in [model]]
def local():
    F = 1
    return F
def later():
    from made.notation import P as Q
    return Q
def inner():
    def deeper():
        return F
    return deeper
P, *R = ODD, 1
S = T = D
match C:
    case 1:
        U = D
    case _:
        U = C
try:
    V = D
except ValueError:
    V = C
async def awaited():
    return D
W = (
    ODD)
C, E = 1, \\
    ODD
Y: object = ODD
M.told, X = ODD, 2
[Q1, Q2] = list((LEMMA, "it"))
TABLE["lemma"] = Q3 = LEMMA
Q4 = F and LEMMA
(C1, D1) = (C2, D2) = 1, ODD
def turns():
    return turns
def again():
    import made.notation
    return made.notation.P
def z():
    from . import notation as made_of
    return made_of.P
"""
# Where it was read (before the bar), what a file of evidence mentions that comes to it, and what does not.
CASES = (
    ("|F = ODD", "F", "C"), ("F = |ODD", "model()", "local()"), ("F = |ODD", "O()", "J"),
    ("F = |ODD", "BOUND", "LOST"), ("F = |ODD", "TOLD", "LEMMA"), ("F = |ODD", "inner", "later"),
    ("F = |ODD", "'F'", "'no F'"), ("F = |ODD", "a.F", "a.G"), ("F = |ODD", "M", "'made.ch'"),
    ("F = |ODD", "made.ch.F", "made.ch.G"), ("F = |ODD", "'made.ch', 'F'", "'made.ch'"),
    ("C, D = 1, |ODD", "D", "J"), ("C, D = 1, |ODD", "S", "LEMMA"),
    ("C, D = 1, |ODD", "T", "H"), ("C, D = 1, |ODD", "U", "H"), ("C, D = 1, |ODD", "V", "H"),
    ("C, D = 1, |ODD", "awaited", "model"), ("C, D = |1, ODD", "C", "D"), ("[G, H] = [|ODD for", "G", "F"),
    ("[G, H] = [|ODD for", "H", "_"), ("for I in [|ODD]", "I", "J"), ("K = |ODD", "K", "J"),
    ("LEMMA, L = LEMMA, |ODD", "L", "LEMMA"), ("LOST = |ODD", "LOST", "LEMMA"), ("P, *R = |ODD, 1", "P", "C"),
    ("P, *R = |ODD, 1", "R", "C"), ("P, *R = |ODD, 1", "later", "C"), ("W = (\n    |ODD)", "W", "C"),
    ("C, E = 1, \\\n    |ODD", "E", "C"), ("@(|lambda f", "model", "C"), ("P, *R = |ODD, 1", "again", "J"),
    ("[Q1, Q2] = |list", "Q2", "Q1"), ("F = |ODD", "F", "Q4"), ("|F = ODD", "M", "turns"),
    ("(C1, D1) = (C2, D2) = 1, |ODD", "D2", "J"), ("(C1, D1) = (C2, D2) = 1, |ODD", "D1", "C"),
    ("class |O(M)", "O", "M"), ("Y: object = |ODD", "Y", "W"), ("P, *R = |ODD, 1", "z", "E"),
)  # fmt: skip
# What counts for all that import the chapter, whatever they mention; and what counts for none.
CHANGES = ("model(|ODD)", 'TABLE["it"] = N = |ODD', "if |C:", "match |C:", "M.told, X = |ODD, 2",
           'TABLE["lemma"] = Q3 = |LEMMA')  # fmt: skip
CLAIMS = ("LEMMA, L = |LEMMA, ODD",)
HEAD, STAR = "import made.ch as a\nimport made\n", "from made.ch import *\n"


def _place(marked: str) -> tuple[int, int]:
    """Line and column of a bar in a part of the chapter."""
    before, _, after = marked.partition("|")
    start = CHAPTER.index(before + after) + len(before)
    assert CHAPTER.count(before + after) == 1, marked
    return CHAPTER.count("\n", 0, start) + 1, start - CHAPTER.rfind("\n", 0, start) - 1


@contextmanager
def _written(folder: Path, texts: dict[str, str]) -> Iterator[dict[str, ModuleType]]:
    """Modules of these texts, imported one after the other, each with a file."""
    with ExitStack() as stack:
        found = dict[str, ModuleType]()
        for name, text in texts.items():
            file = folder / f"{name}.py"
            file.write_text(text, encoding="utf-8")
            module = stack.enter_context(module_there(name, __file__=str(file)))
            above, _, last = name.rpartition(".")
            module.__package__ = name if name in ("made", "tried", "tried.e") else above
            if above in found:
                setattr(found[above], last, module)
            exec(compile(text, str(file), "exec"), vars(module))
            found[name] = module
        yield found


def _evidence(mentions: str) -> str:
    return f"{HEAD}{STAR * ('.' not in mentions)}def test(claim):\n    return {mentions}\n"


def _chapters_are_followed(judge: ModuleType, folder: Path) -> None:
    texts = {
        "made": "", "tried": "", "made.ch": CHAPTER,
        "made.notation": "from made.ch import P\ndef f():\n    from made.round import Z\n",
        "made.round": "def f():\n    from made.notation import Z\n",
    }  # fmt: skip
    words = {x for _, *both in CASES for x in both}
    files = {word: f"tried.t{k}" for k, word in enumerate(sorted(words))}
    texts |= {files[x]: _evidence(x) for x in words} | {
        "tried.own": "from elsewhere import LEMMA\nM = LEMMA\ndef test(claim):\n    return M\n",
        "tried.far": "def test(claim):\n    return 1\n",
        "tried.round": "def test(claim):\n    from made.round import Z\n    return Z\n",
    }
    with (
        module_there("elsewhere", ODD="what is read", LEMMA=LEMMA, LOST=LOST),
        _written(folder, texts) as found,
    ):

        def asked(marked: str, module: str) -> str:
            with replaced(judge, places_read=lambda name: {"made.ch": {_place(marked)}}):
                return str(judge.early(found[module].test, "ODD"))

        for marked, used, unused in CASES:
            told = f"made.ch, line {_place(marked)[0]}"
            assert asked(marked, files[used]) == told, (marked, used)
            assert asked(marked, files[unused]) == "", (marked, unused)
        assert asked("F = |ODD", "tried.round") == ""
        with replaced(judge, places_read=lambda name: {"tried.own": {(2, 4)}}):
            assert judge.early(found["tried.own"].test, "ODD") == "tried.own, line 2"
        for marked in CHANGES:
            assert asked(marked, files["J"]) == f"made.ch, line {_place(marked)[0]}", marked
            assert asked(marked, "tried.far") == "", marked
        for marked in CLAIMS:
            assert asked(marked, files["LEMMA"]) == asked(marked, files["L"]) == "", marked
        for places, told in (
            ({"made.ch": {(999, 0)}}, "made.ch, line 999"), ({"made.ch": {_place("LOST = |ODD")}}, ""),
            ({"made.gone": {(1, 0)}, "elsewhere": {(1, 0)}}, ""), ({}, ""),
            ({"made.ch": {(999, 0), (998, 3), (998, 1)}, "made.ca": {(1, 0)}}, "made.ch, line 998"),
        ):  # fmt: skip
            with replaced(
                judge, places_read=lambda name, told=places: told if name == "ODD" else 0
            ):
                assert judge.early(found[files["J"]].test, "ODD") == told


FILES = {
    "made": "", "tried": "", "madeup": "", "tried.a": "from . import b\n",
    "tried.b": "def f():\n    import tried.c as z\n",
    "tried.c": "NAME = 'tried.d'\n", "tried.d": "from .e.g import q\n", "tried.e": "",
    "tried.e.g": "from ..h import q\n",
    "tried.h": "q = 1\n",
    "tried.f": "import madeup\n", "tried.none": "x = 'a: b.c'\n",
}  # fmt: skip


def _files_are_followed(judge: ModuleType, folder: Path) -> None:
    """No file of evidence, nor what it imports, may read the claim; who holds a function is asked, too."""

    def test(claim: Any) -> None:
        """Of no module of the project, but where one holds it."""

    @wraps(test)
    def wrapping(claim: Any) -> None:
        """Below it there is another."""

    order = ("tried.h", "tried.e", "tried.e.g", "tried.d", "tried.c", "tried.b")
    texts = {
        x: FILES[x] for x in ("made", "tried", "madeup", *order, "tried.a", "tried.f", "tried.none")
    }
    with _written(folder, texts) as found:
        chain = {
            "tried.a",
            "tried.b",
            "tried.c",
            "tried.d",
            "tried.e",
            "tried.e.g",
            "tried.h",
            "tried",
        }
        for module, near in (
            ("tried.a", chain), ("tried.none", {"tried.none"}), ("tried.f", {"tried.f", "madeup"}),
        ):  # fmt: skip
            test.__module__ = wrapping.__module__ = "nowhere"
            vars(found[module])["kept"] = test
            for read in (*texts, "elsewhere", "gone"):
                told = f"{read}, line 7" * (read in near)
                with replaced(judge, places_read=lambda name, read=read: {read: {(7, 0)}}):
                    assert judge.early(test, "ODD") == told, (module, read)
                    assert judge.early(wrapping, "ODD") == "", (module, read)
            del vars(found[module])["kept"]
            for function in (test, wrapping):
                with replaced(judge, places_read=lambda name: {x: {(7, 0)} for x in texts}):
                    function.__module__ = module
                    assert judge.early(function, "ODD") == f"{min(near)}, line 7"
                    function.__module__ = "nowhere"
            test.__module__ = module
            with replaced(judge, places_read=lambda name: {"tried.a": {(7, 0)}}):
                assert bool(judge.early(wrapping, "ODD")) == (module == "tried.a")
                assert judge.early(SimpleNamespace(), "ODD") == ""


ONE = "F = 1\n\n\nG = 1\ndef test(claim):\n    return F\n"


def _evidence_lies_in_the_theory(judge: ModuleType, folder: Path) -> None:
    """Its own files may read nothing, unless the theory is the same package: then they are followed."""
    with _written(
        folder, {"made": "", "made.checks": "", "made.checks.one": ONE, "tried": ""}
    ) as found:
        for theory, evidence, line in (
            ("made", "made.checks", 4), ("made", "made", 1), ("made.checks", "made", 1), ("made", "tried", 1),
            ("made.checks", "made.checks", 1), ("made.check", "tried", 4),
        ):  # fmt: skip
            here = SimpleNamespace(packages=("made",), theory=theory, evidence=evidence)
            for read in (1, 4):
                with replaced(
                    judge,
                    project=SimpleNamespace(current=lambda here=here: here),
                    places_read=lambda name, read=read: {"made.checks.one": {(read, 4)}},
                ):
                    told = f"made.checks.one, line {read}" * (read <= line)
                    assert judge.early(found["made.checks.one"].test, "ODD") == told, (
                        evidence,
                        read,
                    )


def imports_are_asked(judge: ModuleType) -> None:
    """Evidence that can come to what was read of its claim is told, by the place; other evidence is not."""
    known = {"LEMMA": LEMMA}
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    for part in (_chapters_are_followed, _files_are_followed, _evidence_lies_in_the_theory):
        for cached in ("_tree", "_imports", "_modules", "_parts"):  # by the names of modules
            getattr(judge, cached).cache_clear()
        with (
            TemporaryDirectory(dir=memory) as folder,
            replaced(judge, project=SimpleNamespace(current=lambda: PROJECT), lemma=known.get),
        ):
            part(judge, Path(folder))
    for cached in ("_tree", "_imports", "_modules", "_parts"):
        getattr(judge, cached).cache_clear()


__all__ = ["imports_are_asked"]
