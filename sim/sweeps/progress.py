"""A progress bar with rate and time left, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_MEMORY = 3600.0  # seconds of history behind the rate: cells may take minutes


@contextmanager
def progress_bar(
    done: int, total: int, show: bool | None = None
) -> Iterator[Callable[[int], None]]:
    """Give a function that is told how many more cells are finished.

    show: None means only when standard error is a terminal.
    """
    if not (sys.stderr.isatty() if show is None else show):
        yield lambda more: None
        return
    from rich import progress as rich
    from rich.console import Console

    with rich.Progress(
        rich.TextColumn("sweep"),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TextColumn("{task.fields[rate]}"),
        rich.TimeRemainingColumn(),
        rich.TextColumn("left"),
        console=Console(stderr=True),
        speed_estimate_period=_MEMORY,
    ) as bar:
        task = bar.add_task("sweep", total=total, completed=done, rate="")

        def advance(more: int) -> None:
            bar.update(task, advance=more)
            bar.update(task, rate=rate(bar.tasks[0].speed))

        yield advance


def rate(per_second: float | None) -> str:
    """Write a rate in cells a second, minute or hour, whichever is at least one."""
    if not per_second:
        return ""
    if per_second >= 1:
        return f"{per_second:.3g} cells/s"
    if per_second * 60 >= 1:
        return f"{per_second * 60:.3g} cells/min"
    return f"{per_second * 3600:.3g} cells/h"
