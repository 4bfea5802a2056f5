"""The report of a small ledger, and what this checkout reaches, made once a process: nobody edits them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from theorem_audit.reuse.keeper import Keeper


@pytest.fixture(scope="session")
def keeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keeper]:
    """What the definitions of this checkout reach; its sources are read once for all processes of a run."""
    from theorem_audit import project
    from theorem_audit.reuse.keeper import Keeper
    from theorem_audit.reuse.store import open_store

    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    store = open_store(base / "sources.sqlite", lambda _: None)
    yield Keeper(project.current(), store)
    store.close()


@pytest.fixture(scope="session")
def run_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of made-up outcomes, as a run writes it."""
    from tests.tool.ledgers import small_ledger

    target = tmp_path_factory.mktemp("run") / "audit.json"
    small_ledger().write(target)
    return target


@pytest.fixture(scope="session")
def run(run_file: Path) -> dict[str, Any]:
    """The same, as the report reads it."""
    from theorem_audit.report.load import load_run

    return load_run(run_file)


@pytest.fixture(scope="session")
def site(run: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its report, with the kept pictures."""
    from tests.tool import ROOT
    from theorem_audit.report.drawing import drawn
    from theorem_audit.report.site import write_site

    folder = tmp_path_factory.mktemp("site")
    write_site(run, folder, drawn(ROOT / "pictures"))
    return folder


pytest.register_assert_rewrite("tests.tool.tried_before")  # a helper's asserts tell as much
