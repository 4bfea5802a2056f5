"""numba's compiler, with a cache where there is room for one, and a word before the first compilation."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from numba import njit  # type: ignore[import-not-found, import-untyped, unused-ignore]

LOG = logging.getLogger("sim")
_READY: set[Any] = set()  # known to be compiled: asking costs ten microseconds


def jit(**options: Any) -> Callable[[Any], Any]:
    """Compile without the interpreter's lock; keep the result beside the source or in the user's cache.

    numba raises RuntimeError where neither can be written (a read-only checkout without a home): then
    each process compiles for itself.
    """

    def made(function: Any) -> Any:
        try:
            return njit(cache=True, nogil=True, **options)(function)
        except RuntimeError as error:
            LOG.debug("%s: nothing is kept (%s)", function.__qualname__, error)
            return njit(nogil=True, **options)(function)

    return made


def kept(function: Any) -> bool:
    """Say whether an earlier compilation of a `jit` function lies in the cache, or one is done here."""
    place = function.stats.cache_path
    if function.signatures:
        return True
    if place is None:
        return False
    source = Path(function.py_func.__code__.co_filename).stem
    return any(Path(place).glob(f"{source}.{function.py_func.__qualname__}-*.nbi"))


def announce(functions: Collection[Any]) -> bool:
    """Say on the log "sim" if one of these is to be compiled first; give whether it was said."""
    missing = [x for x in functions if x not in _READY and not kept(x)]
    if not missing:
        _READY.update(functions)
        return False
    place = missing[0].stats.cache_path
    where = f"kept in {place}" if place else "nowhere to keep it: again in the next process"
    LOG.warning("backend 'numba': compiling, once, some seconds (%s)", where)
    return True
