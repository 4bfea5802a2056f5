"""The measurements as a table, as JSON and as a picture."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

SCHEMA = 3
DENSE = ("dense NumPy", "PyTorch closed form", "torch.func", "JAX grad")
JAX_IN_Q = ("JAX in q", "JAX in q, vmap")
LIMIT = "limit"  # of `benchmarks.limits`, as if it were a contender
GIVEN, COMPILED, COMPILED_GIVEN = (
    "ours, given batches",
    "ours, numba",
    "ours, numba, given batches",
)


class Target(NamedTuple):
    """`slow` shall take at least `least` times as long as `fast`, in every case it applies to.

    Of several names the fastest counts.
    """

    title: str
    slow: tuple[str, ...]
    fast: str
    least: float
    applies: Callable[[int, int], bool]


TARGETS = (
    Target("autograd loop >= 1000x ours", ("PyTorch autograd loop",), "ours", 1000, lambda n, b: True),
    Target(
        "best dense peer >= 50x ours, n >= 1000, b = 1",
        DENSE, "ours", 50, lambda n, b: n >= 1_000 and b == 1,
    ),
    Target(
        "all draw: JAX in q >= 1.5x ours, numba",
        ("JAX in q, drawing",), COMPILED, 1.5, lambda n, b: b < n,
    ),
    Target("b = n: JAX in q >= 1.5x ours, numba", ("JAX in q",), COMPILED, 1.5, lambda n, b: b == n),
    Target("b = n: JAX in q >= 1.0x ours", ("JAX in q",), "ours", 1, lambda n, b: b == n),
    Target("all draw: JAX in q >= 1.0x ours", ("JAX in q, drawing",), "ours", 1, lambda n, b: b < n),
    Target(
        "all draw: PyTorch in q >= 1.0x ours",
        ("PyTorch in q, drawing",), "ours", 1, lambda n, b: b < n,
    ),
    Target("all given: PyTorch in q >= 1.0x ours", ("PyTorch in q",), GIVEN, 1, lambda n, b: b < n),
    Target("b = n: PyTorch in q >= 1.0x ours", ("PyTorch in q",), "ours", 1, lambda n, b: b == n),
    Target("all given: JAX in q >= 1.5x ours, numba", JAX_IN_Q, COMPILED_GIVEN, 1.5, lambda n, b: b < n),
    Target("all given: JAX in q >= 1.0x ours", JAX_IN_Q, GIVEN, 1, lambda n, b: b < n),
    Target(
        "all draw: C kernel >= 0.5x ours, numba, b = 1, n <= 10,000",
        ("C, drawing",), COMPILED, 0.5, lambda n, b: b == 1 and n <= 10_000,
    ),
    Target(
        "all draw: C kernel >= 0.8x ours, numba, b = 1, n = 1,000,000",
        ("C, drawing",), COMPILED, 0.8, lambda n, b: b == 1 and n == 1_000_000,
    ),
    Target(
        "all draw: C kernel >= 0.5x ours, numba, middle b",
        ("C, drawing sets",), COMPILED, 0.5, lambda n, b: 1 < b <= n // 2,
    ),
    Target(
        "machine's limit >= 0.5x ours, numba, middle b",
        (LIMIT,), COMPILED, 0.5, lambda n, b: 1 < b < n - 1,
    ),
    Target("floor >= 0.5x ours, middle b", ("floor",), "ours", 0.5, lambda n, b: 1 < b < n - 1),
    Target("floor >= 1/2.5 of ours, b = 1", ("floor",), "ours", 0.4, lambda n, b: b == 1),
    Target("numba >= 2x NumPy, b = 1", ("ours",), COMPILED, 2, lambda n, b: b == 1),
)  # fmt: skip
GROWTH = "time per run-step from n = 1e3 to 1e5 < 2x beyond the gather's"
CELLS = "a sweep's cell beside what it computes < 5 ms"
SCALING = "two threads >= 1.5x as fast as one, numba, b = 1 (wall clock)"


def environment() -> dict[str, Any]:
    """Give versions and the processor's name."""
    versions = {}
    for name in ("numpy", "numba", "torch", "jax"):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = None
    cpu = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [x for x in info.read_text().splitlines() if x.startswith("model name")]
        cpu = names[0].partition(":")[2].strip() if names else cpu
    return {
        "python": platform.python_version(),
        "cpu": cpu,
        "threads": 1,
        "versions": versions,
        "commit": commit(),
    }


