"""The battery of how claims are found: small theories in folders, read as a whole and one by one."""

from __future__ import annotations

import itertools
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.tool.judged.tools import raises
from theorem_audit.statement import well_formed
from theorem_audit.statement.recording import recording_reads

HEAD = """
from sympy import Eq, Symbol
from theorem_audit.statement import Claim, Source
x, y = Symbol("x", real=True), Symbol("y", real=True)
def made(name, chapter=__name__):
    return Claim(name, "t", Eq(y, x), Source("new", "none"), "exact", chapter)
"""
COUNT = itertools.count()
Files = Mapping[str, str]
THEORY: dict[str, str] = {
    "__init__.py": "READING_ORDER = ('second', 'first')",
    "first.py": HEAD + "A = made('A1')\nHERE, TOO = made('A2'), 'B1'",
    "second/__init__.py": HEAD + "S = made('S1')",
    "second/inner.py": HEAD
    + "B = Claim('B1', 't', Eq(y, x), Source('new', 'n'), 'exact', __name__)\nW = B.formula",
    "second/early.py": "",
    "also.py": "from PKG.first import A, HEAD2\n" + HEAD + 'C = Claim("C1", "t", Eq(y, x), Source("new", "n"), '
    '"exact", __name__)',
    "zeta.py": HEAD + "Z = made('Z1')",
    "not-a-name/some.py": "'Z1'",
}  # fmt: skip
THEORY["first.py"] += "\nHEAD2 = 1"
ORDER = ["S1", "B1", "A1", "A2", "C1", "Z1"]


@contextmanager
def theory(files: Files) -> Iterator[str]:
    """A package of these files, by a name that nothing else has; PKG in their texts stands for it."""
    name = f"theory_of_a_battery_{next(COUNT)}"
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            file = Path(folder, name if path else name + ".py", path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.replace("PKG", name), encoding="utf-8")
        sys.path.insert(0, folder)
        try:
            yield name
        finally:
            sys.path.remove(folder)
            for known in [x for x in sys.modules if x.partition(".")[0] == name]:
                del sys.modules[known]
                well_formed.DECLARED.pop(known, None)


def _imported(name: str) -> set[str]:
    """The modules below it that are imported."""
    return {x.removeprefix(f"{name}.") for x in sys.modules if x.startswith(f"{name}.")}


def discovery_holds(judge: ModuleType) -> None:
    """Claims by id, in reading order; what would not be found is refused."""
    _one_by_one(judge)
    _as_a_whole(judge)
    _as_a_dictionary(judge)
    _refused(judge)
    _told(judge)
    _modules(judge)
    _sources(judge)


def _one_by_one(judge: ModuleType) -> None:
    with theory(THEORY) as name:
        claims = judge.discover(name)
        assert claims.loaded() == []
        assert claims["A1"].chapter == "first"
        assert [x for x, _ in claims.loaded()] == ["A1", "A2"]
        assert _imported(name) == {"first"}
        assert ("C1" in claims) is True
        assert _imported(name) == {"first", "also"}
        assert [x for x, _ in claims.loaded()] == ["A1", "A2", "C1"]
        given = claims["A1"]
        claims["A1"] = "another"
        assert claims.own["A1"] is given
        with recording_reads() as reads:
            assert claims["B1"].chapter == "second.inner"
        assert reads == {"B1"} - {"B1"}, "what an import reads, nobody has read"
        assert _imported(name) == {"first", "also", "second", "second.inner"}
        assert [*claims] == ORDER
        assert claims["A1"] == "another", "what is put in its place stays"
        claims["M"] = "a word"
        assert [*claims] == [*ORDER, "M"]
    with theory(THEORY) as name:
        claims = judge.discover(name)
        claims["M"] = "a word"
        claims["Z1"] = "another"
        assert claims["Z1"] == "another"
        assert _imported(name) == set()
        assert [*claims] == [*ORDER, "M"]
        assert claims["Z1"] == "another"
    with theory(THEORY) as name:
        claims = judge.discover(name)
        assert ("S1" in claims) is True
        assert claims["S1"].chapter == "second"
        assert _imported(name) == {"second"}
        assert (3 in claims) is False
    with theory({**THEORY, "zeta.py": HEAD + "Z = made('Z' + '1')"}) as name:
        assert judge.discover(name)["Z1"].chapter == "zeta", "its id stands nowhere as it is"
    with theory({"": HEAD + "A = made('A1')"}) as name:
        claims = judge.discover(name)
        assert claims["A1"].chapter == name
        assert len(claims) == 1


