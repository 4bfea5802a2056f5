"""The battery of the guard: what evidence changes of its judge is told, and put back."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import ModuleType, SimpleNamespace
from typing import Any

from sympy import Eq, Symbol

from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import module_there
from theorem_audit.weigh import untouched
from theory import claims

X = Symbol("x", real=True)


@contextmanager
def _module(name: str, text: str) -> Iterator[ModuleType]:
    with module_there(name) as module:
        place = f"<{name}>"  # no file, or coverage would look for it
        exec(compile(text, place, "exec"), module.__dict__)
        yield module


TOY = """'a docstring'
from functools import cached_property, lru_cache
SIZE, NAMES, TABLE, kept = 3, ["a"], {"a": 1}, {}
def asked(x, least=0, *, most=9):
    return most > x > least
def closed(level):
    def below(x):
        return x < level
    return below
below, counted, nameless = closed(5), closed(3), closed(2)
counted.__module__, nameless.__module__ = "elsewhere", None
def looped():
    return True
looped.__wrapped__ = looped
class Judge:
    def rule(self):
        return True
    @property
    def size(self):
        return 3
    @staticmethod
    def least():
        return 0
    @cached_property
    def most(self):
        return 9
    within = closed(7)
@lru_cache
def kept_once():
    return True
"""
NEAR, FAR, AWAY = "theorem_audit.checks.made_up", "theorem_audit.weigh.made_up", "elsewhere.made_up"


def _changes(module: ModuleType) -> Iterator[tuple[str, Any, Any]]:
    """(what is told, the change, is it back)."""
    asked, rule = module.asked, module.Judge.__dict__["rule"]
    code, name = asked.__code__, module.__name__

    def other(x: Any, least: Any = 0) -> bool:
        return True

    yield f"{name}.asked", lambda: setattr(module, "asked", other), lambda: module.asked is asked
    yield (f"{name}.asked", lambda: setattr(asked, "__code__", other.__code__),
           lambda: asked.__code__ is code)  # fmt: skip
    yield (f"{name}.asked", lambda: setattr(asked, "__defaults__", (9,)),
           lambda: asked.__defaults__ == (0,))  # fmt: skip
    known = asked.__kwdefaults__
    yield (f"{name}.asked", lambda: setattr(asked, "__kwdefaults__", {"most": 99}),
           lambda: asked.__kwdefaults__ is known)  # fmt: skip
    yield (f"{name}.asked.__kwdefaults__", lambda: asked.__kwdefaults__.update(most=99),
           lambda: asked.__kwdefaults__ == {"most": 9})  # fmt: skip
    yield (f"{name}.below", lambda: setattr(module.below.__closure__[0], "cell_contents", 99),
           lambda: module.below(6) is False)  # fmt: skip
    yield (f"{name}.SIZE", lambda: setattr(module, "SIZE", 4), lambda: module.SIZE == 3)
    yield (f"{name}.SIZE", lambda: delattr(module, "SIZE"), lambda: module.SIZE == 3)
    yield ("Judge.below", lambda: setattr(module.Judge.within.__closure__[0], "cell_contents", 99),
           lambda: module.Judge.within(8) is False)  # fmt: skip
    inner = (
        module.Judge.__dict__["size"].fget, module.Judge.least, module.Judge.__dict__["most"].func,
        module.kept_once.__wrapped__,
    )  # fmt: skip
    for function in inner:
        yield (f"{name}.{function.__qualname__}", partial(setattr, function, "__code__", other.__code__),
               partial(lambda f, was: f.__code__ is was, function, function.__code__))  # fmt: skip
    yield ("Judge.rule", lambda: setattr(module.Judge, "rule", other),
           lambda: module.Judge.__dict__["rule"] is rule)  # fmt: skip
    if name == NEAR:
        yield f"{name}.NAMES", lambda: module.NAMES.append("b"), lambda: module.NAMES == ["a"]
        yield f"{name}.TABLE", lambda: module.TABLE.clear(), lambda: module.TABLE == {"a": 1}
        yield (f"{name}.TABLE", lambda: (module.TABLE.clear(), module.NAMES.clear()),
               lambda: (module.TABLE, module.NAMES) == ({"a": 1}, ["a"]))  # fmt: skip
    yield (f"all, any in {name}, which hides", lambda: module.__dict__.update(any=other, all=other),
           lambda: "any" not in vars(module) and "all" not in vars(module))  # fmt: skip


@contextmanager
def _put_back() -> Iterator[None]:
    """Whatever a mutant of the guard leaves changed: other tests run in this process."""
    poly, norm = sys.modules["sympy.polys.polytools"].Poly, claims["NORM"]
    zero, formula = poly.__dict__["is_zero"], norm.formula
    said = [x for _, c in claims.loaded() for x in (c.formula, c.region)]
    known = [x._assumptions for x in {x for one in said for x in one.free_symbols}]
    copies = [dict(x) for x in known]
    try:
        yield
    finally:
        poly.is_zero = zero
        object.__setattr__(norm, "formula", formula)
        dict.__setitem__(claims, "NORM", norm)
        for table, copy in zip(known, copies, strict=True):
            table.clear()
            table.update(copy)


@_put_back()
def guard_holds(judge: ModuleType) -> None:
    """Each change is named and undone, where it is left and where it is undone before; a caller's stands."""
    judge_hears = sys.addaudithook
    system = _System()
    with replaced(judge, sys=system), _module(NEAR, TOY) as near, _module(FAR, TOY) as far:
        watch = judge.Untouched()
        assert system.hooks == [watch._hear]
        with _module(AWAY, TOY) as away:
            watch.extend()
            away.SIZE, away.asked = 4, None
            assert watch.changed() == []
        near.SIZE = 4
        watch.look(1)
        watch.extend()
        assert (near.SIZE, watch.changed()) == (3, []), "it was a caller's, and is over"
        for module in (near, far):
            for told, change, back in _changes(module):
                watch.extend()
                _heard(watch, module, change)
                found = watch.changed()
                assert any(told in x for x in found), (told, found)
                assert back(), told
                assert watch.changed() == []
        for told, change, back in _changes(near):
            if "hides" in told:
                continue
            for checks in (1, 3, 4, 6):
                watch.extend()
                _heard(watch, near, change)
                watch.look(checks)
                assert back(), told
                assert any(told in x for x in watch.changed()), told
                assert watch.changed() == []
        watch.extend()
        far.SIZE = 5  # is looked at when all is over
        for checks in (3, 4):
            watch.look(checks)
            assert far.SIZE == 5
        assert watch.changed() == [f"{FAR}.SIZE"]
        near.__doc__, near.kept, near._own = "others", {1: 2}, 4  # no constants, or new
        for function in (
            near.counted,
            near.nameless,
        ):  # what others close over may be a count of theirs
            function.__closure__[0].cell_contents += 1
        assert watch.changed() == []
        near.SIZE, far.SIZE = 7, 8
        with _module(f"{NEAR}.gone", TOY):
            watch.extend()
        norm = claims["NORM"]
        dict.__setitem__(claims, "NORM", claims["STEP"])
        watch.extend(accept=True)
        assert watch.changed() == []
        assert (near.SIZE, far.SIZE, claims["NORM"].id) == (7, 8, "STEP")
        dict.__setitem__(claims, "NORM", norm)
        watch.extend(accept=True)
        for module in (near, far):
            _a_callers_changes_stand(watch, module)
        # What SymPy decides by is looked at at the first check, the second, the fourth, and so on.
        poly = sys.modules["sympy.polys.polytools"].Poly
        zero = poly.__dict__["is_zero"]
        for checks, sees in ((3, False), (6, False), (1, True), (2, True), (8, True)):
            watch.extend()
            poly.is_zero = property(lambda self: True)
            watch.look(checks)
            assert (poly.__dict__["is_zero"] is zero) == sees
            assert watch.changed() == ["Poly.is_zero"]
        # What the interpreter tells: only of functions in the list.
        for name in ("__code__", "__defaults__", "__kwdefaults__"):
            watch.extend()
            watch._hear("object.__setattr__", (near.asked, name, None))
            watch._hear("object.__setattr__", (near.asked, "__name__", None))
            watch._hear("object.__setattr__", (json.dumps, name, None))
            watch._hear("open", (near.asked, name, None))
            found = watch.changed()
            assert found == [f"{NEAR}.asked.{name}"], found
            watch.extend()
            watch._hear("object.__delattr__", (near.asked, name))
            assert watch.changed() == [f"{NEAR}.asked.{name}"]
        watch._hear("sys.addaudithook", ())
        watch.look(1)
        assert watch.changed() == ["what the interpreter tells"]
        watch._hear("sys.addaudithook", ())
        watch.extend()
        assert watch.changed() == [], "done by a caller, in between"
        _claims_are_watched(watch)
        _claims_are_watched(judge.Untouched())
        _modules_are_exchanged(watch, far)
        with _module(f"{FAR}.later", TOY) as later:
            watch.extend()
            later.SIZE = 0
            assert watch.changed() == [f"{FAR}.later.SIZE"]
        assert watch.changed() == []
        _others_modules_are_left_out(watch, near, far)
        here = SimpleNamespace(packages=("elsewhere",), claims=claims)
        with replaced(judge, _project=lambda: here), _module(AWAY, TOY) as away:
            watch.extend()
            away.SIZE = 4
            assert watch.changed() == [f"{AWAY}.SIZE"], "it is another project's"
    assert sys.addaudithook is judge_hears


