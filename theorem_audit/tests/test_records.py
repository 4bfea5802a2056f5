"""What the interpreter keeps of dictionaries, functions and cells tells each change of them, and no other."""

from __future__ import annotations

import sys
from collections.abc import Callable
from gc import get_referents
from types import CellType, FunctionType, ModuleType
from typing import Any

import pytest

from theorem_audit.weigh import records
from theorem_audit.weigh.records import Asked, Imported, Records


class One:
    x: Any = None


class Other:
    x: Any = None


def made(x: Any) -> Any:
    def inner(y: int = 0, *, z: int = 0) -> Any:
        return x, y, z

    return inner


TABLES = [{"x": 0, "y": 1}, {"x": 0, "y": 1}]
OBJECTS, SPACES, CLASSES = [One(), Other()], [ModuleType("one"), ModuleType("other")], [One, Other]
for one in OBJECTS:
    one.x = 1
FUNCTIONS = [made(0), made(1)]
CELLS = [x.__closure__[0] for x in FUNCTIONS]
OF_CLASSES = [x for kind in CLASSES for x in get_referents(kind.__dict__) if type(x) is dict]


def exchanged(owners: list[Any], name: str) -> Callable[[int], None]:
    return lambda k: setattr(owners[k], name, object())


def loop(k: int) -> None:
    """Often enough that the interpreter takes its quick way."""
    for value in range(1_000):
        OBJECTS[k].x = value


CHANGES: dict[str, tuple[list[Any], type, Callable[[int], Any]]] = {
    "another value": (TABLES, dict, lambda k: TABLES[k].__setitem__("x", object())),
    "updated": (TABLES, dict, lambda k: TABLES[k].update(x=object())),
    "joined": (TABLES, dict, lambda k: TABLES[k].__ior__({"y": object()})),
    "taken out and put back": (TABLES, dict, lambda k: TABLES[k].update(x=TABLES[k].pop("x"))),
    "a new name": (TABLES, dict, lambda k: TABLES[k].setdefault(object(), 1)),
    "cleared": (TABLES, dict, lambda k: (TABLES[k].clear(), TABLES[k].update(x=0, y=1))),
    "by a module's own code": (TABLES, dict, lambda k: exec("x = object()", TABLES[k])),
    "of an object": ([*map(vars, OBJECTS)], dict, exchanged(OBJECTS, "x")),
    "of an object, in a loop": ([*map(vars, OBJECTS)], dict, loop),
    "of a module": ([*map(vars, SPACES)], dict, exchanged(SPACES, "x")),
    "of a class": (OF_CLASSES, dict, exchanged(CLASSES, "x")),
    "defaults": (FUNCTIONS, FunctionType, lambda k: setattr(FUNCTIONS[k], "__defaults__", (object(),))),
    "keywords": (FUNCTIONS, FunctionType, lambda k: setattr(FUNCTIONS[k], "__kwdefaults__", {"z": object()})),
    "code": (FUNCTIONS, FunctionType,
             lambda k: setattr(FUNCTIONS[k], "__code__", FUNCTIONS[k].__code__.replace(co_name="other"))),
    "what is closed over": (CELLS, CellType, exchanged(CELLS, "cell_contents")),
}  # fmt: skip


@pytest.mark.skipif(not records.TELLS, reason="this interpreter's records do not tell")
@pytest.mark.parametrize("change", CHANGES)
def test_each_change_moves_the_record_of_what_was_changed(change: str) -> None:
    things, kind, changes = CHANGES[change]
    looked = Records(things, kind)
    for number in (1, 0, 1, 1):
        assert looked.moved() == []
        changes(number)
        assert looked.moved() == [number]
    for number in (0, 1):
        changes(number)
    assert looked.moved() == [0, 1]
    assert looked.moved() == []


def test_to_read_is_no_change() -> None:
    table = dict.fromkeys("abc", 1)
    looked = Records([table], dict)
    held = [*table, *table.values(), table["a"], table]
    assert "d" not in held[:3]
    assert looked.moved() == ([] if records.TELLS else [0])


def test_where_records_do_not_tell_everything_may_have_moved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(records, "TELLS", False)
    assert Records([{}, {}], dict).moved() == [0, 1]
    assert Records([], dict).moved() == []


def test_what_is_another_is_asked_until_it_is_not() -> None:
    """Also where it is put back, and changed in the same way once more, between two looks."""
    ours = [{"x": k} for k in range(3)]
    asked = Asked([0, 1, 2], lambda k: ours[k]["x"] != k, Records(ours, dict))
    assert asked.others() == []
    ours[2]["x"], ours[0]["x"], ours[1]["y"] = 7, 5, 1
    assert [*asked.moved()][:1] == [0]
    assert asked.others() == asked.others() == [0, 2]
    ours[2]["x"], ours[0]["x"] = 2, 0
    assert asked.others() == []
    ours[1]["x"] = 0
    late = Asked([0, 1, 2], lambda k: ours[k]["x"] != k, Records(ours, dict))
    assert late.others() == late.others() == [1]
    kept = made(0).__closure__
    cell, good, bad = kept[0], object(), object()
    cell.cell_contents = good
    one = Asked([cell], lambda x: x.cell_contents is not good, Records([cell], CellType))
    for _ in range(3):
        cell.cell_contents = bad
        assert one.others() == [cell]
        cell.cell_contents = good
    assert one.others() == []


def test_any_of_several_records_is_enough() -> None:
    first, second = [{}], [{}]
    asked = Asked(
        [0], lambda k: bool(first[0] or second[0]), Records(first, dict), Records(second, dict)
    )
    for table in (first[0], second[0]):
        assert asked.others() == []
        table["x"] = 1
        assert asked.others() == [0]
        table.clear()


def test_which_modules_are_imported() -> None:
    imported = Imported()
    first = imported.names()
    assert first == frozenset(sys.modules)
    assert not records.TELLS or imported.names() is first
    for name in ("made_up_one", "made_up_two"):
        sys.modules[name] = ModuleType(name)
        assert imported.names() == first | {name}
        del sys.modules[name]
    assert imported.names() == first