def _as_a_whole(judge: ModuleType) -> None:
    with theory(THEORY) as name:
        claims = judge.discover(name)
        near = raises(KeyError, lambda: claims["A12"])
        assert near == repr("'A12' is no claim's id; did you mean A2 or A1?")
        assert raises(KeyError, lambda: claims["QQQQQQ"]) == repr(
            "'QQQQQQ' is no claim's id among the 6 known"
        )
        assert claims.like("b1x") == "; did you mean B1?"
    many = judge.Claims({f"AB{k}": k for k in range(5)})
    assert many.like("AB").count(" or ") == 2
    with theory(THEORY) as name:
        assert (
            raises(KeyError, lambda: judge.discover(name)[7])
            == '"7 is no claim\'s id among the 6 known"'
        )


def _as_a_dictionary(judge: ModuleType) -> None:
    for ask, answer in (
        (lambda c: [*c], ORDER), (lambda c: [*reversed(c)], ORDER[::-1]), (len, 6),
        (lambda c: [*c.keys()], ORDER),
        (lambda c: [x.id for x in c.values()], ORDER), (lambda c: [x for x, _ in c.items()], ORDER),
        (lambda c: [*c.copy()], ORDER), (lambda c: c == {}, False),
        (lambda c: repr(c).startswith("{'S1': Claim("), True),
        (lambda c: type(c.copy()), dict), (lambda c: c.get("NO", 7), 7), (lambda c: c.get("A1").id, "A1"),
        (lambda c: c.get("NO"), None), (lambda c: "NO" in c, False), (lambda c: c == {**c}, True),
    ):  # fmt: skip
        with theory(THEORY) as name:
            assert ask(judge.discover(name)) == answer, answer
    plain = judge.Claims({"A": 1}, B=2)
    assert ([*plain], plain.where, plain.package, "C" in plain) == (["A", "B"], "", "", False)
    assert raises(KeyError, lambda: plain["C"]) == "\"'C' is no claim's id among the 2 known\""
    raises(TypeError, lambda: hash(plain))


def _refused(judge: ModuleType) -> None:
    for change, kind, says in (
        ({"zeta.py": HEAD + "Z = made('A1')"}, judge.DuplicateClaim,
         "id='A1' is claimed twice, in first and zeta; ids must be unique"),
        ({"zeta.py": HEAD + "Z = made('Z1', 'zebra')"}, judge.LostClaim,
         "claim Z1 in PKG.zeta names the chapter 'zebra'; a claim's chapter is __name__ of the module that "
         "declares it"),
        ({"zeta.py": HEAD + "Z = made('Z1')\nmade('Z2')"}, judge.LostClaim,
         "claim Z2 is made in PKG.zeta, and no name at the top of the module is bound to it in the end, so "
         "nothing would find it"),
        ({"bare/more.py": HEAD + "Z = made('Z2')"}, judge.LostClaim, "more.py"),
    ):  # fmt: skip
        with theory({**THEORY, **change}) as name:
            claims = judge.discover(name)
            said = raises(kind, lambda c=claims: [*c])
            assert said == says.replace("PKG", name) or (says == "more.py" and says in said), said
            assert [x for x, _ in claims.loaded()[:1]] == ["S1"] * (says != "more.py"), (
                "what was found before"
            )
    with theory(
        {**THEORY, "zeta.py": HEAD + "Z = made('Z1', 'zebra')", "and.py": "from PKG.zeta import Z"}
    ) as name:
        assert f"in {name}.zeta names" in raises(judge.LostClaim, lambda: [*judge.discover(name)])
    with theory({**THEORY, "near.py": HEAD + "N = made('Z1', 'PKG.zeta')"}) as name:
        claims = judge.discover(name)
        assert raises(judge.LostClaim, lambda: [*claims]).startswith(f"claim Z1 in {name}.near")
    for where, kind in (("", None), ("here", judge.NoClaim)):
        with theory({"__init__.py": "", "one.py": ""}) as name:
            claims = judge.discover(name)
            claims.where = where
            if kind is None:
                assert [*claims] == []
            else:
                assert raises(kind, lambda c=claims: [*c]) == "here holds no claim"
    with theory({"__init__.py": "", "one.py": HEAD + "A = made('A1')"}) as name:
        claims = judge.discover(name)
        claims.where = "here"
        assert [*claims] == ["A1"]


