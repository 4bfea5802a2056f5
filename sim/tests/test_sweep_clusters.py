"""A sweep on Dask's and on MPI's workers gives the same bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from sim.tests.sweep_stubs import GRID, ROOT, rows
from sim.tests.sweep_tools import _needs, _sweep

PEER = """
import sys
from sim.tests.sweep_stubs import GRID, measure
from sim import sweep

def run(executor, store):
    results = sweep(GRID | {"naps": True}, seeds=3, store=store, cell=measure, executor=executor)
    assert results.computed == 18, results.computed

if __name__ == "__main__":
"""

DASK = """
    from dask.distributed import Client, LocalCluster
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True,
                      dashboard_address=None) as cluster, Client(cluster) as client:
        assert len(set(client.run(__import__("os").getpid).values())) == 2
        with client.get_executor() as executor:
            run(executor, sys.argv[1])
"""

MPI = """
    from mpi4py.futures import MPIPoolExecutor
    with MPIPoolExecutor() as executor:
        assert executor.num_workers == 2, executor.num_workers
        run(executor, sys.argv[1])
"""


def _run(
    script: Path, text: str, command: Sequence[str], args: Sequence[str], limit: float
) -> None:
    """Run a program beside us, in the script's folder."""
    script.write_text(text)
    finished = subprocess.run(
        [*command, str(script), *args],
        capture_output=True,
        text=True,
        timeout=limit,
        cwd=script.parent,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert finished.returncode == 0, finished.stderr


def _peer(tmp_path: Path, body: str, *command: str) -> None:
    """Run a sweep under another program's executor and compare every byte with ours."""
    _run(tmp_path / "peer.py", PEER + body, command, [str(tmp_path / "peer.db")], 120)
    _sweep(tmp_path, grid=GRID | {"naps": True})
    assert rows(tmp_path / "peer.db") == rows(tmp_path / "s.db")


@_needs("dask", "distributed")
def test_dask_workers_give_the_same_bytes(tmp_path: Path) -> None:
    _peer(tmp_path, DASK, sys.executable)


# the one that belongs to this environment's mpi4py, if it has one
MPIEXEC = shutil.which(
    "mpiexec", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
)


@_needs("mpi4py")
@pytest.mark.skipif(not MPIEXEC, reason="not on PATH: mpiexec")
def test_mpi_workers_give_the_same_bytes(tmp_path: Path) -> None:
    _peer(tmp_path, MPI, str(MPIEXEC), "-n", "3", sys.executable, "-m", "mpi4py.futures")


CELLS = """
import sys
from sim.tests.sweep_stubs import once_killed
from sim import CellError, sweep

def run(executor, store, kill=-1):
    grid = {"k": list(range(int(sys.argv[2]))), "kill": kill, "folder": sys.argv[3]}
    again = {"seeds": 1, "store": store, "cell": once_killed, "executor": executor}
    try:
        results = sweep(grid, **again)
    except CellError as error:
        # distributed trips over a result that was lost with its worker (cfexecutor.py): call again
        if kill < 0 or "too many values to unpack" not in str(error):
            raise
        results = sweep(grid, **again)
    assert results.computed + results.reused == int(sys.argv[2]), results

if __name__ == "__main__":
"""

KILLED = """
    from dask.distributed import Client, LocalCluster
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True,
                      dashboard_address=None) as cluster, Client(cluster) as client:
        with client.get_executor(retries=2) as executor:
            run(executor, sys.argv[1], kill=int(sys.argv[2]) // 2)
"""
MANY_MPI = """
    from mpi4py.futures import MPIPoolExecutor
    with MPIPoolExecutor() as executor:
        run(executor, sys.argv[1], kill=int(sys.argv[2]) // 2)
"""
HERE = """
    from sim import SerialExecutor
    open(sys.argv[3] + "/died", "w").close()
    run(SerialExecutor(), sys.argv[1], kill=int(sys.argv[2]) // 2)
"""
SIZES = [
    pytest.param(300, marks=pytest.mark.in_ci), pytest.param(10_000, marks=pytest.mark.thorough),
]  # fmt: skip


def _many(folder: Path, body: str, cells: int, name: str, *command: str) -> None:
    args = [str(folder / f"{name}.db"), str(cells), str(folder)]
    _run(folder / f"on-{name}.py", CELLS + body, command, args, 900)


@pytest.mark.parametrize("cells", SIZES)
@_needs("dask", "distributed")
def test_a_killed_dask_worker_leaves_the_store_of_one_process(tmp_path: Path, cells: int) -> None:
    """Two workers, one killed half way: the same bytes. What a cell costs is in `benchmarks.cells`."""
    _many(tmp_path, KILLED, cells, "dask", sys.executable)
    assert (tmp_path / "died").exists()
    _many(tmp_path, HERE, cells, "one", sys.executable)
    assert rows(tmp_path / "dask.db") == rows(tmp_path / "one.db")
    assert len(rows(tmp_path / "one.db")) == cells


@pytest.mark.parametrize("cells", SIZES)
@_needs("mpi4py")
@pytest.mark.skipif(not MPIEXEC, reason="not on PATH: mpiexec")
def test_many_cells_on_mpi_leave_the_store_of_one_process(tmp_path: Path, cells: int) -> None:
    """Nobody is killed: MPI ends the whole job with one of its processes."""
    (tmp_path / "died").touch()
    command = (str(MPIEXEC), "-n", "3", sys.executable, "-m", "mpi4py.futures")
    _many(tmp_path, MANY_MPI, cells, "mpi", *command)
    _many(tmp_path, HERE, cells, "one", sys.executable)
    assert rows(tmp_path / "mpi.db") == rows(tmp_path / "one.db")
