"""A grid of settings x seeds over any executor, resumable.

    results = sweep({"n": [10, 100], "batch_size": [1, 2, 4], "step_size": 0.2, "steps": 10_000},
                    seeds=8, store="sparsity.db")

Every finished cell is committed at once to the store; the same call again computes only what is
missing there. The numbers are bitwise the same for any executor, number of workers and order.
"""

from __future__ import annotations

import json
import pickle
import random
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from os import PathLike
from queue import SimpleQueue

from sim.engine._arguments import integer
from sim.problems.autoencoder_cell import simulate_cell
from sim.sweeps.cell import Cell, Function
from sim.sweeps.chance import SHARED, by_the_seed
from sim.sweeps.hashing import as_in_workers
from sim.sweeps.opened import CHANGED, UNSEEN, Files, reading, tell_unseen
from sim.sweeps.payload import encode
from sim.sweeps.progress import progress_bar
from sim.sweeps.results import Results
from sim.sweeps.store import FileChangedError, Store, StoreError
from sim.sweeps.tasks import Grid, Task, as_cell, make_tasks, same_here
from sim.sweeps.workers import available_cpus, worker_pool

MAX_DEATHS = 3  # deaths of its worker after which a cell is given up
CANCELLED = BrokenExecutor("it cancelled a cell")
_GUARD = 'is the script guarded by `if __name__ == "__main__":`?'
IN_FLIGHT = 1024  # cells handed to an executor of unknown size at a time; bounds memory


class SweepError(RuntimeError):
    """A sweep could not finish. What is committed stays; the same call goes on from there."""


class CellError(SweepError):
    """A cell raised; the message has the worker's error and traceback."""


def sweep(
    grid: Grid,
    *,
    seeds: int | Iterable[int],
    store: str | PathLike[str],
    cell: Cell | Function = simulate_cell,
    executor: Executor | None = None,
    workers: int | None = None,
    progress: bool | None = None,
) -> Results:
    """Compute `cell` at every settings of `grid` and every seed; give the results, in that order.

    grid: a mapping name -> values (lists, tuples, ranges and arrays are axes of a product, anything
    else a constant), or a list of settings. seeds: a number K, for 0..K-1, or integers >= 0.
    store: the SQLite file, made if missing. cell: a module-level function (settings, SeedSequence)
    -> {name: number or array}, or a Cell. executor: any concurrent.futures.Executor
    (SerialExecutor(), dask's client.get_executor(), mpi4py's MPIPoolExecutor, ...), left open; by
    default worker processes, `workers` of them, or one per processor: a script that calls this
    needs `if __name__ == "__main__":`. progress: None shows a bar on a terminal only.

    Cells go out in random order: the time left is then a fair estimate, and two sweeps on one
    store share the work. A cell that raises does not stop the others; a worker process that dies
    is replaced.

    Files that cells read are kept by digest, and looked at again before any cell is reused; a cell that starts
    a process, whose files nobody sees, is a CellError.

    A store that cannot be written is read, where it has every cell that is asked for.

    Raises, before any work, TypeError or ValueError naming a bad argument, or StoreError. Before the work or
    during it FileChangedError where a file that cells have read is another one by now: the same call is refused
    until the file is put back. Then CellError when cells raised, killed their workers or read a file that
    changed as they ran, SweepError when the executor breaks or no worker survives, StoreError when the store
    cannot be written: after any of these, or Ctrl-C, the same call resumes. In each case
    what is committed stays.
    """
    kind = as_cell(cell)
    with as_in_workers(executor is None):
        tasks, shape = make_tasks(grid, seeds, kind)
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise TypeError(f"executor={executor!r}: must be a concurrent.futures.Executor or None")
    if workers is not None:
        integer("workers", workers, 1)
        if executor is not None:
            raise ValueError(f"workers={workers}: must be None when an executor is given")
    with Store(store) as opened:
        present = set(opened.tasks())
        opened.look_again(tasks[0].cell, str(kind.version))
        wanted = set(tasks)
        missing = [task for task in dict.fromkeys(tasks) if task not in present]
        reused = len(wanted) - len(missing)
        if missing and opened.frozen:
            raise StoreError(
                f"{opened.path} cannot be written, and {len(missing)} of {len(wanted)} cells are not in it: "
                "copy it to where you may write, or name another store"
            )
        with progress_bar(reused, len(wanted), progress) as advance:
            run = _Run(opened, kind, missing, len(wanted), advance)
            try:
                run.finish(executor, min(workers or available_cpus(), len(missing)))
            except (KeyboardInterrupt, SystemExit) as stop:
                try:
                    run.rescue()
                except StoreError as refused:
                    stop.add_note(f"what came back last is not all committed: {refused}")
                stop.add_note(f"sweep stopped: {run.state()}")
                raise
        if run.failures:
            task, error = run.failures[0]
            raise CellError(
                f"{len(run.failures)} cells failed; {run.state()}. The first, at {task}:\n{error}"
            ) from error
        return Results(opened.path, tasks, tuple(shape), run.computed, reused + run.skipped)


