"""Blocks advanced by several threads: each block by one thread at a time, so that nothing is shared."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from sim.engine._block import Block


class Threads:
    """A context in which blocks are advanced together; with one worker no thread is started."""

    def __init__(self, workers: int):
        self._pool = ThreadPoolExecutor(workers, "sim") if workers > 1 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def advance(self, blocks: Sequence[Block], steps: int) -> None:
        """Do `steps` steps in every block; an error in one is raised here."""
        if self._pool is None:
            for block in blocks:
                block.advance(steps)
        else:
            for _ in self._pool.map(lambda block: block.advance(steps), blocks):
                pass