def commit() -> str:
    """Give the commit that is measured, "+" behind it where tracked code differs; or "unknown"."""
    words = (
        ("rev-parse", "--short", "HEAD"),
        ("status", "--porcelain", "-uno", "sim", "benchmarks/*.py"),
    )
    try:
        head, changes = (
            subprocess.run(
                ("git", *x),
                cwd=Path(__file__).parent.parent,
                capture_output=True,
                text=True,
                check=True,
            ).stdout.strip()
            for x in words
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head + "+" * bool(changes)


def ratio(result: dict[str, Any], slow: str, fast: str) -> float:
    """Give the median over interleaved rounds of slow's time over fast's."""
    times = (result["contenders"][name]["ns"] for name in (slow, fast))
    return median(x / y for x, y in zip(*times, strict=True))


def share(result: dict[str, Any], name: str) -> float | None:
    """Give the machine's limit over the contender's time, where both were measured."""
    entry, limit = result["contenders"].get(name), result.get("limit")
    return limit["limit_ns"] / entry["median_ns"] if entry and limit else None


def targets(
    results: list[dict[str, Any]],
    growth: dict[str, Any],
    cells: dict[str, Any] | None = None,
    scaling: dict[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Compare each target with the worst case it speaks of; what was not measured gives no verdict."""
    lines = []
    for target in TARGETS:
        found = {}
        for result in results:
            if not target.applies(result["n"], result["b"]):
                continue
            part = share(result, target.fast) if LIMIT in target.slow else None
            there = [name for name in target.slow if name in result["contenders"]]
            if part is not None:
                found[result["case"]] = part
            elif there and target.fast in result["contenders"]:
                found[result["case"]] = min(ratio(result, x, target.fast) for x in there)
        met = all(value >= target.least for value in found.values()) if found else None
        lines.append({"target": target.title, "least": target.least, "found": found, "met": met})
    if growth:
        curve = growth["n"]
        at = {n: k for k, n in enumerate(curve["x"])}
        ours, floor = (
            (curve[name][at[1_000]], curve[name][at[100_000]]) for name in ("ours", "floor")
        )
        grown = (ours[1] - (floor[1] - floor[0])) / ours[0]
        found = {"n = 1e3 to 1e5": grown}
        lines.append({"target": GROWTH, "least": None, "found": found, "met": grown < 2})
    spent = {"one process": cells["ms"]} if cells else {}
    met = spent["one process"] < 5 if spent else None
    lines.append({"target": CELLS, "least": None, "found": spent, "met": met})
    times = {int(k): value for k, value in scaling["faster"].items()} if scaling else {}
    faster = {"n=100 b=1": times[2]} if times else {}
    met = times[2] >= 1.5 if times else None
    lines.append({"target": SCALING, "least": 1.5, "found": faster, "met": met})
    return lines


def table(report: dict[str, Any]) -> str:
    """Give the results as text."""
    lines = []
    for result in report["cases"]:
        lines.append(result["case"])
        for name, entry in result["contenders"].items():
            runs = "" if entry["runs"] == result["runs"] else f"  (on {entry['runs']} runs)"
            lines.append(
                f"  {name:22s} {entry['median_ns']:14.1f} ns per run-step"
                f"  {entry['ratio']:12.2f} x ours{runs}"
            )
        shares = [(x, share(result, x)) for x in ("ours", COMPILED, "C, drawing")]
        said = [f"{x} {value:.2f}" for x, value in shares if value is not None]
        if said:
            lines.append(f"  share of the machine's limit: {', '.join(said)}")
    for name, reason in report["absent"].items():
        lines.append(f"absent: {name} ({reason})")
    for line in report["targets"]:
        verdict = {True: "met", False: "MISSED", None: "not measured"}[line["met"]]
        worst = ""
        if line["found"]:
            pick = min if line["least"] else max
            worst = f", worst {pick(line['found'].values()):.3g}"
        lines.append(f"{verdict:12s} {line['target']}{worst}")
    return "\n".join(lines)


def write(report: dict[str, Any], path: Path) -> list[Path]:
    """Write the JSON at `path`, and beside it a PNG where growth curves were measured."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = [path]
    path.write_text(json.dumps(report, indent=1) + "\n")
    if report["growth"]:
        written.append(path.with_suffix(".png"))
        plot(report["growth"], written[1])
    return written


def plot(growth: dict[str, Any], path: Path) -> None:
    """Draw the growth curves."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(growth), figsize=(3.2 * len(growth), 3), sharey=False)
    for axis, (name, curve) in zip(axes, growth.items(), strict=True):
        axis.loglog(curve["x"], curve["ours"], "o-", label="engine (NumPy)")
        if curve["floor"]:
            axis.loglog(curve["x"], curve["floor"], "s--", label="draw, gather, scatter")
        axis.set_xlabel(name)
        low, high = axis.get_ylim()
        axis.set_ylim(min(low, 5), max(high, 100))
    axes[0].set_ylabel("ns per run and step")
    axes[0].legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)
