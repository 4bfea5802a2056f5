"""What all tests of this checkout need of the process they run in, and which of them wait for CI."""

import gc
import os
import signal

import pytest

from theorem_audit.tests.measured import end_gently, measured
from theorem_audit.tests.thorough import turn_of
from theorem_audit.weigh.apart import settle

end_gently()
os.environ.setdefault("OMP_NUM_THREADS", "1")  # as `audit run` has it: a worker has one core

# A shell that starts the tests in the background has SIGINT ignored, and every process started from
# here would inherit that: the tests of interrupts would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ASKED = os.environ.get("THOROUGH", "")
try:
    RUN = turn_of(ASKED)
except ValueError as error:
    raise pytest.UsageError(str(error)) from error


WAITS = {
    "thorough": "thorough: a few of its kind are run (THOROUGH=1 make test runs it, CI by turns)",
    "in_ci": "in_ci: others of its kind are run (THOROUGH=1 make test runs it, CI for every commit)",
}


def _waits_as(item: pytest.Item) -> str | None:
    """The mark for which a test is left out; evidence of a claim always runs."""
    if item.get_closest_marker("kind"):
        return None
    runs = {"thorough": RUN(item.nodeid), "in_ci": bool(ASKED) or measured()}
    return next((x for x in WAITS if item.get_closest_marker(x) and not runs[x]), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out, with the reason, what is not asked for."""
    for item in items:
        if (mark := _waits_as(item)) is not None:
            item.add_marker(pytest.mark.skip(reason=WAITS[mark]))


def pytest_collection_finish() -> None:
    """What was imported stays to the end: no collector walks through it again."""
    gc.collect()
    settle()
