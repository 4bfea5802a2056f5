"""Blocks made, advanced and read by several threads: each by one at a time, so that nothing is shared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Protocol, Self, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class Advanced(Protocol):
    """What can be advanced."""

    def advance(self, steps: int) -> None: ...


class Threads:
    """A context in which blocks are worked on together; with one worker or block no thread is started."""

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

    def each(self, function: Callable[[T], U], items: Sequence[T]) -> list[U]:
        """Apply a function to each, giving the results in order; an error in one is raised here."""
        if self._pool is None or len(items) == 1:
            return [function(item) for item in items]
        return list(self._pool.map(function, items))

    def advance(self, blocks: Sequence[Advanced], steps: int) -> None:
        """Do `steps` steps in every block."""
        self.each(lambda block: block.advance(steps), blocks)
