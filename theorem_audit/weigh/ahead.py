"""Looks at claims' hypotheses while the caller is still making ready: the processes that it began wait else."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from theorem_audit.weigh import jobs
from theorem_audit.weigh.workers import Crew


class Ahead:
    """Looks, in a thread, at one claim after the other by a crew that nobody else uses until ``taken``.

    As many at a time as the crew has begun processes: none is started.
    """

    def __init__(self, crew: Crew, ids: Sequence[str], *, run_seed: int, quick: bool) -> None:
        self._found: dict[str, jobs.About] = {}
        self._stopped = False
        self._error: BaseException | None = None
        size = max(1, crew.workers - 1)
        slices = [ids[k : k + size] for k in range(0, len(ids), size)]

        def work() -> None:
            try:
                for some in slices:
                    if self._stopped:
                        return
                    self._found |= jobs.look(some, run_seed=run_seed, quick=quick, workers=crew)
            except BaseException as error:  # noqa: BLE001 - raised by whoever takes what was found
                self._error = error

        self._thread = threading.Thread(target=work, daemon=True)
        self._thread.start()

    def taken(self) -> dict[str, jobs.About]:
        """What was found by now, by claim, once the looks that have begun ended; raises what they raised."""
        self.stop()
        self.join()
        if self._error is not None:
            raise self._error
        return self._found

    def stop(self) -> None:
        """Begin no other look."""
        self._stopped = True

    def join(self) -> None:
        """Wait for the looks that have begun."""
        self._thread.join()


__all__ = ["Ahead"]
