"""What all tests of this checkout need of the process they run in, and which of them wait for CI."""

import gc
import os
import signal

import pytest

from theorem_audit.tests.measured import end_gently
from theorem_audit.weigh.apart import settle

end_gently()
os.environ.setdefault("OMP_NUM_THREADS", "1")  # as `audit run` has it: a worker has one core

# A shell that starts the tests in the background has SIGINT ignored, and every process started from
# here would inherit that: the tests of interrupts would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

THOROUGH = bool(os.environ.get("THOROUGH"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave them out, with the reason, unless they are asked for; evidence of a claim always runs."""
    if THOROUGH:
        return
    skip = pytest.mark.skip(
        reason="thorough: a few of its kind are run (THOROUGH=1 make test runs it, CI does)"
    )
    for item in items:
        if item.get_closest_marker("thorough") and not item.get_closest_marker("kind"):
            item.add_marker(skip)


def pytest_collection_finish() -> None:
    """What was imported stays to the end: no collector walks through it again."""
    gc.collect()
    settle()
