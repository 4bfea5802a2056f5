"""Executors that come with the house: in this process, or in worker processes that never linger.

A worker process exits by itself when the sweep stops, is interrupted, or is killed outright: it
holds one end of a pipe whose other end lives in the parent only.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from typing import Any

from sim.sweeps.hashing import fixed


class SerialExecutor(Executor):
    """Runs each call at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Give a finished future; KeyboardInterrupt and SystemExit pass through."""
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        try:
            result = fn(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - handed on, by the future
            future.set_exception(error)
        else:
            future.set_result(result)
        return future


def available_cpus() -> int:
    """Count the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def worker_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Open a ProcessPoolExecutor; leaving by an exception ends its workers at once.

    They hash texts by one seed, so that sets of these have one order in all of them.  Never plain fork: a copy
    of a process with threads (a progress bar has one) can deadlock.
    """
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    alive, held = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(workers, context, _begin_worker, (alive,))
    try:
        with fixed():
            yield pool
            pool.shutdown()
    finally:
        held.send_bytes(b"end")
        pool.shutdown(cancel_futures=True)
        held.close()
        alive.close()


def _begin_worker(alive: Connection) -> None:
    """Leave Ctrl-C to the parent, and exit with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        wait([alive] if parent is None else [alive, parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
