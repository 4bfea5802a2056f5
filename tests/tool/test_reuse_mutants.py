"""What decides whether an outcome or a cell is taken from a store, judged: each mutant is caught or explained.

As ``test_tool_mutants.py`` does for what evidence is judged by.  A mutant that has a stale outcome taken for a
true one must fail its battery (``tests/tool/judged``).
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.tool import ROOT, tried_before
from tests.tool.judge_mutants import built, counted, every_function
from tests.tool.judged import (
    acting,
    asking,
    cell_asks,
    cell_prints,
    cell_starts,
    cell_values,
    closing,
    defining,
    forking,
    handing,
    indexing,
    keepers,
    keeping,
    naming,
    opening,
    reaching,
    reading,
    sweeping,
    trees,
    variables,
    working,
)
from tests.tool.judged.tools import nothing_stays, survives
from theorem_audit.tests.thorough import IN_CI, in_ci_but

BATTERIES: dict[str, Callable[[ModuleType], None]] = {
    "theorem_audit/reuse/definitions.py": defining.definitions_hold,
    "theorem_audit/reuse/statements.py": defining.statements_hold,
    "theorem_audit/reuse/unnamed.py": defining.unnamed_hold,
    "theorem_audit/reuse/acts.py": acting.acts_hold,
    "theorem_audit/reuse/syntax.py": trees.syntax_holds,
    "theorem_audit/reuse/graph.py": reaching.graphs_hold,
    "theorem_audit/reuse/resolving.py": reaching.names_hold,
    "theorem_audit/reuse/stirring.py": reaching.stirring_holds,
    "theorem_audit/reuse/reach.py": closing.reaches_hold,
    "theorem_audit/reuse/keeper.py": keepers.keepers_hold,
    "theorem_audit/reuse/reads.py": reading.reads_hold,
    "theorem_audit/reuse/natively.py": reading.natively_hold,
    "theorem_audit/reuse/asking.py": asking.asks_hold,
    "theorem_audit/reuse/environment.py": variables.environments_hold,
    "theorem_audit/reuse/index.py": indexing.indexes_hold,
    "theorem_audit/reuse/files.py": naming.files_hold,
    "theorem_audit/reuse/versions.py": naming.versions_hold,
    "theorem_audit/reuse/store.py": keeping.stores_hold,
    "theorem_audit/weigh/workers.py": working.workers_hold,
    "theorem_audit/weigh/turns.py": working.turns_hold,
    "theorem_audit/weigh/jobs.py": handing.jobs_hold,
    "theorem_audit/weigh/apart.py": forking.forks_hold,
    "sim/sweeps/store.py": sweeping.sweeps_hold,
    "sim/sweeps/opened.py": opening.opens_hold,
    "sim/sweeps/fingerprint.py": cell_prints.prints_hold,
    "sim/sweeps/own.py": cell_values.own_holds,
    "sim/sweeps/pickled.py": cell_values.pickled_holds,
    "sim/sweeps/said.py": cell_values.said_holds,
    "sim/sweeps/asked.py": cell_asks.asks_hold,
    "sim/sweeps/started.py": cell_starts.starts_hold,
}
LONG = {  # half a second and more; the tests of these modules try the same from outside
    *(
        f"theorem_audit/reuse/{x}.py"
        for x in ("definitions", "graph", "resolving", "statements", "stirring", "unnamed")
    ),
    "theorem_audit/weigh/apart.py", "sim/sweeps/fingerprint.py",
}  # fmt: skip
SECONDS = 5  # of the processor; a battery takes less than one

DEPTH = (
    "how long a chain of imports is followed before everything is taken: more, or less, of too much"
)
AHEAD = "how many processes are started at once, and how many jobs asked for ahead"
LEFT = "the connection is left to the garbage collector"
EXPLAINED: dict[str, dict[str, str]] = {
    "theorem_audit/reuse/graph.py": {
        "Graph._modules_imported: 1 + 1 #3": "a slice past the end of a name's parts",
    },
    "theorem_audit/reuse/resolving.py": {
        **dict.fromkeys((
            "Names.name: 0 + 1", "Names.target: 0 + 1", "Names.module: 0 + 1",
            "Names._name: other comparison in depth > 40", "Names._name: 40 + 1",
            "Names._module: other operator in depth + 1", "Names._module: 1 + 1",
        ), DEPTH),
        "Names._stars: 1 + 1": "a star is bound as a star, too",
    },
    "theorem_audit/reuse/syntax.py": {
        "shape: 1 + 1": "two fields are taken one by one, as one is",
        "nodes: other comparison in part is not node": "nodes of a tree are equal where they are one",
    },
    "theorem_audit/reuse/acts.py": {
        "_below: 1 + 1": "the first part of a function holds its parameters, and is none that changes anything",
    },
    "theorem_audit/reuse/definitions.py": {
        "_may_import: other comparison in getattr(x, 'id', getattr(x, 'attr', '')) in IMPORTING":
            "more methods are read once by themselves, which import nothing",
    },
    "theorem_audit/reuse/keeper.py": {
        "Keeper.nodes: 0 + 1": "the same in another order",
        "Keeper.told_key: 0 + 1": "the claim's own key holds its module as well",
    },
    "theorem_audit/reuse/index.py": {
        "walk: 1 + 1 #3": "the first letter of a name is no dot",
        "build: without here.evidence_package()": "only the words of what is refused in the next line",
        "build: without raise ProjectError(f'{here.file}: eviden ... is not found')":
            "what has no such package is refused by `evidence_package`, in the line before",
    },
    "theorem_audit/reuse/files.py": {"_module: 8192 + 1": "how many are remembered"},
    "theorem_audit/reuse/store.py": {
        "Store._connect: without self._line.execute('pragma synchronous = normal')": "speed",
        "Store._connect: other comparison in {'kept', 'about'} <= tables": "SQLite lists an index, too",
        "Store._connect: 0 + 1": "no file has one byte",
        "Store._make: without self._line.execute('rollback')": "the connection is closed at once",
        "Store.open: without self._disconnect()": LEFT,
        "Store.open: without self._disconnect() #2": LEFT,
        "Store.open: and/or in error.strerror or str(error)": "only the words",
        "Store._set_aside: without Path(f'{self.path}{ending}').unlink(missing_ok=True)":
            "SQLite has played it back, or taken it away, as it opened the file",
        "Store.put: 1 + 1": "how well it is packed",
    },
    "theorem_audit/weigh/workers.py": {
        "_Hand.hand: 1 + 1": "numbers that differ are enough",
        **dict.fromkeys((
            "Crew.run: other comparison in self._failed < STARTS", "Crew.run: 1 + 1", "Crew.run: 0 + 1",
            "Crew.run: other operator in 2 * self.workers",
            "Crew.run: 2 + 1",
        ), AHEAD),
        "Crew._died: other comparison in time.monotonic() < until": "a last look at the very end",
        "_serve: without sys.stdout.flush()": "nothing was printed there before",
        "_serve: 0 + 1 #2": "of a job that is none yet",
    },
    "theorem_audit/weigh/apart.py": {
        "Fork.__post_init__: without theirs.close()": "it is closed as its name ends",
        "Fork.__post_init__: without warnings.simplefilter('ignore', DeprecationWarning)":
            "Python warns of other threads, and here is none",
        "Fork.__post_init__: without os.close(self._back)": 
            "the fork reads nothing there, and closes it as it ends",
        "Fork.__post_init__: 0 + 1": "what a fork says as it ends counts, and not its exit code",
        "Fork.end: 2 + 1": "room for more than there can be",
        "_first_example: 1 + 1": "there is one example, none()",
    },
    "sim/sweeps/store.py": {
        "Store._open: without self._use_wal()": "the mode is set once more a moment later",
        "Store._open: without self._db.execute('PRAGMA synchronous = FULL')": "as SQLite is built by default",
        "Store._insert: 1 + 1": "a new row is then compared with what was written, and is that",
        "Store.tasks: 1 + 1 #2": "only the words",
        "Store.tasks: 5 + 1": "only the words",
        "Store._explain: 0 + 1 #2": "either code counts as damage",
    },
    "sim/sweeps/fingerprint.py": {
        "_own_module: other comparison in name not in sys.modules":
            "what is not there cannot be imported either",
        "_Seen.__init__: without super().__init__(told)":
            "a set's members are put in order by all their words, also where one was told before",
    },
    "sim/sweeps/said.py": {"_by_place: 16 + 1": "how many are remembered"},
    "sim/sweeps/opened.py": {
        "_hashed: 4096 + 1": "how many are remembered",
        "_above: 2 + 1": "a folder at the root of the file system, which no cell makes",
    },
}  # fmt: skip


def _module(path: str) -> ModuleType:
    return importlib.import_module(path.removesuffix(".py").replace("/", "."))


@pytest.mark.parametrize("path", in_ci_but(BATTERIES, *(x for x in BATTERIES if x not in LONG)))
def test_what_is_reused_passes_its_battery_unchanged(path: str) -> None:
    with nothing_stays():
        BATTERIES[path](_module(path))


@IN_CI
def test_what_a_battery_leaves_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Anything that acts afterwards: a function replaced, a variable, a timer, a thread, an audit hook."""
    hooks: list[Any] = []
    monkeypatch.setattr(sys, "addaudithook", hooks.append)
    ends = threading.Event()
    waits = threading.Thread(target=ends.wait, daemon=True)
    for leave in (
        lambda: monkeypatch.setattr(os, "lstat", os.stat),
        lambda: monkeypatch.setattr(type(os.environ), "__repr__", lambda _: "{}"),
        lambda: monkeypatch.setenv("LEFT", "1"),
        lambda: monkeypatch.chdir(tmp_path),
        lambda: signal.setitimer(signal.ITIMER_REAL, 600),
        waits.start,
        lambda: sys.addaudithook(print),
    ):
        with pytest.raises(AssertionError), nothing_stays():
            leave()
        signal.setitimer(signal.ITIMER_REAL, 0)
    ends.set()
    waits.join()
    assert hooks == [print]
    with nothing_stays():
        pass


