"""A cell that hangs on how Python hashes texts: refused where that is by chance, told where it is fixed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim import SerialExecutor, sweep
from sim.sweeps import hashing
from sim.sweeps.fingerprint import NotComparable, fingerprint
from sim.tests.sweep_stubs import ROOT
from sim.tests.sweep_tools import loaded_cell

BEFORE = """
import builtins
import collections
W = ["a", "b"]
T = {"a", "b"}
N = {1, 2}
TABLE = {}
h = hash
def gives(): return {"a", "b"}
def alike(names: set[str], other=len): return names
class K:
    def __hash__(self): return hash("a")
class C:
    def __init__(self):
        self.filled = set()
    def fill(self): self.filled.add("a")
    def order(self): return list(self.filled)
class Sorts:
    def __init__(self): self.names, self.numbers, self.filled = {"a", "b"}, {1}, set()
    def fill(self): self.filled.add("a")
    def sort(self): return sorted(self.filled)
c, d = C(), Sorts()
"""
HASH, ORDER = "calls hash", "in its order"
# What a cell gives back, and by what it hangs on hashes; empty: it does not.
SAID = {
    "hash('a')": HASH, "[hash(k) for k in s]": HASH, "h('a')": HASH, "builtins.hash(s)": HASH,
    "''.__hash__()": HASH, "list(map(hash, s))": HASH,
    "list({'a', 'b'})": ORDER, "[k for k in T]": ORDER, "next(iter(T))": ORDER, "[*T]": ORDER,
    "''.join(T)": ORDER, "T.pop()": ORDER, "list(set('ab'))": ORDER, "tuple({b'a', 2})": ORDER,
    "[(held, k) for held in [frozenset(['a', 2])] for k in frozenset(['a', 2])]": ORDER,
    "sum(len(k) / 3 for k in T)": ORDER, "{k: 1 for k in T}": ORDER, "[*map(s, T)]": ORDER, "max(*T)": ORDER,
    "dict.fromkeys(T)": ORDER, "[k for k in {x for x in W}]": ORDER, "f'{T}'": ORDER, "repr(T)": ORDER,
    "list(T | {'c'})": ORDER, "list(N | T)": ORDER, "list(set(W))": ORDER, "list(frozenset(W))": ORDER,
    "list(d.names)": ORDER, "c.order()": ORDER, "list(gives())": ORDER, "sorted(T, key=len)": ORDER,
    "max(T, key=len)": ORDER,
    "list({'a': 1}.keys() - W)": ORDER, "list(T if s else N)": ORDER, "list(s or T)": ORDER,
    "list(T.union(W))": ORDER, "list(N.union(T))": ORDER, "list(T.copy())": ORDER, "[*{*T}]": ORDER,
    "len([*T])": ORDER, "list({('a', 1)})": ORDER, "(lambda x: list(x))(T)": ORDER, "s(T)": ORDER,
    "s(x=T)": ORDER, "(T, s)": ORDER, "[T]": ORDER, "collections.defaultdict(set)": ORDER, "T": ORDER,
    "list({-s, 1})": ORDER, "list(set([1, 'a']))": ORDER, "list(set(k for k in s))": ORDER,
    "all(k for k in sorted(T, key=len))": ORDER, "[k for k in s if list(T)]": ORDER,
    "sorted(T)": "", "'a' in T": "", "len(T)": "", "[k for k in {1, 2}]": "", "any(k for k in T)": "",
    "sorted(list(T))": "", "list(set([1, 2]))": "", "len(T | {'c'})": "", "K()": "",
    "list({1: 2}.items())": "", "[k for k in sorted(T)]": "", "s.hash": "", "set()": "", "list(N)": "",
    "'a' in {'a', 'b'}": "", "s not in T": "", "list(set(range(3)))": "", "T == {'a'}": "", "T <= {'a'}": "",
    "'a' in d.names": "", "d.sort()": "", "list(d.numbers)": "", "len({k for k in W})": "",
    "sorted(k for k in T)": "", "sorted({k for k in T})": "", "isinstance(s, set)": "",
    "isinstance(s, (set, list))": "", "isinstance(s, set | list)": "", "T.isdisjoint(s)": "",
    "[a | b for a, b in zip(s, s)]": "", "s['x'] | 3": "", "{k: v for k, v in s.items()}": "",
    "list({-1, not s, 1 + 2})": "", "list({int(k) for k in W})": "", "list(set(int(k) for k in W))": "",
    "1 if T else 2": "", "not T": "", "[k for k in s if k in T]": "", "{k for k in T} == s": "",
    "len({*T})": "", "alike(s)": "", "len(T if s else N)": "", "bool(T and s)": "",
}  # fmt: skip
# The lines of a cell.
LINES = {
    "own = {'a', 'b'}; return [k for k in own]": ORDER, "a, *b = T; return a": ORDER,
    "a, b = T; return a": ORDER, "x = s\n    for k in T: x += k\n    return x": ORDER,
    "x = set()\n    for k in W: x.add(k)\n    return list(x)": ORDER,
    "x = set(); x.update(W); return [k for k in x]": ORDER, "x = {1}; x |= set(W); return list(x)": ORDER,
    "x = sorted(W)\n    for _ in s:\n        for k in x: pass\n        x = set(W)\n    return 1": ORDER,
    "if s:\n        x = {'a'}\n    else:\n        x = sorted(W)\n    return [k for k in x]": ORDER,
    "x = {'a'}\n    if s: x = sorted(x)\n    return [k for k in x]": ORDER,
    "x = {'a'}\n    def g(): return list(x)\n    return g()": ORDER,
    "def g(x={'a'}): return list(x)\n    return g()": ORDER,
    "def g(*, x={'a'}): return list(x)\n    return g()": ORDER, "x, y = {'a'}, 1; return list(x)": ORDER,
    "x, y = 1, {'a'}; return list(y)": ORDER, "x = y = {'a'}; return list(y)": ORDER,
    "x = T.copy(); return x.pop()": ORDER, "def g(): yield from T\n    return list(g())": ORDER,
    "if (x := {'a'}): return list(x)": ORDER, "x = set(); s(x); return list(x)": ORDER,
    "x = {1}; s.fill(x); return list(x)": ORDER, "x = y = set(); y.add(s); return list(x)": ORDER,
    "x = set(); c.names = x; return 1": ORDER, "x = set(); return [x]": ORDER, "g = hash; return g(s)": HASH,
    "x = s\n    x |= T\n    return list(x)": ORDER, "x: set[str] = {'a'}; return list(x)": ORDER,
    "s = {'a'}; s = sorted(s); return [k for k in s]": "",
    "x = set()\n    for k in s:\n        if k in x: continue\n        x.add(k)\n    return len(x)": "",
    "x = set(); x.add(3); return list(x)": "", "x = set(); x.discard(s); return list(x)": "",
    "x = set(W); y = sorted(x); return y[0]": "", "x = set(W)\n    assert not x - T\n    return 1": "",
    "x, y = {'a'}, 1; return list(y)": "", "x: set[str] = set(); return len(x)": "",
    "x = {'a'}\n    if s:\n        x = sorted(x)\n        return list(x)\n    return 1": "",
    "while T: return 1": "", "T = sorted(s); return list(T)": "", "for T in s: return list(T)": "",
    "x = set()\n    for k in x: pass\n    return 1": "", "print(T); return 1": "",
    "x = {'a'}; del x; return 1": "",
}  # fmt: skip
CELLS = {
    **{f"def cell(s, seed): return {x}": how for x, how in SAID.items()},
    **{f"def cell(s, seed):\n    {x}": how for x, how in LINES.items()},
    "def f():\n    own = {'a'}\n    def cell(s, seed): return list(own)\n    return cell\ncell = f()": ORDER,
    "def cell(s, seed, names={'a'}): return list(names)": ORDER,
    "def cell(s, seed, names=frozenset(['a'])): return 'a' in names": "",
    "TABLE['k'] = {'a'}\ndef cell(s, seed): return list(TABLE['k'])": "not followed",
    "def cell(s, seed): return list(cell.names)\ncell.names = {'a'}": ORDER,
    "class D:\n    names = {'a'}\ndef cell(s, seed): return list(D.names)": ORDER,
    "class D:\n    names = {'a'}\ndef cell(s, seed): return 'a' in D.names": "",
}


@pytest.mark.parametrize("text", CELLS)
def test_what_hangs_on_how_texts_are_hashed_is_refused_or_told(
    text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Mended: another process gives another number, and the first one was "reused"."""
    monkeypatch.delenv("PYTHONHASHSEED", raising=False)
    cell = loaded_cell(tmp_path / "a", f"{BEFORE}{text}\n")
    if CELLS[text]:
        with pytest.raises(NotComparable, match=f"{CELLS[text]}.*, which is another in each"):
            fingerprint(cell)
    else:
        assert fingerprint(cell)
    found = []
    for seed in (1, 2, 1):
        monkeypatch.setattr(hashing, "seed", lambda by=seed: by)
        found.append(fingerprint(cell))
    assert found[0] == found[2]
    assert (found[0] != found[1]) == bool(CELLS[text])


