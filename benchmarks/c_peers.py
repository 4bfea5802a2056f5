"""C kernels, compiled when the benchmark starts where there is a compiler: the machine's share."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cases import Case
from benchmarks.contract import Maker, NotApplicable

SOURCE = Path(__file__).with_name("kernel.c")
FLAGS = ("-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC")


class NoCompiler(ImportError):
    """There is no C compiler here, or it refuses the source."""


@cache
def library() -> Any:
    """Compile and load; NoCompiler says why not. The compiler: $CC, cc, gcc or clang."""
    names = [os.environ.get("CC", ""), "cc", "gcc", "clang"]
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        raise NoCompiler("no C compiler (cc, gcc, clang) on the path")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "kernel.so"
        made = subprocess.run(
            [found, *FLAGS, str(SOURCE), "-o", str(target)], capture_output=True, text=True
        )
        if made.returncode:
            raise NoCompiler(f"{found}: {made.stderr.strip()[:300]}")
        loaded = ctypes.CDLL(str(target))
    for function in (loaded.given, loaded.drawing):
        function.argtypes = [ctypes.c_void_p] * 4 + [ctypes.c_int64] * 3 + [ctypes.c_double]
        function.restype = None
    loaded.draws.argtypes = [ctypes.c_void_p] * 2 + [ctypes.c_int64] * 2
    loaded.draws.restype = None
    loaded.several.argtypes = [ctypes.c_void_p] * 6 + [ctypes.c_int64] * 4 + [ctypes.c_double]
    loaded.several.restype = None
    loaded.chain.argtypes, loaded.chain.restype = [ctypes.c_int64], ctypes.c_int64
    loaded.lines.argtypes, loaded.lines.restype = [ctypes.c_void_p] * 2 + [ctypes.c_int64], None
    return loaded


class Given:
    """Reads ready-made batches."""

    def __init__(self, case: Case):
        if case.b != 1:
            raise NotApplicable("the C kernel is for b = 1")
        self._start(case)
        self._sets = np.ascontiguousarray(case.sets[:, 0], dtype=np.int64)

    def _start(self, case: Case) -> None:
        q, rho = case.start
        self.case, self.runs, self._a = case, case.runs, case.step_size / case.b
        self._sign = np.sign(q)
        self._y = np.ascontiguousarray(q**2)
        self._p = np.full(case.runs, self._a)
        self._t = self._a * ((q**2).sum(axis=1) + rho)
        self._library = library()

    def _call(self, function: Any, fourth: Any, steps: int) -> None:
        pointers = (x.ctypes.data for x in (self._y, self._p, self._t, fourth))
        function(*pointers, steps, self.runs, self.case.n, self._a)

    def advance(self, steps: int) -> None:
        done = 0
        while done < steps:
            piece = self._sets[: min(steps - done, len(self._sets))]
            self._call(self._library.given, piece, len(piece))
            done += len(piece)

    def q(self) -> np.ndarray:
        return self._sign * np.sqrt(self._y * (self._p / self._a)[:, None])


class Drawing(Given):
    """Draws each index in line, exactly uniform, from xoshiro256++."""

    OWN_BATCHES = True

    def __init__(self, case: Case):
        super().__init__(case)
        self._state = np.random.SeedSequence(0).generate_state(4, np.uint64)

    def advance(self, steps: int) -> None:
        self._call(self._library.drawing, self._state, steps)


class Several(Given):
    """Draws sets of b different indices in line, exactly uniform, 2 <= b <= n/2, from xoshiro256++."""

    OWN_BATCHES = True

    def __init__(self, case: Case):
        if not 1 < case.b <= case.n // 2:
            raise NotApplicable("this C kernel is for 1 < b <= n/2")
        self._start(case)
        self._state = np.random.SeedSequence(0).generate_state(4, np.uint64)
        self._seen = np.zeros(case.n + 1, dtype=np.uint32)

    def advance(self, steps: int, kept: np.ndarray | None = None) -> None:
        """kept: room for the sets, uint32 (runs, steps, b)."""
        arrays = (self._y, self._p, self._t, self._state, self._seen)
        sizes, room = (steps, self.runs, self.case.n, self.case.b), None
        if kept is not None:
            room = kept.ctypes.data
        self._library.several(*(x.ctypes.data for x in arrays), room, *sizes, self._a)


MAKERS: dict[str, Maker] = {"C": Given, "C, drawing": Drawing, "C, drawing sets": Several}
