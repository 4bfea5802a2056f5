"""The machine's limit is one, runs are kept in pieces, and every goal has its row."""

import json

import numpy as np
import pytest

import benchmarks.__main__ as command
from benchmarks import c_peers, cells, limits, measure, report, scaling, tables
from benchmarks.cases import CASES, Case


@pytest.fixture
def library():
    try:
        return c_peers.library()
    except c_peers.NoCompiler as error:
        pytest.skip(f"{error}: nothing was tested here")


def test_cycles_are_those_counted_by_hand():
    """b = 1: 15 + 2 operations on 16 lanes; 38 instructions for 8 runs and 2 for each, six at a time.
    Each further coordinate adds 18 for 8 runs and 2 for each, or 2 operations on 16 lanes, which is less."""
    assert limits.cycles(1_000, 1) == (38 / 8 + 2) / 6 > 17 / 16
    assert limits.cycles(1_000, 32) - limits.cycles(1_000, 31) == pytest.approx((18 / 8 + 2) / 6)
    for b in (1, 32, 499):
        assert limits.cycles(1_000, 1_000 - b) == limits.cycles(1_000, b)
    assert limits.cycles(1_000, 1_000) == 10 / 16


def test_the_limit_is_the_larger_of_the_two(monkeypatch):
    monkeypatch.setattr(limits, "cycle", lambda: 2.0)
    for line, larger in ((0.1, "cycle_ns"), (100.0, "line_ns")):
        monkeypatch.setattr(limits, "line", lambda entries, line=line: line * (entries == 1_000))
        found = limits.limit(Case(1_000, 1_000, 998, 4))
        assert found["line_ns"] == 2 * line  # two coordinates
        assert found["cycle_ns"] == 2.0 * limits.cycles(1_000, 2)
        assert found["limit_ns"] == found[larger] == max(found["line_ns"], found["cycle_ns"])
    assert limits.limit(Case(1_000, 1_000, 1_000, 4))["line_ns"] == 0.0


def test_what_is_timed_does_its_work(library):
    """`chain` adds 0 to count - 1, `lines` touches each entry as often as it is named."""
    assert library.chain(1_000) == 999 * 500
    y, index = np.ones(50), np.random.default_rng(0).integers(0, 50, 300)
    library.lines(y.ctypes.data, index.ctypes.data, len(index))
    assert np.allclose(np.log(y) / np.log(1.0000001), np.bincount(index, minlength=50), rtol=1e-6)


def test_nobody_went_below_the_limit():
    """In the kept runs: else the model would be wrong. The C kernel and numba come closest."""
    for path in tables.RUNS:
        for result in json.loads(path.read_text())["cases"]:
            shares = {name: report.share(result, name) for name in result["contenders"]}
            assert all(value is not None for value in shares.values())
            assert max(shares.values()) <= 1, (result["case"], shares)


def test_a_piece_is_made_once(tmp_path):
    made = []

    def make():
        made.append(1)
        return {"x": len(made)}

    for _ in range(3):
        assert command.kept(tmp_path / "new", "a", make) == {"x": 1}
    assert command.kept(tmp_path / "new", "b", make) == {"x": 2}
    assert [command.kept(None, "a", make)["x"] for _ in range(2)] == [3, 4]


def _run(monkeypatch, *options):
    monkeypatch.setattr("sys.argv", ["benchmarks", *map(str, options)])
    return command.main()