def _told(judge: ModuleType) -> None:
    """An error of a chapter, as it is or as another one, also where one id is asked for."""
    files = {**THEORY, "zeta.py": HEAD + "Z = made('Z1')\n1 / 0"}
    for ask in (lambda c: c["Z1"], lambda c: "Z1" in c, lambda c: [*c], lambda c: c["NO"]):
        with theory(files) as name:
            claims = judge.discover(name)
            assert claims["A1"].id == "A1"
            raises(ZeroDivisionError, lambda c=claims, a=ask: a(c))
        with theory(files) as name:
            claims, heard = judge.discover(name), list[Exception]()

            def other(error: Exception, heard: list[Exception] = heard) -> Exception:
                heard.append(error)
                return LookupError("told")

            claims.told = other
            try:
                ask(claims)
                raise AssertionError("no error")
            except LookupError as error:
                assert error.__cause__ is heard[-1]
                assert isinstance(heard[0], ZeroDivisionError)
    with theory({**THEORY, "zeta.py": "import sys\nsys.exit(0)  # 'Z1'"}) as name:
        assert "SystemExit" in raises(Exception, lambda: judge.discover(name)["Z1"])
        assert "SystemExit" in raises(Exception, lambda: [*judge.discover(name)])


def _modules(judge: ModuleType) -> None:
    """In reading order, each package before what it holds."""
    import importlib

    files = {
        "__init__.py": "READING_ORDER = ('c', 'b')", "a.py": "", "b.py": "", "c/__init__.py": "",
        "c/test_y.py": "", "c/x.py": "", "d/__init__.py": "EVIDENCE = False", "d/test_z.py": "",
        "e/__init__.py": "EVIDENCE = True", "e/test_w.py": "",
    }  # fmt: skip
    with theory(files) as name:
        package = importlib.import_module(name)

        def names(*more: Any) -> list[str]:
            return [
                getattr(x, "__name__", x).removeprefix(name) for x in judge.modules(package, *more)
            ]

        tests = names(lambda x: x.startswith("test_"), lambda x: x)
        assert tests == ["", ".c", ".c.test_y", ".e", ".e.test_w"]
        assert _imported(name) == {"c", "d", "e"}
        assert names() == ["", ".c", ".c.test_y", ".c.x", ".b", ".a", ".e", ".e.test_w"]
    with theory({"": "READING_ORDER = 'no package'"}) as name:
        assert [x.__name__ for x in judge.modules(importlib.import_module(name))] == [name]


def _sources(judge: ModuleType) -> None:
    with theory(THEORY) as name:
        found = [*judge._sources(name)]
        assert [x.removeprefix(name) for x, _ in found] == [
            "", ".also", ".first", ".second", ".second.early", ".second.inner", ".zeta",
        ]  # fmt: skip
        assert all(
            Path(file).name in ("__init__.py", x.rpartition(".")[2] + ".py") for x, file in found
        )
        Path(found[1][1]).write_bytes("# é 'Z1'".encode("latin-1"))
        assert [x.__name__ for x in judge._writing(name, "Z1")] == [f"{name}.zeta"]
        assert [x.__name__ for x in judge._writing(name, "C1")] == []
        assert [x.__name__ for x in judge._writing(name, "B1")] == [
            f"{name}.first",
            f"{name}.second.inner",
        ]
        assert _imported(name) == {"zeta", "first", "second", "second.inner"}
    with theory({"": ""}) as name:
        assert [x for x, _ in judge._sources(name)] == [name]
    with theory({"deep/some.py": ""}) as name:  # without __init__.py
        assert [x for x, _ in judge._sources(name)] == [f"{name}.deep.some"]


__all__ = ["discovery_holds", "theory"]
