"""The battery of the ``evidence`` mark: what it keeps, which marks nothing would collect, what is collected."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis.strategies import integers
from sympy import Gt, Symbol

from tests.tool.judged.discovering import theory
from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import module_there, raises
from theorem_audit import project
from theorem_audit.checks import over_nothing
from theorem_audit.statement.assumption import Assumption
from theorem_audit.tests.made_up import claim

x = Symbol("x", real=True)
ODD = claim(Gt(x, 0))
STEPS = claim(Gt(x, 0), name="STEPS", steps=("one", "two"))
NEEDY = claim(Gt(x, 0), Gt(x, 2), name="NEEDY")
TWICE = claim(Gt(x, 0), name="TWICE")
object.__setattr__(TWICE, "assumptions", (Assumption("a", Gt(x, 0)), Assumption("b", Gt(x, 1))))
CLAIMS = {x.id: x for x in (ODD, STEPS, NEEDY, TWICE, claim(Gt(x, 0), name="BARE"))}
MARK = "mark_of_a_battery"  # a module that holds the mark under judgement
HEAD = f"from {MARK} import evidence\n"
ONE = "@evidence('ODD', 'witness')\ndef {}(claim): pass\n"
FACTORY = (
    HEAD
    + "def make(k):\n    @evidence('ODD', 'witness')\n    def check(claim): return k\n    return check\n"
)


def marks_hold(judge: ModuleType) -> None:
    """Marks by hand, then small packages of evidence: what is found in them, and what is told."""
    _marks(judge)
    _refused_marks(judge)
    _written_functions(judge)
    with module_there(MARK, evidence=judge.evidence):
        _noted(judge)
        _hidden(judge)
        _elsewhere(judge)
        _collected_names(judge)
        _imported(judge)
        _collects(judge)
        _refuses(judge)


def _marks(judge: ModuleType) -> None:
    def f(claim: Any) -> None:
        """Nothing."""

    names: dict[str, Any] = {"__name__": "made.up"}
    exec("def g(claim): return all, any", names)
    with module_there("made.up"):
        assert judge.evidence(ODD, "symbolic")(names["g"]) is names["g"]
    assert names["g"](0) == (over_nothing.noted_all, over_nothing.noted_any)
    judge.evidence("ODD", "symbolic")(f)
    judge.evidence(STEPS, "witness", step=("one", "two"), cases={"a": 1}, needs="given", slow=True)(
        f
    )
    judge.evidence("STEPS", "kernel", step="one", cases=None)(f)
    first, second, third = f.evidence_marks  # type: ignore[attr-defined]
    assert first == judge.Evidence("ODD", "symbolic", f, ("statement",), {}, "", False)
    assert second == judge.Evidence("STEPS", "witness", f, ("one", "two"), {"a": 1}, "given", True)
    assert third == judge.Evidence("STEPS", "kernel", f, ("one",), {}, "", False)
    assert first.test == "tests/tool/judged/marking.py::f"
    assert first.key == "ODD:f"
    assert names["g"].evidence_marks[0].claim_id == "ODD"


def _refused_marks(judge: ModuleType) -> None:
    said = raises(ValueError, lambda: judge.evidence("ODD", "proof"))
    assert said == f"kind='proof': allowed are {', '.join(judge.KINDS)}"
    assert raises(ValueError, lambda: judge.evidence("ODD", "witness", cases={})).startswith(
        "cases={}: a table"
    )

    @given(integers())
    def drawn(claim: Any, k: int) -> None:
        """Nothing."""

    def plain(claim: Any) -> None:
        """Nothing."""

    for kind in judge.KINDS:
        if kind in judge.DECIDING:
            said = raises(ValueError, lambda k=kind: judge.evidence("ODD", k)(drawn))
            assert said.startswith(
                f"kind={kind!r} of drawn: instances that Hypothesis draws decide nothing"
            )
        else:
            judge.evidence("ODD", kind)(drawn)
        judge.evidence("ODD", kind)(plain)
    assert not [x for x in drawn.evidence_marks if x.kind in judge.DECIDING]  # type: ignore[attr-defined]


def _written_functions(judge: ModuleType) -> None:
    import functools

    def inner(claim: Any, k: int) -> None:
        """Nothing."""

    @functools.wraps(inner)
    def outer(claim: Any) -> None:
        """Nothing."""

    assert judge._written(outer) is inner
    assert judge._written(given(integers())(inner)) is inner
    assert judge._line(outer) == inner.__code__.co_firstlineno
    assert judge._line(len) == "?"
    assert [judge.is_test(x) for x in ("test_a", "tests", "a_test_b", "test_")] == [
        True,
        False,
        False,
        True,
    ]
    said = judge.no_assumption("t", "C", "big", ["a", "b"])
    assert said == "t: claim C has no assumption 'big'; it has 'a', 'b'"
    assert judge.no_assumption("t", "C", "big", []).endswith("it has none")


Files = Mapping[str, str]


@contextmanager
def _package(judge: ModuleType, files: Files, **more: Any) -> Iterator[Any]:
    """A package of evidence of these files, and a project whose evidence it is."""
    with theory({"__init__.py": "", **files}) as name:
        package = importlib.import_module(name)
        here = SimpleNamespace(
            claims=CLAIMS, evidence=name, file="pyproject.toml", evidence_package=lambda: package, **more,
        )  # fmt: skip
        judge.LEFT_OUT.clear()
        with replaced(judge, project=SimpleNamespace(current=lambda: here)):
            yield name


def _module(name: str, last: str) -> Any:
    return importlib.import_module(f"{name}.{last}")


def _noted(judge: ModuleType) -> None:
    """A mark is kept in the module of its function, and in all that are being imported, with who marks it."""
    files = {
        "test_one.py": HEAD + ONE.format("test_a") + "from PKG.inner import test_b\ntest_c = None",
        "inner.py": HEAD + ONE.format("test_b"),
        "factory.py": FACTORY,
        "plain.py": "def test_h(claim): pass",
        "test_three.py": HEAD + "from PKG.plain import test_h\nevidence('ODD', 'witness')(test_h)\n",
        "test_two.py": "from PKG.factory import make\ntest_d = make(1)\n",
    }  # fmt: skip
    with _package(judge, files) as name:
        one, two = _module(name, "test_one"), _module(name, "test_two")
        inner, factory = _module(name, "inner"), _module(name, "factory")

        def kept(module: Any) -> dict[str, str]:
            held = vars(module).get(judge._MARKED, {})
            assert all(key == id(f) for key, (f, _) in held.items())
            return {f.__name__: maker.removeprefix(f"{name}.") for f, maker in held.values()}

        assert kept(one) == {"test_a": "test_one", "test_b": "inner"}
        assert kept(inner) == {"test_b": "inner"}
        assert kept(two) == {"check": "test_two"}
        assert kept(factory) == {}, "what is marked within a function is whose import calls it"
        other = _module(name, "test_three")
        assert kept(other) == kept(_module(name, "plain")) == {"test_h": "test_three"}
        factory.make(2)
        assert kept(factory) == {}
        judge.evidence("ODD", "witness")(inner.test_b)
        judge.evidence("ODD", "property")(two.test_d)
        assert kept(inner) == {"test_b": "inner"}
        exec(compile(HEAD + ONE.format("test_e"), "f", "exec"), main := {"__name__": "__main__"})
        assert judge._MARKED not in main
        late = ModuleType("late")
        exec("def test_f(claim): pass", vars(late))
        late.test_f.__module__ = f"{name}.inner"
        judge.evidence("ODD", "witness")(late.test_f)
        assert kept(inner) == {"test_b": "inner", "test_f": "inner"}, "outside an import, too"
        strange = {"__name__": f"{name}.inner"}
        exec(compile(HEAD + ONE.format("test_g"), "f", "exec"), strange)
        assert judge._MARKED not in strange, "names of no module"


# The files of a package, and what is told of its module test_one.
HIDDEN: tuple[tuple[Files, str], ...] = (
    ({"test_one.py": HEAD + ONE.format("test_a")}, ""),
    ({"test_one.py": ""}, ""),
    ({"test_one.py": FACTORY + "test_a = make(1)\n"}, ""),
    ({"test_one.py": FACTORY + "def other(): make(1)\n"}, ""),
    ({"test_one.py": HEAD + ONE.format("test_a") + "def test_a(claim): pass\n"},
     "PKG.test_one.test_a (line 2) is marked as evidence, and is not found: a later function has its name, or "
     "no name at the top of PKG.test_one is bound to it (a class or a list holds it)"),
    ({"test_one.py": FACTORY + "ALL = [make(1)]\n"},
     "PKG.test_one.make.<locals>.check (line 3) is marked as evidence, and is not found: a later function has "
     "its name, or no name at the top of PKG.test_one is bound to it (a class or a list holds it)"),
    ({"test_one.py": "from PKG.factory import make\ntest_a = make(1)\n", "factory.py": FACTORY},
     "PKG.factory.make.<locals>.check is marked as evidence in PKG.test_one, and is a function of PKG.factory: "
     "write the function where it is marked"),
    ({"test_one.py": "from PKG.helper import test_b\n", "helper.py": HEAD + ONE.format("test_b")},
     "PKG.helper.test_b is marked as evidence, and PKG.helper is no test_*.py of the package of evidence: "
     "nothing collects it"),
    ({"test_one.py": "import PKG.helper\n", "helper.py": HEAD + ONE.format("test_b")},
     "PKG.helper.test_b is marked as evidence, and PKG.helper is no test_*.py of the package of evidence: "
     "nothing collects it"),
    ({"test_one.py": "from PKG.test_two import test_b\n", "test_two.py": HEAD + ONE.format("test_b")}, ""),
    ({"test_one.py": "from PKG.off.test_two import test_b\n", "off/__init__.py": "EVIDENCE = False",
      "off/test_two.py": HEAD + ONE.format("test_b")},
     "PKG.off.test_two.test_b is marked as evidence, and PKG.off.test_two is no test_*.py of the package of "
     "evidence: nothing collects it"),
    ({"test_one.py": "test_b = None\ndef later():\n    import sys\n    sys.modules[__name__].test_b = "
      "__import__('PKG.helper', fromlist=['x']).test_b\n", "helper.py": HEAD + ONE.format("test_b")},
     "PKG.helper.test_b is marked as evidence, and PKG.helper is no test_*.py of the package of evidence: "
     "nothing collects it"),
    ({"test_one.py": FACTORY + "test_a = make(1)\ntest_b = make(2)\n"},
     "PKG.test_one.test_a (line 3) and PKG.test_one.test_b (line 3) are two evidences for ODD with one name, "
     "check: only one outcome would be kept"),
    ({"test_one.py": FACTORY + "test_a = test_b = make(1)\n"}, ""),
    ({"test_one.py": FACTORY.replace("'witness'",
    "'witness', cases={k: 1}") + "test_a, test_b = make(1), make(2)\n"},
     ""),
    ({"test_one.py": FACTORY.replace("'witness'", "'witness', cases={'u': 1, 'v': k}")
      + "test_a, test_b = make(1), make(2)\n"},
     "PKG.test_one.test_a (line 3) and PKG.test_one.test_b (line 3) are two evidences for ODD with one name, "
     "check, and one case, u: only one outcome would be kept"),
    ({"test_one.py": FACTORY.replace("'ODD'", "k") + "test_a, test_b = make('ODD'), make('STEPS')\n"}, ""),
    ({"test_one.py": HEAD + "@evidence('ODD', 'property')\n" + ONE.format("test_a")}, ""),
    ({"test_one.py": HEAD + "@evidence('ODD', 'witness')\n" + ONE.format("test_a")},
     "PKG.test_one.test_a (line 2) and PKG.test_one.test_a (line 2) are two evidences for ODD with one name, "
     "test_a: only one outcome would be kept"),
    ({"test_one.py": HEAD + "@evidence('STEPS', 'property')\n" + ONE.format("test_a") + "again = test_a\n"},
    ""),
    ({"test_one.py": HEAD + "for k in (1,):\n    " + ONE.format("test_a").replace("\n", "\n    ", 1)}, ""),
    ({"test_one.py": HEAD + "def test_a(claim): pass\nif 1:\n    evidence('ODD', 'witness')(test_a)\n"}, ""),
    ({"test_one.py": HEAD + "for k in ():\n    " + ONE.format("test_a").replace("\n", "\n    ", 1)},
     "PKG.test_one.test_a (line 3) is marked as evidence, and the import passes it by (an `if` that is not so, "
     "a `try` that failed, a loop over nothing): nothing would find it. What cannot be run here raises Absent "
     "as it runs; a file that is left out says so by pytest.importorskip"),
)  # fmt: skip


def _hidden(judge: ModuleType) -> None:
    for files, says in HIDDEN:
        with _package(judge, files) as name:
            module = _module(name, "test_one")
            if hasattr(module, "later"):
                judge.nothing_hidden(module)
                module.later()
            if says:
                said = raises(judge.UnknownEvidence, lambda m=module: judge.nothing_hidden(m))
                assert said == says.replace("PKG", name), said
                raises(judge.UnknownEvidence, judge.nothing_hidden_so_far)
            else:
                judge.nothing_hidden(module)
            if says or "helper.py" in files:
                continue
            judge.nothing_hidden_so_far()


def _elsewhere(judge: ModuleType) -> None:
    """Evidence that importing a chapter marks."""
    files = {
        "helper.py": HEAD + ONE.format("test_b"), "test_two.py": HEAD + ONE.format("test_c"),
        "plain.py": "import PKG.test_two\n", "bad.py": "import PKG.test_two, PKG.helper\n",
    }  # fmt: skip
    with _package(judge, files) as name:
        assert judge.outside(_module(name, "plain")) == ""
        for last in ("bad", "helper"):
            if last == "helper":
                _module(name, "helper")
            assert judge.outside(_module(name, last)) == (
                f"{name}.helper.test_b is marked as evidence, and {name}.helper is no test_*.py of the package "
                "of evidence: nothing collects it"
            )
        assert judge.outside(_module(name, "test_two")) == ""
        judge.nothing_hidden_so_far()


def _collected_names(judge: ModuleType) -> None:
    files = {
        "test_a.py": "", "sub/__init__.py": "", "sub/test_b.py": "", "sub/helper.py": "", "off/__init__.py":
        "EVIDENCE = False", "off/test_c.py": "", "off/deep/__init__.py": "", "off/deep/test_d.py": "",
        "on/__init__.py": "EVIDENCE = True",
    }  # fmt: skip
    with _package(judge, files) as name:
        for last in ("test_a", "sub.test_b", "sub.helper", "off.test_c", "off.deep.test_d", "on"):
            _module(name, last)
        for last, so in (
            (".test_a", True), (".sub", True), (".sub.test_b", True), (".sub.helper", False), (".off", False),
            (".off.test_c", False), (".off.deep", False), (".off.deep.test_d", False), ("", True),
            ("x.test_a", False),
            (".test_unknown", True), (".on", True),
        ):  # fmt: skip
            assert judge._collected(name + last) is so, last
        sys.modules[name].EVIDENCE = False  # type: ignore[attr-defined]
        assert judge._collected(f"{name}.test_a") is False
        judge.project.current().evidence = f"{name}.sub"
        assert judge._collected(f"{name}.sub.test_b") is True, "what is above it says nothing of it"
        assert judge._collected(f"{name}.test_a") is False
        judge.project.current().evidence = name
        del sys.modules[name].EVIDENCE  # type: ignore[attr-defined]
        assert judge._collected("other.test_a") is False
        assert judge._collected(f"other.{name}.test_a") is False


def _imported(judge: ModuleType) -> None:
    files = {
        "test_a.py": "", "test_skips.py": "import unittest\nraise unittest.SkipTest('no GPU')",
        "test_broken.py": "1 / 0", "test_leaves.py": "import sys\nsys.exit(3)",
        "test_skips_so.py": "class Skipped(BaseException): pass\nraise Skipped('no Coq')",
    }  # fmt: skip
    with _package(judge, files) as name:
        assert judge.imported(f"{name}.test_a") is _module(name, "test_a")
        assert judge.LEFT_OUT == {}
        assert judge.imported(f"{name}.test_skips") is None
        assert judge.imported(f"{name}.test_skips_so") is None
        assert {
            f"{name}/test_skips.py": "no GPU",
            f"{name}/test_skips_so.py": "no Coq",
        } == judge.LEFT_OUT
        said = raises(judge.UnknownEvidence, lambda: judge.imported(f"{name}.test_broken"))
        assert (
            said == f"{name}/test_broken.py cannot be imported: ZeroDivisionError: division by zero"
        )
        said = raises(judge.UnknownEvidence, lambda: judge.imported(f"{name}.test_leaves"))
        assert said == f"{name}/test_leaves.py cannot be imported: SystemExit: 3"


def _collects(judge: ModuleType) -> None:
    """By claim, in reading order of files and then as they stand; what skips itself is left out."""
    files = {
        "__init__.py": "READING_ORDER = ('test_z', 'sub')",
        "test_z.py": HEAD + ONE.format("test_b") + ONE.format("test_a"),
        "sub/__init__.py": HEAD + ONE.format("test_c"),
        "sub/test_d.py": HEAD + "@evidence('STEPS', 'symbolic', step='two')\n" + ONE.format("test_d"),
        "test_e.py": "from PKG.test_z import test_a\n" + HEAD
        + "@evidence('STEPS', 'property')\n@evidence('NEEDY', 'witness', needs='given')\n"
        "@evidence('STEPS', 'kernel')\ndef test_e(claim): pass\n"
        "@evidence('TWICE', 'witness', needs='b')\ndef test_f(claim): pass\n",
        "test_skips.py": "import unittest\nraise unittest.SkipTest('no GPU')",
        "helper.py": "1 / 0",
    }  # fmt: skip
    with _package(judge, files) as name:
        found = judge.collect()
        assert {k: [x.function.__name__ for x in v] for k, v in found.items()} == {
            "ODD": ["test_b", "test_a", "test_c", "test_d"], "STEPS": ["test_d", "test_e", "test_e"],
            "NEEDY": ["test_e"], "TWICE": ["test_f"], "BARE": [],
        }  # fmt: skip
        assert {f"{name}/test_skips.py": "no GPU"} == judge.LEFT_OUT


def _refuses(judge: ModuleType) -> None:
    known = "a function marked @evidence"
    for text, kind, says in (
        (ONE.replace("ODD", "NO").format("test_a"), judge.UnknownEvidence,
         "PKG/test_one.py::test_a speaks for unknown claim NO"),
        ("@evidence('STEPS', 'symbolic')\ndef test_a(claim): pass\n", judge.UnknownEvidence,
         "PKG/test_one.py::test_a: claim STEPS has no step ['statement']; it has ('one', 'two')"),
        ("@evidence('STEPS', 'property', step='three')\ndef test_a(claim): pass\n", judge.UnknownEvidence,
         "PKG/test_one.py::test_a: claim STEPS has no step ['three']; it has ('one', 'two')"),
        ("@evidence('NEEDY', 'witness', needs='big')\ndef test_a(claim): pass\n", judge.UnknownEvidence,
         "PKG/test_one.py::test_a: claim NEEDY has no assumption 'big'; it has 'given'"),
        ("", judge.NoEvidence, known),
        (ONE.format("test_a") + "def test_a(claim): pass\n", judge.UnknownEvidence, "is not found"),
        ("1 / 0", judge.UnknownEvidence,
        "PKG/test_one.py cannot be imported: ZeroDivisionError: division by zero"),
    ):  # fmt: skip
        with _package(judge, {"test_one.py": HEAD + text}) as name:
            said = raises(kind, judge.collect)
            if says in (known, "is not found"):
                assert says in said
            else:
                assert said == says.replace("PKG", name)
            if kind is judge.NoEvidence:
                folder = Path(str(sys.modules[name].__file__)).parent
                assert said == (
                    f"pyproject.toml: evidence = {name!r}: no test_*.py in {folder} holds {known}"
                )
    lost = HEAD.replace(MARK, "theorem_audit") + ONE.format("test_a")
    with _package(judge, {"test_one.py": HEAD + ONE.format("test_a"), "deep/test_no.py": lost}):
        assert "has no __init__.py" in raises(judge.UnknownEvidence, judge.collect)
    with _package(judge, {"test_one.py": HEAD + ONE.format("test_a"), "no_test.py": lost}):
        assert "it is no test_*.py" in raises(judge.UnknownEvidence, judge.collect)
    assert project.current().evidence == "tests", "the real one is as it was"


__all__ = ["marks_hold"]
