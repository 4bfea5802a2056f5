"""``audit stability`` and ``audit design``: which step sizes keep a trained model's minimum."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from sim import Gram, almost_sure_threshold, design, mean_square_threshold
from sim.problems.exponents import enough
from sim.problems.gram import memory
from sim.problems.gram_design import Window, batch_sizes
from sim.problems.gram_input import agree, read
from sim.problems.printed import at_least, at_most
from theorem_audit.usage import BadUsage, emit, seed_of

RUNS, EPOCHS, LEVEL = 48, 1000, 0.99
DECADES = 100.0  # thresholds spread wider than this are drawn on a logarithmic axis


def table(
    K: Any, batch_size: Iterable[int] | None = None, *, almost_sure: bool = True,
    sampling: str = "uniform", runs: int = RUNS, epochs: int = EPOCHS, seed: Any = 0,
    progress: Any = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Both thresholds for each batch size (default 1, 2, 4, ..., N), as rows for `render` and `plot`.

    K: as in ``sim.mean_square_threshold``. Each row: batch_size, mean_square (an enclosure),
    almost_sure (an interval of level 99 %, or None), sample and share of the one that carries most.
    """
    gram = read(K)
    sizes = batch_sizes(gram.samples) if batch_size is None else list(batch_size)
    enclosed = mean_square_threshold(gram, batch_size=sizes, sampling=sampling, progress=progress)
    rows = []
    for b, found in zip(sizes, enclosed, strict=True):
        row: dict[str, Any] = {
            "batch_size": b, "mean_square": [found.low, found.high], "almost_sure": None,
            "sample": int(found.perron.argmax()), "share": float(found.perron.max()),
        }  # fmt: skip
        if almost_sure and math.isfinite(found.high):
            paths = almost_sure_threshold(
                gram, batch_size=b, sampling=sampling, runs=runs, epochs=epochs, seed=seed, level=LEVEL,
                progress=progress,
            )  # fmt: skip
            row["almost_sure"] = [paths.low, paths.high]
        rows.append(row)
    return rows


def render(rows: Sequence[Mapping[str, Any]]) -> Table:
    """The rows as a table for the terminal."""
    shown = Table(
        "batch size", "mean square below", "paths leave above", "most unstable sample", box=None
    )
    for row in rows:
        low, high = row["mean_square"]
        digits = (
            12
            if not math.isfinite(high)
            else max(4, min(12, 1 - math.floor(math.log10(_gap(row)))))
        )
        paths = "-" if row["almost_sure"] is None else _interval(*row["almost_sure"])
        shown.add_row(
            str(row["batch_size"]),
            at_most(low, digits),
            paths,
            f"{row['sample']} ({row['share']:.1%})",
        )
    return shown


def _interval(low: float, high: float) -> str:
    return f"{at_most(low)} to {at_least(high)}"


def _gap(row: Mapping[str, Any]) -> float:
    low, high = row["mean_square"]
    return float(max((high - low) / high, 1e-12))


def plot(rows: Sequence[Mapping[str, Any]], path: str | Path) -> None:
    """Draw both thresholds over the batch size into ``path`` (the ending says the format)."""
    import matplotlib as mpl

    from theorem_audit.report.drawing import STYLE, save

    with mpl.rc_context(STYLE):
        save(drawn(rows), Path(path))


