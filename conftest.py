"""What all tests of this checkout need of the process they run in, and which of them wait for CI."""

import gc
import os
import signal
from collections import Counter
from typing import Any

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
    "thorough": "thorough: a few of their kind are run (THOROUGH=1 make test runs them, CI by turns)",
    "in_ci": "in_ci: others of their kind are run (THOROUGH=1 make test runs them, CI for every commit)",
}
SELDOM = 100  # the collector looks through all once in so many times that it looks through some
LEFT_OUT = pytest.StashKey[dict[str, int]]()  # how many tests, by mark


def _waits_as(item: pytest.Item) -> str | None:
    """The mark for which a test is left out; evidence of a claim always runs."""
    if item.get_closest_marker("kind"):
        return None
    runs = {"thorough": RUN(item.nodeid), "in_ci": bool(ASKED) or measured()}
    return next((x for x in WAITS if item.get_closest_marker(x) and not runs[x]), None)


@pytest.hookimpl(trylast=True)  # of what -m, -k and --deselect leave
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not asked for, and count it; skip it where it is all there is."""
    waits = {item: mark for item in items if (mark := _waits_as(item)) is not None}
    if len(waits) == len(items):
        for item, mark in waits.items():
            item.add_marker(pytest.mark.skip(reason=WAITS[mark]))
        waits = {}
    if waits:
        items[:] = [item for item in items if item not in waits]
        config.hook.pytest_deselected(items=[*waits])
    config.stash[LEFT_OUT] = counts = dict(Counter(waits.values()))
    if hasattr(config, "workeroutput"):  # of xdist, whose workers print nothing
        config.workeroutput["left_out"] = counts


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What a worker of xdist left out, as each of them did, is printed here."""
    counts = getattr(node, "workeroutput", {}).get("left_out")  # a worker that died says nothing
    if counts is not None:
        node.config.stash[LEFT_OUT] = counts


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """How many tests were left out for each reason."""
    counts = config.stash.get(LEFT_OUT, None)
    if counts is None and config.getoption("numprocesses", None):
        terminalreporter.write_line(
            "no worker came to its end: how many tests were left out is not known"
        )
    for mark, count in sorted((counts or {}).items()):
        terminalreporter.write_line(f"left out: {count} tests, {WAITS[mark]}")


def pytest_collection_finish() -> None:
    """What was imported stays to the end, and so does most of what tests make: the collector walks through
    the former no more, and seldom through the latter."""
    gc.collect()
    settle()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, SELDOM)
