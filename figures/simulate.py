"""``audit simulate`` and ``audit sweep``: the simulator from the command line."""

from __future__ import annotations

import argparse
import importlib
import itertools
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from sim import simulate, sweep
from sim.observe import NAMED
from sim.problems.autoencoder_cell import LEAST, uniform_start
from sim.sweeps.observables import functions, observed
from sim.sweeps.store import StoreError
from sim.sweeps.sweep import SweepError
from theorem_audit.usage import BadUsage, emit, seed_of

OBSERVED = ("excess_loss", "r2", "participation_ratio", "max_share")
LARGEST = 1e100  # radius; its square and fourth power stay finite or overflow to a diverged run
TABLE = "seed,row,"  # in the head of the table that --csv writes
RECORDS = 200  # points of a recorded path, for the table and the plot


def add_model_options(sub: argparse.ArgumentParser, *, many: bool) -> None:
    """The options that say what to simulate; with ``many``, lists of values."""
    more: dict[str, Any] = {"nargs": "+"} if many else {}
    sub.add_argument("--n", type=int, required=True, help="data points", **more)
    sub.add_argument("--d", type=int, help="ambient dimension (default n)", **more)
    sub.add_argument("--b", "--batch-size", dest="b", type=int, required=True,
                     help="batch size, 1..n", **more)  # fmt: skip
    step = sub.add_mutually_exclusive_group(required=True)
    step.add_argument("--step-size", type=float, help="eta > 0; a = eta/b", **more)
    step.add_argument("--a", type=float, help="eta/b > 0, in the step size's place", **more)
    sub.add_argument("--steps", type=int, default=10_000, help="steps (default 10000)")
    sub.add_argument("--runs", type=int, default=100, help="independent runs (default 100)")
    sub.add_argument("--radius", type=float, default=1.0, help="||w(0)|| (default 1)", **more)
    sub.add_argument("--activation", default="linear", help="linear or relu (default linear)")
    sub.add_argument(
        "--sampling",
        default="uniform",
        help="uniform, replacement, cyclic or reshuffled (default uniform)",
    )