def drawn(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Both thresholds over the batch size, as a Matplotlib figure."""
    from matplotlib.figure import Figure

    from theorem_audit.report.drawing import BLUE, ORANGE

    figure = Figure(figsize=(6, 4))
    axis = figure.subplots()
    sizes = [row["batch_size"] for row in rows]
    upper = [row["mean_square"][1] for row in rows]
    axis.plot(sizes, upper, "o-", color=BLUE, label="mean square")
    known = [row for row in rows if row["almost_sure"] is not None]
    if known:
        low, high = np.array([row["almost_sure"] for row in known]).T
        axis.errorbar(
            [row["batch_size"] for row in known], (low + high) / 2, yerr=(high - low) / 2,
            fmt="s--", color=ORANGE, capsize=3, label="almost sure (99 %)",
        )  # fmt: skip
    axis.set(xscale="log", xlabel="batch size", ylabel="step size")
    if max(upper) > DECADES * min(upper):  # over less, a logarithmic axis would carry no number
        axis.set_yscale("log")
    axis.set_xticks(sizes, [str(b) for b in sizes], minor=False)
    axis.minorticks_off()
    axis.legend()
    figure.tight_layout()
    return figure


def available() -> int:
    """Bytes of memory that are free for use, from the kernel; 0 where it does not say."""
    info = Path("/proc/meminfo")
    lines = info.read_text().splitlines() if info.exists() else []
    found = [int(x.split()[1]) * 1024 for x in lines if x.startswith("MemAvailable")]
    return found[0] if found else 0


def load(name: str, jacobian: bool, outputs: int, console: Console) -> Gram:
    """Read an ``.npy`` file as a Gram matrix; says what it takes before any work; BadUsage if too
    much."""
    try:
        array = np.load(name, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise BadUsage(f"{name}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # NumPy's words advise to trust the file
        raise BadUsage(f"{name}: no array of numbers as numpy.save writes it") from error
    if not isinstance(array, np.ndarray):
        raise BadUsage(f"{name}: an archive of several arrays; write one with numpy.save")
    if array.ndim not in (2, 3, 4):
        raise BadUsage(
            f"{name}: shape {array.shape}; a Jacobian (N, p), (N, k, p) or K (N, N), (N, k, N, k)"
        )
    size = array.shape[0] * (array.shape[1] if array.ndim > 2 else 1)
    wide = array.shape[-1] if jacobian or array.ndim == 3 or array.shape[-1] != size else 0
    wide = 0 if array.ndim == 4 else wide
    need, free = memory(size, 1, wide) if size else 0, available()
    if free:
        # the largest n with square n^2 + beside n <= free
        square, beside = memory(1), memory(1, 1, wide) - memory(1)
        most = (math.isqrt(beside**2 + 4 * square * free) - beside) // (2 * square)
        console.print(
            f"{name}: {size} residuals need {need / 1e9:.2g} GB at the peak; up to {most:,} fit "
            f"in memory",
            markup=False, soft_wrap=True,
        )  # fmt: skip
        if need > free:
            raise BadUsage(f"{name}: {size} residuals do not fit; at most {most}")
    try:
        if jacobian:
            agree("J", outputs, array.shape[1] if array.ndim == 3 else 1)
            return Gram.from_jacobian(array)
        return read(np.asarray(array), outputs)
    except (ValueError, TypeError) as error:
        raise BadUsage(f"{name}: {error}") from error


def _options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--batch-size", "--b", dest="batch_size", type=int, nargs="+", metavar="B",
                     help="default 1, 2, 4, ..., N")  # fmt: skip
    sub.add_argument("--jacobian", action="store_true",
                     help="the file holds a Jacobian even if it is square")  # fmt: skip
    sub.add_argument("--outputs", type=int, default=1, help="outputs a sample, for K of size N k")
    sub.add_argument("--sampling", default="uniform", help="uniform or replacement")
    sub.add_argument(
        "--runs", type=int, default=RUNS, help=f"runs a step size, 16 or more (default {RUNS})"
    )
    sub.add_argument("--epochs", type=int, default=EPOCHS, help=f"epochs a run (default {EPOCHS})")
    sub.add_argument("--seed", default="0", help="an integer >= 0, or 'random' (default 0)")


def add_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Declare both commands on the parser that the tool builds."""
    text = "step sizes that keep a trained model's minimum, for every batch size"
    one = command("stability", text, ids=None)
    one.add_argument(
        "file", metavar="J.npy", help="the Jacobian (N, p) or (N, k, p), or its Gram matrix"
    )
    _options(one)
    one.add_argument(
        "--no-runs", action="store_true", help="mean square only: no almost-sure threshold"
    )
    one.add_argument("--plot", metavar="FILE", help="draw the thresholds")
    one.set_defaults(handler=_stability)
    text = "step sizes that keep the minimum A and leave the minimum B"
    two = command("design", text, ids=None)
    two.add_argument("keep", metavar="A.npy", help="the minimum to keep")
    two.add_argument("leave", metavar="B.npy", help="the minimum to leave")
    _options(two)
    two.set_defaults(handler=_design)


def _progress(console: Console) -> Any:
    return lambda line: console.print(line, markup=False, style="dim")


def _drawable(name: str) -> None:
    """Raise BadUsage, before any work, for a picture's ending that nothing can write."""
    from matplotlib.figure import Figure

    known, ending = Figure().canvas.get_supported_filetypes(), Path(name).suffix[1:].lower()
    if ending not in known:
        raise BadUsage(f"--plot {name}: ending must be one of {', '.join(sorted(known))}")


def _countable(args: argparse.Namespace) -> None:
    """Raise BadUsage, before any work, for what is asked for only after the thresholds of mean squares."""
    seed_of(args.seed)
    if not getattr(args, "no_runs", False):
        try:
            enough(args.runs, args.epochs)
        except ValueError as error:
            raise BadUsage(str(error)) from error


def _stability(args: argparse.Namespace, console: Console) -> int:
    quiet = Console(stderr=True)
    if args.plot:
        _drawable(args.plot)
    _countable(args)
    gram = load(args.file, args.jacobian, args.outputs, quiet)
    try:
        rows = table(
            gram, args.batch_size, almost_sure=not args.no_runs, sampling=args.sampling, runs=args.runs,
            epochs=args.epochs, seed=seed_of(args.seed), progress=_progress(quiet),
        )  # fmt: skip
    except (ValueError, TypeError) as error:
        raise BadUsage(str(error)) from error
    if args.json:
        emit({"samples": gram.samples, "outputs": gram.outputs, "rank": gram.rank,
              "level": LEVEL, "rows": _finite(rows)}, args.json)  # fmt: skip
    else:
        console.print(render(rows))
    if args.plot:  # last: where it cannot be written, the numbers are out
        plot(rows, args.plot)
        console.print(f"written: {args.plot}", markup=False, soft_wrap=True)
    return 0


def _design(args: argparse.Namespace, console: Console) -> int:
    quiet = Console(stderr=True)
    _countable(args)
    kept, left = (load(x, args.jacobian, args.outputs, quiet) for x in (args.keep, args.leave))
    try:
        windows = design(
            keep=[kept], leave=[left], batch_size=args.batch_size, sampling=args.sampling,
            runs=args.runs, epochs=args.epochs, seed=seed_of(args.seed), level=LEVEL,
            progress=_progress(quiet),
        )  # fmt: skip
    except (ValueError, TypeError) as error:
        raise BadUsage(str(error)) from error
    if args.json:
        emit([_window(x) for x in windows], args.json)
    else:
        for window in windows:
            console.print(str(window), markup=False, soft_wrap=True)
    return 0


def _window(window: Window) -> dict[str, Any]:
    row = {
        "batch_size": window.batch_size, "tame": window.tame, "paths": window.paths,
        "keeps_below": window.keeps_below, "paths_below": window.paths_below,
        "leaves_above": window.leaves_above, "level": window.level, "rigorous": window.rigorous,
        "measured": list(window.measured), "says": str(window),
    }  # fmt: skip
    return _finite([row])[0]


def _finite(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows with infinity (K = 0: no step size leaves) as null, so that the JSON is JSON."""

    def said(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [said(x) for x in value]
        return None if isinstance(value, float) and not math.isfinite(value) else value

    return [{k: said(v) for k, v in row.items()} for row in rows]