def _heard(watch: Any, module: ModuleType, change: Any) -> None:
    """Make a change, of which the interpreter tells where it puts something into a function."""
    judge = module.Judge
    functions = (
        module.asked, judge.rule, judge.__dict__["size"].fget, judge.least, judge.__dict__["most"].func,
        module.kept_once.__wrapped__,
    )  # fmt: skip
    had = [
        (f, x, getattr(f, x))
        for f in functions
        for x in ("__code__", "__defaults__", "__kwdefaults__")
    ]
    change()
    for function, name, was in had:
        if getattr(function, name) is not was:
            watch._hear("object.__setattr__", (function, name, None))


def _a_callers_changes_stand(watch: Any, module: ModuleType) -> None:
    """What a caller changed is what judges from then on, and a change of that is seen."""
    code = compile(TOY, f"<{module.__name__}>", "exec")
    for number in range(len([*_changes(module)])):
        exec(code, module.__dict__)
        watch.extend(accept=True)
        assert watch.changed() == []
        told, change, back = [*_changes(module)][number]
        change()
        watch.extend(accept=True)
        assert watch.changed() == [], told
        assert told.endswith(".SIZE") or not back(), told
        asked = module.asked
        module.asked = None
        assert watch.changed() == [f"{module.__name__}.asked"], told
        assert module.asked is asked
        for name in ("any", "all"):
            vars(module).pop(name, None)
    exec(code, module.__dict__)
    del module.SIZE
    watch.extend(accept=True)
    module.SIZE = 5  # it comes back, as where pytest undoes a patch
    watch.extend(accept=True)
    module.SIZE = 6
    assert watch.changed() == [f"{module.__name__}.SIZE"]
    assert module.SIZE == 5


