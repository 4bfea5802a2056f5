"""What all tests of this checkout need of the process they run in, and which of them wait for CI."""

import gc
import os
import signal

import pytest

from theorem_audit.tests.measured import end_gently
from theorem_audit.tests.thorough import turn_of
from theorem_audit.weigh.apart import settle

end_gently()
os.environ.setdefault("OMP_NUM_THREADS", "1")  # as `audit run` has it: a worker has one core

# A shell that starts the tests in the background has SIGINT ignored, and every process started from
# here would inherit that: the tests of interrupts would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

try:
    RUN = turn_of(os.environ.get("THOROUGH", ""))
except ValueError as error:
    raise pytest.UsageError(str(error)) from error


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave them out, with the reason, unless they are asked for; evidence of a claim always runs."""
    skip = pytest.mark.skip(
        reason="thorough: a few of its kind are run (THOROUGH=1 make test runs it, CI by turns)"
    )
    for item in items:
        thorough = item.get_closest_marker("thorough") and not item.get_closest_marker("kind")
        if thorough and not RUN(item.nodeid):
            item.add_marker(skip)


def pytest_collection_finish() -> None:
    """What was imported stays to the end: no collector walks through it again."""
    gc.collect()
    settle()
