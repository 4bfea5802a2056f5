"""The entry point for pytest: cheap until a project of ours is found, then ``pytest_evidence``.

Where the working directory lies in no project with ``[tool.theorem-audit]`` nothing is imported, no option
is added and nothing happens.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Generator
from typing import Any

import pytest

from theorem_audit.project import Project, ProjectError, find, use

MARKS = (
    "claim(id): evidence for the claim of that id (theorem-audit)",
    "kind(name): evidence of that kind: symbolic, certificate, simulation, ... (theorem-audit)",
    "slow: evidence that `audit run --quick` leaves out (theorem-audit)",
)

ENDING = pytest.StashKey[Any]()  # how the process ends, where that is a project's session


def _found(*start: object) -> Project | None:
    try:
        return find(*start)  # type: ignore[arg-type]
    except ProjectError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--audit-json FILE`` and ``--audit-seed N``, within a project."""
    if _found() is not None:
        from theorem_audit import at_exit

        at_exit.install()  # before a file of tests has it by name
        group = parser.getgroup("audit", "weighing evidence")
        group.addoption("--audit-json", metavar="FILE", help="write the ledger of this run as JSON")
        group.addoption(
            "--audit-seed", type=int, default=0, help="seed of all evidence (default 0)"
        )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks, and the part that runs evidence where there is a project."""
    here = _found(config.rootpath) or _found()
    if here is None:
        return
    for line in MARKS:
        config.addinivalue_line("markers", line)
    use(here)
    from theorem_audit import pytest_evidence
    from theorem_audit.errors import BadUsage
    from theorem_audit.usage import checked_target

    if (target := config.getoption("--audit-json", None)) is not None:
        try:
            checked_target(Namespace(command="pytest", json=target))
        except BadUsage as error:
            raise pytest.UsageError(str(error).replace("--json", "--audit-json", 1)) from error
    if (seed := config.getoption("--audit-seed", 0)) < 0:
        raise pytest.UsageError(f"--audit-seed {seed}: an integer >= 0")
    pytest_evidence.start(config)
    config.pluginmanager.register(pytest_evidence, "theorem-audit-evidence")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, Any, Any]:
    """What the session comes to is what the process ends with."""
    if (_found(config.rootpath) or _found()) is None:
        return (yield)
    from theorem_audit import at_exit

    ending, code = config.stash.setdefault(ENDING, at_exit.Ending()), 1
    try:
        said = yield
        code = int(said or 0)
    except SystemExit as left:
        raise SystemExit(1) from left  # nobody but what was left running raises it here
    finally:
        ending.finish(code)
    return said
