"""Predicted thresholds of real networks against true SGD: drawn from the kept measurement.

The measurement takes a quarter of an hour (`python -m benchmarks.real_models`), so this is the one
picture that does not run anything; `benchmarks/tests/test_real_models.py` replays a part of it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from theorem_audit.report.drawing import BLUE, GREY, ORANGE, Rows, picture

KEPT = Path(__file__).parents[1] / "benchmarks" / "results" / "real_models.json"
OBSERVED = (
    "at_most_half_leave", "at_least_half_leave", "none_left_up_to", "all_left_from",
    "left_at_mean_square", "runs",
)  # fmt: skip


def rows(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Flatten the measurement: a row a network and batch size; what was not run is None."""
    found = []
    for name, task in result["tasks"].items():
        for b, entry in task["batches"].items():
            row: dict[str, Any] = {"network": name, "batch_size": int(b)}
            for key in ("mean_square", "almost_sure"):
                row[f"{key}_low"], row[f"{key}_high"] = entry[key]
            row |= dict.fromkeys(OBSERVED)
            if "left" in entry:
                row |= _observed(entry, full=int(b) == task["samples"])
            found.append(row)
    return found


def _observed(entry: dict[str, Any], *, full: bool) -> dict[str, Any]:
    pairs = sorted(zip(entry["step_sizes"], entry["left"], strict=True))
    some = [c for c, m in pairs if m]
    less = [c for c, m in pairs if m < entry["runs"]]
    return {
        "at_most_half_leave": entry["half_leave"][0],
        "at_least_half_leave": entry["half_leave"][1],
        "none_left_up_to": max((c for c, _ in pairs if not some or c < some[0]), default=None),
        "all_left_from": min((c for c, _ in pairs if not less or c > less[-1]), default=None),
        "left_at_mean_square": None if full else entry["left"][0],
        "runs": entry["runs"],
    }


@picture("real_models", "Real networks: predicted thresholds, and where true SGD leaves")
def real_models(seed: int) -> tuple[Figure, Rows]:
    """Both thresholds over the batch size, and brackets in which half of the runs leave."""
    result = json.loads(KEPT.read_text(encoding="utf-8"))
    table = rows(result)
    figure = Figure(figsize=(9, 9.2))
    for axis, (name, task) in zip(
        figure.subplots(3, 2).flat, result["tasks"].items(), strict=False
    ):
        _panel(axis, [x for x in table if x["network"] == name])
        outputs = f", {task['outputs']} outputs" if task["outputs"] > 1 else ""
        axis.set_title(f"{name} (N = {task['samples']}{outputs})")
    figure.axes[0].legend(fontsize=8)
    figure.tight_layout()
    return figure, table


def _panel(axis: Axes, mine: list[dict[str, Any]]) -> None:
    sizes = [x["batch_size"] for x in mine]
    low, high = ([x[f"almost_sure_{end}"] for x in mine] for end in ("low", "high"))
    axis.axhline(mine[-1]["mean_square_high"], color=GREY, lw=0.8, ls=":", label="gradient descent")
    axis.plot(
        sizes, [x["mean_square_high"] for x in mine], color=BLUE, label="mean square, predicted"
    )
    axis.fill_between(sizes, low, high, color=ORANGE, alpha=0.6, lw=0)
    middle = [(x + y) / 2 for x, y in zip(low, high, strict=True)]
    axis.plot(sizes, middle, "--", color=ORANGE, lw=1, label="almost sure, predicted (99 %)")
    label: str | None = "half of the runs leave, observed"
    for x in mine:
        if x["runs"]:
            ends = [x["at_most_half_leave"], x["at_least_half_leave"]]
            axis.plot([x["batch_size"]] * 2, ends, "_-", color="black", lw=2, ms=7, label=label)
            label = None
    axis.set(xscale="log", xlabel="batch size", ylabel="step size")
    axis.set_xticks(sizes, [str(b) for b in sizes])
    axis.minorticks_off()
