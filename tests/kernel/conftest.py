"""One court of Coq for all tests of the kernel: its checker takes seconds to compile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kernel_tools import KeptCourt, kept_court


@pytest.fixture(scope="session")
def court() -> Iterator[KeptCourt]:
    with kept_court() as found:
        yield found
