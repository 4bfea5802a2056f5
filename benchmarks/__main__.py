"""Measure: `python -m benchmarks [--quick] [--cases 0 3] [--rounds N] [--keep FOLDER] [--seconds N]`.

With --keep each case is written into FOLDER and read again later, so that a run can be done in pieces: with
--seconds no piece is begun after so long, and the exit code is 2 until all are there.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.outputs import named, refuse_anothers, refuse_picture

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before numpy is imported

HERE = Path(__file__).parent


class Late(Exception):
    """No time is left to begin another piece."""


def kept(
    folder: Path | None, name: str, make: Callable[[], dict[str, Any]], until: float = float("inf")
) -> dict[str, Any]:
    """Give what lies in folder / name, or make it and leave it there; without a folder make it.

    until: the time after which it is not begun.
    """
    if folder is None:
        return make()
    path = folder / f"{name}.json"
    if not path.exists():
        if time.monotonic() > until:
            raise Late(name)
        made = make()
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(made))
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def settings_of(rounds: int, environment: dict[str, Any]) -> dict[str, Any]:
    """What pieces must share to be of one run."""
    return {
        "rounds": rounds,
        **{k: environment[k] for k in ("commit", "cpu", "python", "versions")},
    }


def another(folder: Path | None, rounds: int, environment: dict[str, Any]) -> str:
    """What the pieces in a folder were made with that is another now; empty where there is no such thing."""
    if folder is None:
        return ""
    if not (folder / "settings.json").exists():
        return "no settings.json says of which" if any(folder.glob("*.json")) else ""
    then = json.loads((folder / "settings.json").read_text())
    now = settings_of(rounds, environment)
    return next((f"{k}={then.get(k)}, now {now[k]}" for k in now if then.get(k) != now[k]), "")


def main() -> int:
    """Run the benchmarks; exit code 1 when a contender disagrees with ours."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three rounds, no growth curves")
    parser.add_argument(
        "--cases",
        type=int,
        nargs="+",
        help="numbers of cases, from 0, in the order of benchmarks/cases.py",
    )
    parser.add_argument("--rounds", type=int, default=7, help="interleaved rounds (default 7)")
    parser.add_argument("--no-growth", action="store_true", help="no growth curves")
    parser.add_argument("--keep", type=named, help="folder of pieces, read where they exist")
    parser.add_argument(
        "--out", type=named, default=HERE.parent / "build" / "benchmarks.json", help="the JSON"
    )
    parser.add_argument("--seconds", type=float, help="begin no piece after so long; needs --keep")
    options = parser.parse_args()
    if options.seconds is not None and options.keep is None:
        parser.error("--seconds needs --keep")
    try:
        return run(parser, options)
    except Late as late:
        print(f"{late} and what follows are not measured yet: run the same command again")
        return 2


def run(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    """Do what main's options say."""
    until = float("inf") if options.seconds is None else time.monotonic() + options.seconds
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else set()
    if cores:
        os.sched_setaffinity(0, {max(cores)})
    from benchmarks import cells, curves, report, scaling
    from benchmarks.cases import CASES
    from benchmarks.contenders import makers
    from benchmarks.measure import Disagreement, measure

    rounds = 3 if options.quick else options.rounds
    chosen = range(len(CASES)) if options.cases is None else options.cases
    if any(not 0 <= k < len(CASES) for k in chosen) or rounds < 1:
        parser.error(f"--cases go from 0 to {len(CASES) - 1}, --rounds from 1")
    refuse_anothers(parser, options.out, "environment cases")
    if not (options.quick or options.no_growth):
        refuse_picture(parser, options.out)
    # now, before anybody edits what is measured
    environment = report.environment()
    if said := another(options.keep, rounds, environment):
        parser.error(f"--keep {options.keep}: its pieces are of another run ({said})")
    kept(options.keep, "settings", lambda: settings_of(rounds, environment))
    environment = kept(options.keep, "environment", lambda: environment)
    found, absent = makers()
    results: list[dict[str, Any]] = []
    for k in chosen:
        print(f"case {k}: {CASES[k].name}", flush=True)
        try:
            results.append(
                kept(options.keep, f"{k}", lambda k=k: measure(CASES[k], found, rounds), until)  # type: ignore[misc]
            )
        except Disagreement as error:
            print(error)
            return 1
    growth = {}
    if not (options.quick or options.no_growth):
        growth = kept(options.keep, "growth", lambda: curves.growth(rounds), until)
    more = {}
    if not options.quick:
        more["cells"] = kept(options.keep, "cells", lambda: cells.measure(500, rounds), until)
    if not (options.quick or "numba" in absent):
        if cores:
            os.sched_setaffinity(0, cores)
        more["scaling"] = kept(
            options.keep, "scaling", lambda: scaling.measure([1, 2], rounds), until
        )
    summary = {
        "schema": report.SCHEMA,
        "environment": environment,
        "rounds": rounds,
        "absent": absent,
        "cases": results,
        "targets": report.targets(results, growth, **more),
        "growth": growth,
        **more,
    }
    print(report.table(summary))
    for path in report.write(summary, options.out):
        print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
