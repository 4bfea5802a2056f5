"""The measured tables in README.md and proofs_notes/engine.md: `python -m benchmarks.tables` rewrites
them from the kept runs, results/first.json and results/second.json."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from benchmarks.report import COMPILED, DENSE, ratio, share
from benchmarks.words import no_more

HERE = Path(__file__).parent
RUNS = (HERE / "results" / "first.json", HERE / "results" / "second.json")
ROOT = HERE.parent
_PEERS = (
    ("autograd loop", ("PyTorch autograd loop",)),
    ("best dense peer", DENSE),
    ("JAX, O(b)", ("JAX in q, drawing",)),
    ("PyTorch, O(b)", ("PyTorch in q, drawing",)),
)
# Why the machine refuses a target; a target that is missed must be here.
REASONS = {
    "all draw: C kernel >= 0.8x ours, numba, b = 1, n = 1,000,000": (
        "in one run of the two: both wait for memory, which the guests of this machine share (0.96 beside busy "
        "neighbours)"
    ),
    "b = n: JAX in q >= 1.0x ours": (
        "a step is five NumPy calls, 1.5 us before a number is touched; XLA's whole step for 256 runs "
        "takes 0.23"
    ),
    "all draw: JAX in q >= 1.0x ours": (
        "eleven NumPy calls a step, each a pass through the cache; XLA makes one pass and rejects no word"
    ),
    "all given: JAX in q >= 1.5x ours, numba": (
        "both sides read eight bytes an index, and the C kernel is hardly further ahead of JAX"
    ),
    "all given: JAX in q >= 1.0x ours": (
        "the same eleven calls; the gather and scatter alone cost most of XLA's step"
    ),
    "machine's limit >= 0.5x ours, numba, middle b": (
        "asking whether an index was drawn before (34 of 97 ns at n = 1,000, b = 32) goes one by one, and is "
        "not in the model; a C kernel that draws in line is as far from it"
    ),
}
_NOTHING_TO_DRAW = {"JAX in q, drawing": "JAX in q", "PyTorch in q, drawing": "PyTorch in q"}


def speeds(run: dict[str, Any]) -> str:
    """Give run-steps a second, and how many times longer the peers take, case by case.

    The share of the machine's limit has a column where the run measured it.
    """
    parts = [share(result, COMPILED) for result in run["cases"]]
    limited = any(part is not None for part in parts)
    heads = ["n", "d", "b", "runs", "run-steps/s", "numba"] + ["of the limit"] * limited
    heads += [x for x, _ in _PEERS]
    lines = ["| " + " | ".join(heads) + " |", "|---:" * len(heads) + "|"]
    for result, part in zip(run["cases"], parts, strict=True):
        cells = [f"{result[key]:,}" for key in ("n", "d", "b", "runs")]
        cells.append(_rate(result, "ours"))
        cells.append(_rate(result, COMPILED))
        if limited:
            cells.append("-" if part is None else f"{part:.2f}")
        for _, names in _PEERS:
            if result["b"] == result["n"]:
                names = tuple(_NOTHING_TO_DRAW.get(name, name) for name in names)
            there = [name for name in names if name in result["contenders"]]
            cells.append(
                f"{_short(min(ratio(result, x, 'ours') for x in there))}x" if there else "-"
            )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def aims(runs: list[dict[str, Any]]) -> str:
    """Give each target with its worst case, run by run, and of one that is missed the reason."""
    lines = ["| target | " + " | ".join(f"run {k + 1}" for k in range(len(runs))) + " | why |"]
    lines.append("|---" * (2 + len(runs)) + "|")
    for group in zip(*(run["targets"] for run in runs), strict=True):
        cells = [group[0]["target"]]
        for line in group:
            pick = min if line["least"] else max
            value = pick(line["found"].values()) if line["found"] else None
            verdict = {True: "met", False: "**missed**", None: "not measured"}[line["met"]]
            cells.append(
                verdict if value is None else f"{verdict}, {_short(value, 3 if line['met'] else 4)}"
            )
        missed = any(line["met"] is False for line in group)
        cells.append(REASONS[group[0]["target"]] if missed else "")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _rate(result: dict[str, Any], name: str) -> str:
    entry = result["contenders"].get(name)
    return f"{1e9 / entry['median_ns']:.1e}" if entry else "-"


def _short(value: float, digits: int = 2) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.{digits}g}"


def blocks() -> dict[Path, dict[str, str]]:
    """Give the text of every generated block, by file and name."""
    runs = [json.loads(path.read_text()) for path in RUNS]
    return {
        ROOT / "README.md": {"speeds": speeds(runs[0])},
        ROOT / "proofs_notes" / "engine.md": {"speeds": speeds(runs[0]), "aims": aims(runs)},
    }


def replaced(text: str, name: str, block: str) -> str:
    """Put `block` between the comments <!-- name --> and <!-- /name -->; they must be there once."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    new, count = pattern.subn(lambda found: f"{found[1]}{block}\n{found[2]}", text)
    if count != 1:
        raise ValueError(f"{count} blocks named {name!r}; there must be one")
    return new


def main() -> None:
    """Rewrite the blocks."""
    no_more("benchmarks.tables", __doc__)
    for path, named in blocks().items():
        text = path.read_text()
        for name, block in named.items():
            text = replaced(text, name, block)
        path.write_text(text)
        print(path)


if __name__ == "__main__":
    main()
