"""A sweep on Dask's and on MPI's workers gives the same bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
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


def _peer(tmp_path: Path, body: str, *command: str) -> None:
    """Run a sweep under another program's executor and compare every byte with ours."""
    script = tmp_path / "peer.py"
    script.write_text(PEER + body)
    finished = subprocess.run(
        [*command, str(script), str(tmp_path / "peer.db")],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert finished.returncode == 0, finished.stderr
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