Computed = tuple[bytes, Files]  # the numbers, and the files that were read


def compute(function: Function, task: Task) -> Computed:
    """Compute one cell, in whichever process; its errors come back as text, safe to pickle."""
    settings = json.loads(task.settings)
    try:
        same_here(function, task.cell)
        with reading() as files, by_the_seed(task.stream, tell_unseen):
            values = function(settings, task.stream)
        numbers = encode(values, reserved=json.loads(task.settings))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - any error of the user's function
        raise CellError("".join(traceback.format_exception(error))) from None
    unseen = [what for what, how in files.items() if how == UNSEEN]
    if SHARED in unseen:
        raise CellError(f"{SHARED}: another run gives other numbers; draw from the seed")
    if unseen:
        raise CellError(
            f"{unseen[0]}: what that reads is not seen, and the cell's numbers would be reused where it is "
            "another; do it before the sweep, and hand the cell what comes of it"
        )
    if changed := [path for path, how in files.items() if how == CHANGED]:
        raise CellError(
            f"{', '.join(changed[:3])} changed while the cell ran: its numbers are of no one edition; "
            "the same call computes it again"
        )
    return numbers, files


def compute_sent(sent: bytes, task: Task) -> Computed:
    """``compute``, of a pickled function: a worker that cannot read it says so, and lives on."""
    try:
        function = pickle.loads(sent)
    except Exception as error:  # noqa: BLE001 - whatever its module raises when it is imported
        raise CellError(
            f"the cell cannot be unpickled in a worker process ({type(error).__name__}: {error}): its module "
            f"must be one that the worker can import; or {_GUARD}"
        ) from None
    return compute(function, task)


