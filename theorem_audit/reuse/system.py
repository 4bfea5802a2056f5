"""Files that hold nothing, and say something else each time: what the system tells of itself, and devices."""

from __future__ import annotations

SYSTEM, DEVICES, MEMORY = ("/proc/", "/sys/"), "/dev/", "/dev/shm/"
STEADY = frozenset(("/dev/null", "/dev/zero", "/dev/full"))  # say the same each time


def says_otherwise(path: str) -> bool:
    """Whether a file that is opened, or a folder that is listed, may say something else the next time.

    >>> [says_otherwise(x) for x in ("/proc/uptime", "/dev/urandom", "/dev/null", "/dev/shm/file")]
    [True, True, False, False]
    """
    return path.startswith(SYSTEM) or (is_device(path) and path not in STEADY)


def is_device(path: str) -> bool:
    """Whether a path is of a device: a file in memory is none.

    >>> [is_device(x) for x in ("/dev/tty", "/dev/shm/file")]
    [True, False]
    """
    return path.startswith(DEVICES) and not path.startswith(MEMORY)


__all__ = ["STEADY", "is_device", "says_otherwise"]
