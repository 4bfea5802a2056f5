"""The measurements as a table, as JSON and as a picture."""

from __future__ import annotations

import json
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

SCHEMA = 1
# name of the target: contender, least ratio to ours, which cases it speaks of
TARGETS = (
    ("autograd loop >= 1000x ours", ("PyTorch autograd loop",), 1_000, lambda n, b: True),
    (
        "best dense peer >= 50x ours, n >= 1000, b = 1",
        ("dense NumPy", "PyTorch closed form", "torch.func", "JAX grad"),
        50,
        lambda n, b: n >= 1_000 and b == 1,
    ),
    ("JAX in q, drawing >= 1.0x ours, b < n", ("JAX in q, drawing",), 1.0, lambda n, b: b < n),
    ("JAX in q, given its batches >= 1.0x ours, b < n", ("JAX in q",), 1.0, lambda n, b: b < n),
    ("PyTorch in q, given its batches >= 1.0x ours", ("PyTorch in q",), 1.0, lambda n, b: b < n),
    ("ours within 2.5x of the floor, b = 1", ("floor",), 0.4, lambda n, b: b == 1),
)


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
    return {"python": platform.python_version(), "cpu": cpu, "threads": 1, "versions": versions}


def targets(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Compare each target with the worst case it speaks of; a missing peer gives no verdict."""
    lines = []
    for title, names, least, applies in TARGETS:
        found = {
            result["case"]: min(
                result["contenders"][name]["ratio"]
                for name in names
                if name in result["contenders"]
            )
            for result in results
            if applies(result["n"], result["b"])
            and any(name in result["contenders"] for name in names)
        }
        lines.append(
            {
                "target": title,
                "least": least,
                "found": found,
                "met": all(ratio >= least for ratio in found.values()) if found else None,
            }
        )
    ratios = {
        result["case"]: 1 / result["contenders"]["ours, numba"]["ratio"]
        for result in results
        if result["b"] == 1 and "ours, numba" in result["contenders"]
    }
    met = all(ratio >= 2 for ratio in ratios.values()) if ratios else None
    lines.append({"target": "numba >= 2x NumPy, b = 1", "least": 2, "found": ratios, "met": met})
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
    for name, reason in report["absent"].items():
        lines.append(f"absent: {name} ({reason})")
    for line in report["targets"]:
        verdict = {True: "met", False: "MISSED", None: "not measured"}[line["met"]]
        worst = f", worst {min(line['found'].values()):.3g}" if line["found"] else ""
        lines.append(f"{verdict:12s} {line['target']}{worst}")
    return "\n".join(lines)


def write(report: dict[str, Any], folder: Path) -> list[Path]:
    """Write benchmarks.json, and benchmarks.png where growth curves were measured."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / "benchmarks.json"]
    written[0].write_text(json.dumps(report, indent=1) + "\n")
    if report["growth"]:
        written.append(folder / "benchmarks.png")
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
    axes[0].set_ylabel("ns per run and step")
    axes[0].legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)