def test_a_mutant_is_tried_in_a_fork_of_its_own() -> None:
    here: list[int] = []

    def fails(_: ModuleType) -> None:
        raise ValueError

    def ends(_: ModuleType) -> None:
        raise SystemExit

    def hangs(_: ModuleType) -> None:
        while True:
            here.append(1)
            here.clear()

    module = ModuleType("mutant")
    assert survives(lambda _: here.append(os.getpid()), lambda: module, SECONDS)
    assert here == []
    assert not survives(fails, lambda: module, SECONDS)
    assert not survives(hangs, lambda: module, 0.05)
    for battery, make in ((ends, lambda: module), (fails, lambda: {}["no such mutant"])):
        with pytest.raises(AssertionError, match="without a word"):
            survives(battery, make, SECONDS)


def test_the_notes_count_todays_mutants_of_reuse() -> None:
    tried_before.expect_counted(
        {path: row for path, row in tried_before.told().items() if path in BATTERIES},
        {path: counted(ROOT / path, every_function(ROOT / path)) for path in BATTERIES},
        EXPLAINED,
        r"Of what decides about reuse (\d+), of which (\d+) survive",
    )


@pytest.mark.thorough  # some minutes where all are tried; each original passes its battery without it
@pytest.mark.parametrize("path", BATTERIES)
def test_every_mutant_of_reuse_is_caught_or_explained(path: str) -> None:
    name, battery, source = _module(path).__name__, BATTERIES[path], ROOT / path
    tried_before.expect_all_caught(
        path, source, every_function(source), battery, EXPLAINED.get(path, {}),
        lambda tree: survives(battery, partial(built, tree, name), SECONDS),
    )  # fmt: skip