def test_the_seed_is_that_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mended: a variable that a script sets as it runs was believed."""
    shows = (
        "import os; os.environ.update({}); from sim.sweeps import hashing; print(hashing.seed())"
    )
    for began, later, seed in (
        ("3", "", 3), ("0", "", 0), ("random", "", None), ("03", "", 3), ("", "PYTHONHASHSEED='3'", None),
        ("", "PYTHONHASHSEED='0'", None), ("0", "PYTHONHASHSEED='3'", None),
    ):  # fmt: skip
        there = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": began}
        call = [sys.executable, "-c", shows.format(later)]
        done = subprocess.run(call, env=there, capture_output=True, text=True, check=True)
        assert done.stdout == f"{seed}\n", (began, later)
    for said, seed in (("4", 4), ("", 0), ("random", 0)):
        monkeypatch.setenv("PYTHONHASHSEED", said)
        with hashing.as_in_workers(True):
            assert hashing.seed() == seed
        with hashing.fixed():
            assert os.environ["PYTHONHASHSEED"] == str(seed)
        assert os.environ["PYTHONHASHSEED"] == said
    monkeypatch.delenv("PYTHONHASHSEED")
    with hashing.fixed():
        assert os.environ["PYTHONHASHSEED"] == "0"
    assert "PYTHONHASHSEED" not in os.environ
    with hashing.as_in_workers(False):
        assert hashing.seed() is None


SCRIPT = """
import sys
from sim import SerialExecutor, sweep
def cell(settings, seed):
    return {"v": [ord(k) for k in {"a", "b", "c", "d", "e", "f", "g", "h"}]}
