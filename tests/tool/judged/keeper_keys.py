"""What keys of outcomes and claims hold: each changes with what it rests on, and with nothing else."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import Any

from tests.tool.judged.keeper_project import (
    ROW,
    ROWS,
    SEARCH,
    SUPPORTS,
    TEXTS,
    VARIANTS,
    Versions,
    file_of,
    project,
)
from tests.tool.judged.kernel import replaced


def _keys(keeper: Any) -> dict[str, str]:
    found = {what: keeper.key(row, "", seed=0, quick=False) for what, row in ROWS.items()}
    found |= {
        "claim A": keeper.claim_key("A"),
        "claim B": keeper.claim_key("B"),
        "told": keeper.told_key("A"),
    }
    return found | {"about": keeper.about_key("A"), "deciding": keeper.deciding("A"), "state": keeper.snapshot,
                    "index": keeper._state("tests.test_a")}  # fmt: skip


EVERY = set(ROWS) | {"claim A", "told", "about"}
CHANGES: tuple[tuple[dict[str, str], set[str]], ...] = (
    ({"thing__c": "K = 2\nL = 2\n"}, {*EVERY, "index"}), ({"thing__c": "K = 1\nL = 3\n"}, {"index"}),
    ({"thing__c": "K = 1  # one\nL = 2\n"}, set()),
    ({"thing__a": TEXTS["thing/a.py"].replace("B = 2", "B = 3")}, {"claim B", "index"}),
    ({"tests__h": TEXTS["tests/h.py"].replace("(x)\ndef o", "(x), 1\ndef o")}, {"evidence", "variants",
     "search", "deciding", "index"}),
    ({"tests__h": TEXTS["tests/h.py"].replace("...", "1")}, {"index"}),
    ({"tests__test_a": TEXTS["tests/test_a.py"].replace("test_v(): ...", "test_v(): 1")}, {"supporting",
     "index"}),
    ({"tests__test_a": TEXTS["tests/test_a.py"].replace("wrap(): ...", "wrap(): 1")}, {"search", "index"}),
    ({"tests__test_a": f"{TEXTS['tests/test_a.py']}print()\n"}, {*ROWS, "deciding", "index"}),
    ({"theorem_audit__weigh__runner": "def run_evidence(): 1\n"}, {*ROWS}),
    ({"theorem_audit__weigh__sense": "def vacuous(): 1\n"}, {"about"}),
    ({"theorem_audit__doubt__instances": "def about(): 1\n"}, {"about"}),
    ({"theorem_audit__weigh__told": "def describe(): 1\n"}, {"told"}),
    ({"theorem_audit__doubt__doubts": "FORM = 2\nSECONDS = 1\n"}, {"search", "variants"}),
    ({"theorem_audit__doubt__doubts": "FORM = 1\nSECONDS = 2\n"}, {"search", "variants"}),
    ({"theorem_audit__doubt__challenge": "GROSS = 2\nTRIES = 1\ndef challenge(): ...\n"}, {"search",
     "variants"}),
    ({"theorem_audit__doubt__challenge": "GROSS = 1\nTRIES = 2\ndef challenge(): ...\n"}, {"search",
     "variants"}),
    ({"theorem_audit__doubt__challenge": "GROSS = 1\nTRIES = 1\ndef challenge(): 1\n"}, set()),
)  # fmt: skip


def all_keys(judge: ModuleType) -> None:
    """Each key changes with what its outcome rests on, and with nothing else."""
    with project(judge) as (_, keeper):
        first = _keys(keeper())
        assert len({*first.values()}) == len(first)
        assert all(len(first[x]) == 40 for x in EVERY)
        assert len(first["deciding"]) == 24
        assert _keys(keeper()) == first
        for changes, moved in CHANGES:
            found = _keys(keeper(**changes))
            differ = {x for x in first if found[x] != first[x]} - {"state"}
            assert differ == moved, (changes, differ ^ moved)
            assert found["state"] != first["state"]
            keeper(**{key: TEXTS[file_of(key)] for key in changes})
        assert _keys(keeper()) == first
        Versions.said = "2"
        assert {x for x, was in first.items() if _keys(keeper())[x] != was} == {
            "evidence",
            "variants",
            "index",
        }
        Versions.said, Versions.python = "1", "4"
        differ = {x for x, was in first.items() if _keys(keeper())[x] != was}
        assert differ == {*ROWS, "told", "about", "index"}
        Versions.python = "3"
        with replaced(judge, FORM="0"):
            assert {x for x, was in first.items() if _keys(keeper())[x] != was} == EVERY | {
                "claim B"
            }
        one = keeper()
        one.fingerprints = {"A": "x"}
        assert {x for x, was in first.items() if _keys(one)[x] != was} == EVERY
        base = one.key(ROW, "", seed=0, quick=False)
        others = {
            base, one.key(ROW, "c", seed=0, quick=False), one.key(ROW, "", seed=1, quick=False),
            one.key(ROW, "", seed=0, quick=True), one.key(replace(ROW, number=1), "", seed=0, quick=False),
            one.key(replace(ROW, name="x"), "", seed=0, quick=False),
        }  # fmt: skip
        assert len(others) == 6
        last = {judge.Keeper.last_key(ROW, c, q) for c in ("", "c") for q in (True, False)}
        assert len({*last, judge.Keeper.last_key(SUPPORTS, "", True)}) == 5
        assert last == {
            judge.Keeper.last_key(replace(ROW, number=7), c, q)
            for c in ("", "c")
            for q in (True, False)
        }
        assert one.deciding("none") == one.deciding("B") != one.deciding("A")
        assert one.imports("tests.test_a") == {
            "tests.test_a",
            "tests",
            "tests.h",
            "thing.a",
            "thing",
            "thing.c",
        }
        assert judge.sha("a", "b") != judge.sha("a\0", "b") != judge.sha("ab")
        assert len(judge.sha("\ud800")) == 40


def by_name(judge: ModuleType) -> None:
    """A theory that finds its chapters by name reaches every test; what decides a claim are its own."""
    helpers = TEXTS["tests/h.py"]
    found = []
    with project(judge) as (_, keeper):
        keeper(thing__a=f"{TEXTS['thing/a.py']}A = eval('K')\n")
        for text in (
            helpers,
            helpers.replace("...", "1"),
            helpers.replace("(x)\ndef o", "(x), 1\ndef o"),
        ):
            one = keeper(tests__h=text)
            found.append((one.key(ROW, "", seed=0, quick=False), one.deciding("A")))
    keys, deciding = zip(*found, strict=True)
    assert len({*keys}) == 3
    assert deciding[0] == deciding[1] != deciding[2]


def supported(judge: ModuleType) -> None:
    """What supports a claim is what a row rests on where nothing decides it, and nowhere else."""
    said = TEXTS["tests/test_a.py"]
    for rows in ([SUPPORTS], [SUPPORTS, SEARCH, VARIANTS], [SEARCH, VARIANTS], [ROW, SUPPORTS]):
        with project(judge) as (_, keeper):
            found = []
            for text in (said, said.replace("test_v(): ...", "test_v(): 1")):
                one = keeper(tests__test_a=text)
                one.index.evidence["A"] = rows
                found.append(one.deciding("A"))
            assert (found[0] != found[1]) == (SUPPORTS in rows and ROW not in rows), rows
