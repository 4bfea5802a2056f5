"""Work that another process does meanwhile."""

import os
import signal
from pathlib import Path

import pytest

from theorem_audit.beside import beside
from theorem_audit.weigh.apart import FORKS

needs_two = pytest.mark.skipif(
    not FORKS or (os.cpu_count() or 1) < 2, reason="no fork here, or one processor alone"
)


@needs_two
def test_the_work_is_done_elsewhere_on_what_is_in_memory_here() -> None:
    numbers = [1, 2, 3]
    result = beside(lambda: (os.getpid(), sum(numbers)))
    numbers.append(4)
    pid, total = result()
    assert pid != os.getpid()
    assert total == 6


def test_what_the_work_raises_is_raised_where_its_result_is_asked_for(tmp_path: Path) -> None:
    def fail() -> None:
        with (tmp_path / "tries").open("a") as file:
            file.write("x")
        raise ValueError("no such page")

    result = beside(fail)
    with pytest.raises(ValueError, match="no such page"):
        result()
    assert (tmp_path / "tries").read_text().count("x") in (1, 2)


@needs_two
def test_work_whose_process_is_killed_is_done_here() -> None:
    here = os.getpid()

    def work() -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return os.getpid()

    assert beside(work)() == here