def run_simulate(args: argparse.Namespace, seed: int) -> dict[str, Any]:
    """Simulate from starts uniform on the sphere of ``args.radius``; the recorded medians.

    Raises ValueError or TypeError, naming the argument, for bad settings.
    """
    d = args.n if args.d is None else args.d
    step_size = args.step_size if args.a is None else args.a * args.b
    for name, low in (("n", 1), ("runs", 1), ("steps", 1)):
        if getattr(args, name) < low:
            raise ValueError(f"--{name} {getattr(args, name)}: at least {low}")
    if d < args.n:
        raise ValueError(f"--d {d}: at least n = {args.n}, for orthonormal data")
    if not (LEAST <= args.radius <= LARGEST):  # below, its square is 0: each run would start dead
        raise ValueError(
            f"--radius {args.radius}: a finite number > 0, from {LEAST:g} to {LARGEST:g}"
        )
    if args.plot:
        _plot_ending(args.plot)
    stream = np.random.SeedSequence(seed)
    start, batches = stream.spawn(2)
    q, rho = uniform_start(np.random.default_rng(start), args.runs, args.n, d, args.radius)
    every = max(1, args.steps // RECORDS)
    result = simulate(
        q, rho, batch_size=args.b, step_size=step_size, steps=args.steps, seed=batches,
        activation=args.activation, sampling=args.sampling, observe=OBSERVED, every=every,
    )  # fmt: skip
    left = np.isfinite(np.stack([*result.recorded.values()])).all(axis=0)  # (records, runs)
    quantiles = {name: _quantiles(rows, left) for name, rows in result.recorded.items()}
    return {
        "n": args.n, "d": d, "batch_size": args.b, "step_size": step_size, "steps": args.steps,
        "runs": args.runs, "radius": args.radius, "activation": args.activation,
        "sampling": args.sampling, "seed": seed, "dead": int(result.dead.sum()),
        "diverged": int(result.diverged.sum()), "recorded_steps": result.recorded_steps.tolist(),
        "finite_runs": left.sum(axis=1).tolist(),
        "quantiles_10_50_90": quantiles,
    }  # fmt: skip


def _quantiles(rows: Any, left: Any) -> list[list[float]]:
    """10 %, 50 % and 90 % over the runs that are left at each record; nan where none is."""
    found = [
        np.quantile(row[here], [0.1, 0.5, 0.9]) if here.any() else np.full(3, np.nan)
        for row, here in zip(rows, left, strict=True)
    ]
    return [x.tolist() for x in np.transpose(found)]


def _plot_ending(plot: str) -> None:
    """Refuse a plot in a format that cannot be written, before anything is run."""
    from matplotlib.figure import Figure

    known = Figure().canvas.get_supported_filetypes()
    ending = Path(plot).suffix.lower().removeprefix(".")
    if ending not in known:
        raise ValueError(f"--plot {plot}: the ending must be one of {', '.join(sorted(known))}")


def print_simulation(data: dict[str, Any], console: Console) -> None:
    """Median and 10-90 % range of each observable at about a dozen steps."""
    steps, left = data["recorded_steps"], data["finite_runs"]
    some_lost = min(left) < data["runs"]  # then each row says of how many it speaks
    table = Table("step", *(["runs"] * some_lost), *OBSERVED, box=None)
    chosen = sorted({round(x) for x in np.linspace(0, len(steps) - 1, 11)})
    for index in chosen:
        cells = []
        for name in OBSERVED:
            low, middle, high = (row[index] for row in data["quantiles_10_50_90"][name])
            cells.append(f"{middle:.4g} [{low:.3g}, {high:.3g}]")
        table.add_row(str(steps[index]), *([str(left[index])] * some_lost), *cells)
    whom = f"the runs that are finite, of {data['runs']}" if some_lost else f"{data['runs']} runs"
    console.print(f"median [10 %, 90 %] of {whom}; excess loss: above the smallest possible")
    console.print(table, markup=False)
    for name in ("dead", "diverged"):
        if data[name]:
            console.print(f"{name}: {data[name]} of {data['runs']} runs")


def plot_simulation(data: dict[str, Any], path: Path) -> None:
    """Draw the observables over time into ``path`` (the ending says the format)."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from theorem_audit.report.drawing import BLUE, STYLE, save

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.4, 5))
        for axis, name in zip(figure.subplots(2, 2).flat, OBSERVED, strict=True):
            low, middle, high = data["quantiles_10_50_90"][name]
            axis.plot(data["recorded_steps"], middle, color=BLUE)
            axis.fill_between(data["recorded_steps"], low, high, color=BLUE, alpha=0.2, lw=0)
            axis.set(title=name.replace("_", " "), xlabel="step")
            if lost := data["runs"] - min(data["finite_runs"]):
                axis.set_title(
                    f"{axis.get_title()}, without {lost} of {data['runs']} runs that left"
                )
            if name == "excess_loss" and min(low) > 0:
                axis.set_yscale("log")
        figure.tight_layout()
        save(figure, path)


def run_sweep(args: argparse.Namespace) -> list[dict[str, Any]]:
    """The grid over the listed values; one row per cell with the medians at the end."""
    axes = {
        "n": args.n, "batch_size": args.b, "step_size": args.step_size or args.a, "radius": args.radius,
        "steps": args.steps, "runs": args.runs, "activation": args.activation,
        "sampling": args.sampling, "d": args.d,
        "observe": [[_observable(x) for x in args.observe]],
    }  # fmt: skip
    lists = [x if isinstance(x, list) else [x] for x in axes.values()]
    grid = [dict(zip(axes, x, strict=True)) for x in itertools.product(*lists)]
    if args.a is not None:  # the axis is a: each batch size has its own step sizes
        for settings in grid:
            settings["step_size"] *= settings["batch_size"]
    if args.csv:
        _own_table(Path(args.csv))
    cells = sweep(grid, seeds=args.seeds, store=args.store, workers=args.workers)
    if args.csv:
        cells.to_csv(args.csv, tidy=True)
    return [
        {**row.settings, "seed": row.seed,
         **{name: float(np.median(row.values[name])) for name in functions(row.settings["observe"])}}
        for row in cells
    ]  # fmt: skip


def _own_table(path: Path) -> None:
    """ValueError, before the work, where a table is there that no sweep wrote: it would be lost."""
    if path.is_file():
        with path.open(encoding="utf-8", errors="replace") as file:
            head = file.readline()
        if head and TABLE not in head:
            raise ValueError(
                f"--csv {path}: it is there, and no table of a sweep; it would be lost"
            )


def _observable(name: str) -> str:
    """An observable's name; ``module:function`` as a sweep's settings need it."""
    if ":" not in name or "@" in name:
        return name
    module, _, function = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"--observe {name}: {error}") from error
    return observed(found)


def print_sweep(rows: list[dict[str, Any]], console: Console) -> None:
    """The cells as a table."""
    found = functions(rows[0]["observe"])
    names = ["n", "batch_size", "step_size", "radius", "seed", *found]
    table = Table(*names, box=None)
    for row in rows:
        table.add_row(*(f"{row[name]:.4g}" for name in names))
    console.print(table)


def as_json(data: Any) -> Any:
    """Data with NaN as null, so that the JSON is JSON."""
    text = json.dumps(data)
    return json.loads(text, parse_constant=lambda _: None)


def add_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Declare the commands on the parser that the tool builds."""
    one_run = command("simulate", "run SGD on the autoencoder and print what it did", ids=None)
    add_model_options(one_run, many=False)
    one_run.add_argument("--seed", default="0", help="an integer >= 0, or 'random' (default 0)")
    one_run.add_argument("--plot", metavar="FILE", help="draw the observables over time")
    grid = command("sweep", "a grid of settings, resumable; lists of values are its axes", ids=None)
    add_model_options(grid, many=True)
    grid.add_argument("--seeds", type=int, default=1, help="seeds per setting (default 1)")
    grid.add_argument(
        "--observe", nargs="+", default=list(OBSERVED), metavar="NAME",
        help=f"what is recorded at the last step: {', '.join(NAMED)}, or module:function "
        f"of your own, of a sim.engine.state.State (default: {' '.join(OBSERVED)})",
    )  # fmt: skip
    grid.add_argument("--store", required=True, metavar="FILE", help="SQLite file; kept, resumed")
    grid.add_argument("--csv", metavar="FILE", help="write every run of every cell as a row of CSV")
    grid.add_argument("--workers", type=int, help="processes (default: cores)")
    one_run.set_defaults(handler=_simulate)
    grid.set_defaults(handler=_sweep)


def _simulate(args: argparse.Namespace, console: Console) -> int:
    try:
        data = run_simulate(args, seed_of(args.seed))
    except (ValueError, TypeError) as error:
        raise BadUsage(str(error)) from error
    except ArithmeticError as error:
        raise BadUsage(f"the numbers are too large: {error}") from error
    except MemoryError as error:
        raise BadUsage(f"there is not the memory for it: {error}") from error
    if args.json:
        emit(as_json(data), args.json)
    else:
        print_simulation(data, console)
    if args.plot:  # last: where it cannot be written, the numbers are out
        plot_simulation(data, Path(args.plot))
        console.print(f"written: {args.plot}", markup=False, soft_wrap=True)
    return 0


def _sweep(args: argparse.Namespace, console: Console) -> int:
    try:
        rows = run_sweep(args)
    except (ValueError, TypeError, OverflowError, StoreError) as error:
        raise BadUsage(str(error)) from error
    except MemoryError as error:
        raise BadUsage(f"there is not the memory for it: {error}") from error
    except (SweepError, sqlite3.Error) as error:
        Console(stderr=True).print(f"audit: {error}", markup=False, style="red")
        return 1
    if args.json:
        emit(as_json(rows), args.json)
    else:
        print_sweep(rows, console)
        console.print(
            f"kept in {args.store}: the same call reads them there", markup=False, soft_wrap=True
        )
    if args.csv:
        console.print(f"written: {args.csv}", markup=False, soft_wrap=True)
    return 0