def _modules_are_exchanged(watch: Any, far: ModuleType) -> None:
    """Another module in the place of one is looked at, too; one that is gone, and comes again, is another."""
    watch.extend()
    sys.modules[FAR] = ModuleType(FAR)
    vars(sys.modules[FAR])["all"] = len
    assert watch.changed() == [f"all in {FAR}, which hides a builtin"]
    assert watch.changed() == []
    watch.extend(accept=True)
    vars(sys.modules[FAR])["all"] = len
    assert watch.changed() == [f"all in {FAR}, which hides a builtin"]
    sys.modules[FAR] = far
    watch.extend(accept=True)
    for _ in range(2):
        with _module(f"{FAR}.later", TOY) as later:
            watch.extend()
            later.SIZE = 0
            assert watch.changed() == [f"{FAR}.later.SIZE"]
        watch.extend(accept=True)


def _others_modules_are_left_out(watch: Any, near: ModuleType, far: ModuleType) -> None:
    """Of a package, only what is named is looked at, and what is imported later; and all of the others."""
    package, sizes = FAR.rpartition(".")[0], (near.SIZE, far.SIZE)
    watch.extend()
    watch.keep_to(package, ())
    near.SIZE, far.SIZE, far.all = 0, 9, len
    assert watch.changed() == [f"{NEAR}.SIZE"]
    assert (sizes[0], 9) == (near.SIZE, far.SIZE), "that is not put back"
    with _module(f"{FAR}.last", TOY) as last:
        watch.extend()
        last.SIZE, last.any = 0, len
        found = watch.changed()
        assert found == [f"{FAR}.last.SIZE", f"any in {FAR}.last, which hides a builtin"], found
    watch.keep_to(package, (FAR,))
    assert watch.changed() == [f"{FAR}.SIZE", f"all in {FAR}, which hides a builtin"]
    assert sizes == (near.SIZE, far.SIZE)
    watch.keep_to(package[:-1], ())
    far.SIZE = 0
    assert watch.changed() == [f"{FAR}.SIZE"], "it only begins like the package"


