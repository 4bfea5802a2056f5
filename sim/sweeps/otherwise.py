"""What gives another value each time, in another process or on another machine: the one list of it.

A cell whose numbers hang on any of this would keep its first ones for ever.  Of three sorts: what does so
whenever it is called, what does so where it is not told a seed or an hour, and what draws from a stream that
all share, until that is seeded.  A name that a module does not have (of an older Python) counts for nothing.
"""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import numpy as np

# The environment's variables: whatever is called so is asked for.
ASKS = frozenset(("environ", "environb", "getenv", "getenvb"))
EACH_TIME: dict[str, tuple[str, ...]] = {
    "datetime": (
        "date.fromtimestamp", "date.today", "datetime.astimezone", "datetime.fromtimestamp", "datetime.now",
        "datetime.timestamp", "datetime.today", "datetime.utcnow",
    ),
    "getpass": ("getuser",),
    "locale": ("getdefaultlocale", "getencoding", "getlocale", "getpreferredencoding", "localeconv"),
    "multiprocessing": ("active_children", "cpu_count", "current_process", "parent_process"),
    "os": (
        *sorted(ASKS), "cpu_count", "getegid", "geteuid", "getgid", "getgroups", "getloadavg", "getlogin",
        "getpgid", "getpgrp", "getpid", "getppid", "getpriority", "getrandom", "getsid", "getuid",
        "process_cpu_count", "sched_getaffinity", "sysconf", "times", "uname", "urandom",
    ),
    "platform": (
        "architecture", "freedesktop_os_release", "libc_ver", "machine", "node", "platform", "processor",
        "release", "system", "uname", "version",
    ),
    "random": ("SystemRandom",),
    "resource": ("getrlimit", "getrusage"),
    "secrets": (
        "SystemRandom", "choice", "randbelow", "randbits", "token_bytes", "token_hex", "token_urlsafe",
    ),
    "socket": ("getfqdn", "gethostbyname", "gethostname"),
    "sys": ("argv", "orig_argv"),
    "threading": ("get_ident", "get_native_id"),
    "time": (
        "clock_gettime", "clock_gettime_ns", "ctime", "localtime", "mktime", "monotonic", "monotonic_ns",
        "perf_counter", "perf_counter_ns", "process_time", "process_time_ns", "thread_time", "thread_time_ns",
        "time", "time_ns",
    ),
    "uuid": ("getnode", "uuid1", "uuid4", "uuid6", "uuid7"),
}  # fmt: skip
# What goes by one of its arguments, by place and by name; without it, or with None, by chance or by the hour.
NEEDS: dict[str, dict[str, tuple[int, str]]] = {
    "time": {"asctime": (0, ""), "gmtime": (0, ""), "strftime": (1, "")},
    "random": {"Random": (0, "x"), "seed": (0, "a")},
    "numpy.random": {
        "SeedSequence": (0, "entropy"),
        **dict.fromkeys((
            "MT19937", "PCG64", "PCG64DXSM", "Philox", "RandomState", "SFC64", "default_rng", "seed",
        ), (0, "seed")),
    },
}  # fmt: skip
_SOWS = frozenset(("seed", "set_state", "setstate"))


def each_time() -> dict[int, Any]:
    """What EACH_TIME names of the modules that are there, by its address."""
    return {id(x): x for name, words in EACH_TIME.items() for x in _named(name, words)}


def needs() -> dict[int, tuple[Any, int, str]]:
    """What NEEDS names: each with the place and the name of its argument, by its address."""
    return {
        id(x): (x, *NEEDS[name][word])
        for name, words in NEEDS.items()
        for word in words
        for x in _named(name, (word,))
    }


def shared() -> dict[int, tuple[Any, str, bool]]:
    """What draws from a stream that all share, by its address: the stream, and whether it seeds that."""
    drawn = {
        "random": [x for x, one in vars(random).items() if getattr(one, "__self__", None) is random._inst],
        "numpy.random": [
            x for x in np.random.__all__
            if not isinstance(vars(np.random)[x], type) and x != "default_rng"
        ],
    }  # fmt: skip
    return {
        id(x): (x, stream, word in _SOWS)
        for stream, words in drawn.items()
        for word in words
        for x in _named(stream, (word,))
    }


def module(name: str) -> Any:
    """A module that is there, or stands in the lists; None for another."""
    if name not in sys.modules and name in EACH_TIME:
        try:
            importlib.import_module(name)
        except ImportError:
            return None  # not on this system
    return sys.modules.get(name)


def _named(name: str, words: tuple[str, ...]) -> Iterator[Any]:
    """What a module that is there calls so; a method as its class holds it."""
    for word in words if name in sys.modules else ():
        above, _, last = word.rpartition(".")
        try:
            of = attrgetter(above)(sys.modules[name]) if above else sys.modules[name]
        except AttributeError:
            continue
        if last in vars(of):
            yield vars(of)[last]


__all__ = ["ASKS", "EACH_TIME", "NEEDS", "each_time", "module", "needs", "shared"]