if __name__ == "__main__":
    executor = SerialExecutor() if sys.argv[1:] else None
    found = sweep({"x": [1]}, seeds=1, store="s.db", cell=cell, workers=None if executor else 1,
                  executor=executor, progress=False)
    print(found.reused, *found.array("v").ravel())
"""


def test_a_sweeps_own_workers_take_a_set_in_one_order(tmp_path: Path) -> None:
    """There it is computed, and reused by another process; elsewhere it is refused."""
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    there = {k: v for k, v in os.environ.items() if k != "PYTHONHASHSEED"} | {
        "PYTHONPATH": str(ROOT)
    }
    said = []
    for words in ([], [], ["here"]):
        call = [sys.executable, "script.py", *words]
        done = subprocess.run(
            call, cwd=tmp_path, env=there, capture_output=True, text=True, timeout=120, check=False
        )
        said.append(done.stdout)
    (tmp_path / "s.db").unlink()
    there["PYTHONHASHSEED"] = "0"
    call = [sys.executable, "script.py", "here"]
    done = subprocess.run(
        call, cwd=tmp_path, env=there, capture_output=True, text=True, timeout=120, check=True
    )
    assert said[0] == done.stdout
    assert said[1] == "1" + said[0][1:]
    assert said[2] == ""


def test_a_process_that_hashes_by_chance_refuses(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("PYTHONHASHSEED", raising=False)
    cell = loaded_cell(tmp_path / "a", "def cell(s, seed): return {k: 1 for k in {'a', 'b'}}\n")
    with pytest.raises(NotComparable, match="or fix PYTHONHASHSEED before Python starts"):
        sweep({"x": 1}, seeds=1, store=tmp_path / "s.db", cell=cell, executor=SerialExecutor())