def test_a_run_in_pieces_is_the_run(monkeypatch, tmp_path, capsys):
    """Case by case into a folder, then all of them: nothing is measured again, and all are written."""
    measured = []

    def fake(case, makers, rounds):
        measured.append(case.name)
        times = [float(len(measured)) + k for k in range(rounds)]
        entry = {"ns": times, "median_ns": times[1], "ratio": 1.0, "runs": case.runs, "gap": 0.0}
        return {"case": case.name, "n": case.n, "d": case.d, "b": case.b, "runs": case.runs,
                "contenders": {"ours": entry}}  # fmt: skip

    def once(name, value):
        return lambda *_: measured.append(name) or value

    monkeypatch.setattr(command.os, "sched_setaffinity", lambda *_: None, raising=False)
    monkeypatch.setattr(measure, "measure", fake)
    monkeypatch.setattr(cells, "measure", once("cells", {"ms": 4.0}))
    monkeypatch.setattr(scaling, "measure", once("scaling", {"faster": {1: 1.0, 2: 1.4}}))
    monkeypatch.setattr("benchmarks.contenders.makers", lambda: ({}, {}))
    common = ("--rounds", 3, "--no-growth", "--keep", tmp_path / "pieces")
    assert _run(monkeypatch, *common, "--seconds", -1, "--out", tmp_path / "none.json") == 2
    assert measured == []
    assert not (tmp_path / "none.json").exists()
    with pytest.raises(SystemExit):
        _run(monkeypatch, "--seconds", 9)
    for k in range(len(CASES)):
        assert _run(monkeypatch, "--cases", k, *common, "--out", tmp_path / "piece.json") == 0
    assert sorted(measured) == sorted([case.name for case in CASES] + ["cells", "scaling"])
    assert _run(monkeypatch, *common, "--seconds", -1, "--out", tmp_path / "all.json") == 0
    assert len(measured) == len(CASES) + 2
    found = json.loads((tmp_path / "all.json").read_text())
    assert [case["case"] for case in found["cases"]] == [case.name for case in CASES]
    verdicts = {line["target"]: line["met"] for line in found["targets"]}
    assert verdicts[report.CELLS] is True
    assert verdicts[report.SCALING] is False
    assert "MISSED" in capsys.readouterr().out


NUMBA, GIVEN_NUMBA = "ours, numba", "ours, numba, given batches"
BELOW = [case for case in CASES if case.b < case.n]
FULL = [case for case in CASES if case.b == case.n]
ONE = [case for case in CASES if case.b == 1]
CACHED = [case for case in ONE if case.n in (1_000, 10_000)]
HUGE = [case for case in ONE if case.n == 1_000_000]
MIDDLE = [case for case in CASES if 1 < case.b < case.n - 1]
# who is slower, who is faster, by how much at least, and where
GOALS = [
    ("C, drawing", NUMBA, 0.5, CACHED),
    ("C, drawing", NUMBA, 0.8, HUGE),
    ("JAX in q, drawing", NUMBA, 1.5, BELOW),
    ("JAX in q", GIVEN_NUMBA, 1.5, BELOW),
    ("JAX in q, vmap", GIVEN_NUMBA, 1.5, BELOW),
    ("JAX in q", NUMBA, 1.5, FULL),
    ("PyTorch in q, drawing", "ours", 1, BELOW),
    ("PyTorch in q", "ours, given batches", 1, BELOW),
    ("PyTorch in q", "ours", 1, FULL),
    ("JAX in q", "ours", 1, FULL),
    ("C, drawing sets", NUMBA, 0.5, MIDDLE),
    (report.LIMIT, NUMBA, 0.5, MIDDLE),
]


@pytest.mark.parametrize(("slow", "fast", "least", "where"), GOALS)
def test_every_goal_has_a_row(slow, fast, least, where):
    assert where
    rows = [x for x in report.TARGETS if slow in x.slow and x.fast == fast and x.least == least]
    for case in where:
        assert any(row.applies(case.n, case.b) for row in rows), case.name


def test_every_goal_is_judged_in_the_kept_runs_and_what_is_missed_has_its_reason():
    titles = [target.title for target in report.TARGETS]
    titles += [report.GROWTH, report.CELLS, report.SCALING]
    for path in tables.RUNS:
        lines = json.loads(path.read_text())["targets"]
        assert [line["target"] for line in lines] == titles
        assert all(line["met"] is not None for line in lines)
        assert all(tables.REASONS[line["target"]] for line in lines if not line["met"])
    assert set(tables.REASONS) <= set(titles)


def test_a_missed_target_stays_in_the_table_with_its_reason():
    title = "b = n: JAX in q >= 1.0x ours"
    line = {"target": title, "least": 1, "found": {"b = n": 0.1}}
    runs = [{"targets": [line | {"met": met}]} for met in (True, False)]
    row = tables.aims(runs).splitlines()[-1]
    assert "met, 0.1 | **missed**, 0.1 |" in row
    assert tables.REASONS[title] in row
    assert tables.REASONS[title] not in tables.aims(runs[:1])
    with pytest.raises(KeyError):
        tables.aims([{"targets": [line | {"target": "unheard of", "met": False}]}])


def test_cells_cost_something():
    found = cells.measure(3, 2)
    assert found["cells"] == 3
    assert found["ms"] > 0
    assert len(found["all_ms"]) == 2