def places_hold(judge: ModuleType) -> None:
    """The same, where a mutant keeps and compares what names meant."""
    parts = {"Looked": judge.Looked, "place": judge.place, "places_in": judge.places_in}
    with replaced(untouched, **parts):
        guard_holds(untouched)


def _claims_are_watched(watch: Any) -> None:
    norm = claims["NORM"]
    formula, symbol = norm.formula, min(norm.formula.free_symbols, key=str)
    watch.extend()
    object.__setattr__(norm, "formula", Eq(X, X, evaluate=False))
    assert watch.changed() == ["NORM.formula"]
    assert norm.formula is formula
    for _ in range(2):
        assert watch.changed() == []
        object.__setattr__(norm, "__dict__", {**vars(norm), "formula": Eq(X, X, evaluate=False)})
        assert watch.changed() == ["NORM.formula"]
        assert norm.formula is formula
    dict.__setitem__(claims, "NORM", claims["STEP"])
    assert watch.changed() == ["claims['NORM']"]
    assert claims["NORM"] is norm
    known = dict(symbol._assumptions)
    symbol._assumptions["zero"] = True
    (found,) = watch.changed()
    assert found.startswith("what is known of ")
    assert dict(symbol._assumptions) == {k: v for k, v in known.items() if v is not None}
    symbol._assumptions["prime"] = None  # asked, and not known
    assert watch.changed() == []
    symbol, table, _ = watch._symbols[id(symbol._assumptions)]  # symbols may share a table
    for _ in range(2):
        symbol._assumptions = {**table, "zero": True}
        (found,) = watch.changed()
        assert found.startswith("what is known of ")
        assert symbol._assumptions is table
        assert "zero" not in {k for k, v in table.items() if v}
    assert watch.changed() == []


class _System:
    """``sys`` without a hook that would stay, and with few modules to look at."""

    ours = (
        NEAR, FAR, AWAY, f"{FAR}.later", f"{FAR}.last", "theorem_audit.project", "sympy.polys.polytools",
        "builtins",
    )  # fmt: skip

    def __init__(self) -> None:
        self.hooks: list[Any] = []
        self.table: dict[str, ModuleType] = {}

    @property
    def modules(self) -> dict[str, ModuleType]:
        now = {x: sys.modules[x] for x in self.ours if x in sys.modules}
        if now != self.table:
            self.table.clear()
            self.table.update(now)
        return self.table

    def addaudithook(self, hook: Any) -> None:
        """It is noted, and not added."""
        self.hooks.append(hook)
