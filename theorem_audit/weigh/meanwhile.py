"""Jobs that go on while the caller is busy with an answer: processes would wait for it before each job."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

from theorem_audit.weigh.workers import Crew

SOON = 2.0  # seconds for a crew to see that it is stopped: it looks several times in one


class Meanwhile:
    """A crew that hands out its jobs from a thread; nobody else uses it until they have ended, or ``stop``."""

    def __init__(self, crew: Crew) -> None:
        self.crew = crew
        self._thread: threading.Thread | None = None

    def run(self, jobs: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """What ``crew.run`` yields, or raises."""
        came: SimpleQueue[tuple[Any, Any] | None] = SimpleQueue()
        raised: list[BaseException] = []

        def work() -> None:
            try:
                for pair in self.crew.run(jobs):
                    came.put(pair)
            except BaseException as error:  # noqa: BLE001 - raised where its jobs are asked for
                raised.append(error)
            finally:
                came.put(None)

        self.stop()
        mine = self._thread = threading.Thread(target=work, daemon=True)
        mine.start()
        try:
            while (pair := came.get()) is not None:
                yield pair
        finally:
            if self._thread is mine:
                self.stop()
        if raised:
            raise raised[0]

    def stop(self) -> None:
        """Hand out nothing more; the jobs that have begun are nobody's, and end with their processes."""
        if (thread := self._thread) is None:
            return
        self.crew.stopped, self._thread = True, None
        # Interrupted before the thread began, it cannot be joined: it finds the crew stopped.
        with suppress(RuntimeError):
            thread.join(SOON)
            if thread.is_alive():  # it reads an answer of which the rest does not come
                self.crew.kill()
                thread.join()
            self.crew.stopped = False


__all__ = ["Meanwhile"]