class _Run:
    """The missing tasks of a sweep: waiting, handed out (`pending`), failed, or committed."""

    def __init__(
        self,
        store: Store,
        cell: Cell,
        missing: list[Task],
        wanted: int,
        advance: Callable[[int], None],
    ):
        self.store, self.cell, self.wanted, self.advance = store, cell, wanted, advance
        self.queue = deque(random.Random().sample(missing, len(missing)))
        self.suspects: deque[Task] = deque()  # to be run one at a time
        self.losses: Counter[Task] = Counter()
        self.pending: dict[Future[Computed], Task] = {}
        self.arrived: SimpleQueue[Future[Computed]] = SimpleQueue()
        self.failures: list[tuple[Task, BaseException]] = []
        self.computed = 0
        self.skipped = 0

    def state(self) -> str:
        left = sum(map(len, (self.queue, self.suspects, self.pending, self.failures)))
        return (
            f"{self.wanted - left} of {self.wanted} cells are committed in {self.store.path}; "
            "the same call goes on from there"
        )

    def finish(self, executor: Executor | None, workers: int) -> None:
        """Empty the queue; with worker processes of our own, replace those that die."""
        while self.queue or self.suspects:
            source, window = self.queue, 2 * workers if executor is None else IN_FLIGHT
            if self.suspects:
                source, window = self.suspects, 1
            scope: AbstractContextManager[Executor]
            scope = worker_pool(workers) if executor is None else nullcontext(executor)
            with scope as opened:
                broken = self._feed(opened, source, window)
            if broken and executor is not None:
                raise SweepError(f"the executor broke: {broken}; {self.state()}") from broken
            if broken and not self.computed and len(self.failures) >= MAX_DEATHS:
                text = f"no cell finished, and {len(self.failures)} failed: {self.failures[0][1]}"
                raise SweepError(f"{text}; {self.state()}") from broken

    def _feed(self, executor: Executor, source: deque[Task], window: int) -> BrokenExecutor | None:
        """Hand out tasks and commit results until none is left, or the executor breaks."""
        broken: BrokenExecutor | None = None
        try:
            while self.pending or (source and not broken):
                if not broken:
                    broken = self._hand_out(executor, source, window)
                if self.pending:
                    arrived = [self.arrived.get()]
                    while not self.arrived.empty():
                        arrived.append(self.arrived.get())
                    broken = self._settle(arrived) or broken
        finally:
            for future in self.pending:
                future.cancel()
        return broken

    def _hand_out(
        self, executor: Executor, source: deque[Task], window: int
    ) -> BrokenExecutor | None:
        while source and len(self.pending) < window and self.arrived.empty():
            task = source[0]
            if task in self.store:  # another sweep was faster
                self.skipped += 1
                self.advance(1)
            else:
                try:
                    if isinstance(executor, ProcessPoolExecutor):
                        sent = pickle.dumps(self.cell.function)
                        future = executor.submit(compute_sent, sent, task)
                    else:
                        future = executor.submit(compute, self.cell.function, task)
                except BrokenExecutor as error:
                    return error
                self.pending[future] = task
                future.add_done_callback(self.arrived.put)
            source.popleft()
        return None

    def _settle(self, futures: list[Future[Computed]]) -> BrokenExecutor | None:
        """Commit what came out well; note what raised; see to what died with its worker."""
        good = {f: f.result() for f in futures if not f.cancelled() and f.exception() is None}
        try:
            self._commit(good)
        except FileChangedError:  # of some: the others are kept
            for future, done in good.items():
                with suppress(FileChangedError):
                    self._commit({future: done})
                    del self.pending[future]
            raise
        broken: BrokenExecutor | None = None
        for future in futures:
            task = self.pending.pop(future)
            if future in good:
                continue
            error = CANCELLED if future.cancelled() else future.exception()
            if isinstance(error, BrokenExecutor):
                broken = error
                self._lost(task)
            elif error is not None:
                self.failures.append((task, error))
        return broken

    def _commit(self, good: dict[Future[Computed], Computed]) -> None:
        self.store.commit(
            [(self.pending[f], payload) for f, (payload, _) in good.items()],
            [files for _, files in good.values()],
        )
        self.computed += len(good)
        self.advance(len(good))

    def _lost(self, task: Task) -> None:
        """Try a task again whose worker died, or the worker of another task in flight with it.

        After the first time as before, after the second alone; the third time it is to blame.
        """
        self.losses[task] += 1
        if self.losses[task] < MAX_DEATHS - 1:
            self.queue.appendleft(task)
        elif self.losses[task] < MAX_DEATHS:
            self.suspects.append(task)
        else:
            text = f"its worker process died {MAX_DEATHS} times, at last with no other cell running"
            hint = "" if self.computed else f"; {_GUARD}"
            self.failures.append((task, CellError(f"{text} (out of memory? a crash?{hint})")))

    def rescue(self) -> None:
        """After an interrupt, commit what has come back but was not yet committed."""
        self._settle([future for future in self.pending if future.done()])
