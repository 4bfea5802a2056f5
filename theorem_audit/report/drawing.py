"""One way to draw: a named picture is a function that returns its figure and the data behind it.

    @picture("mass", "Where the mass goes")
    def mass(seed): ... return figure, rows

``audit figures`` writes NAME.png and NAME.csv side by side.  Rows are dictionaries with the same keys.
A later call replaces what an earlier one wrote, and nothing else: the picture bears a mark, the table its head.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from theorem_audit import project
from theorem_audit.errors import BadUsage
from theorem_audit.statement.discovery import modules
from theorem_audit.usage import MARKS

Rows = Sequence[Mapping[str, Any]]
Draw = Callable[[int], tuple[Figure, Rows]]

# Okabe and Ito's palette: told apart by colour-blind readers and in grey.
BLUE, ORANGE, GREEN, RED, PURPLE, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#7F7F7F",
)  # fmt: skip
STYLE: Any = {
    "figure.dpi": 160,
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "legend.frameon": False,
    "lines.linewidth": 1.6,
}


@dataclass(frozen=True)
class Picture:
    """A named picture: ``draw(seed)`` gives the figure and its rows."""

    name: str
    title: str
    draw: Draw


_pictures: dict[str, Picture] = {}


def picture(name: str, title: str) -> Callable[[Draw], Draw]:
    """Register a drawing function under ``name``; ValueError when the name is taken."""

    def register(draw: Draw) -> Draw:
        if name in _pictures:
            raise ValueError(f"name={name!r}: there is a picture of that name already")
        _pictures[name] = Picture(name, title, draw)
        return draw

    return register


def pictures() -> dict[str, Picture]:
    """All pictures, by name: those of every module of the project's package ``figures``."""
    here = project.current()
    if here.figures:
        for _ in modules(here.import_from("figures", here.figures)):
            pass  # importing a module registers its pictures
    return dict(_pictures)


def write(item: Picture, folder: Path, seed: int = 0) -> tuple[Path, Path]:
    """Draw one picture and write NAME.png and NAME.csv into ``folder`` (made if missing).

    Raises BadUsage where one of these is there, and is not what an earlier call wrote.
    """
    with mpl.rc_context(STYLE):
        figure, rows = item.draw(seed)
        if not rows:
            raise ValueError(f"picture {item.name}: no rows; a picture comes with its data")
        folder.mkdir(parents=True, exist_ok=True)
        image, table = folder / f"{item.name}.png", folder / f"{item.name}.csv"
        _refuse_anothers(image, table, ",".join(rows[0]))
        mark = {"Software": MARKS["figures"].decode()}
        figure.savefig(image, bbox_inches="tight", metadata=mark)
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return image, table


def _refuse_anothers(image: Path, table: Path, head: str) -> None:
    """BadUsage where a picture or a table would be lost: a marked picture, or one beside its table, is ours."""
    marked = image.is_file() and MARKS["figures"] in image.read_bytes()
    ours = table.is_file() and table.read_text("utf-8", "replace").startswith(f"{head}\n")
    for path, known in ((image, marked or ours), (table, ours or marked)):
        if path.is_file() and path.stat().st_size and not known:
            raise BadUsage(
                f"{path} is there, and `audit figures` did not write it; it would be lost"
            )


def save(figure: Figure, path: Path) -> None:
    """Write a figure for ``--plot``: the ending says the format; a later call may replace it.

    What it was drawn by stands in the file where its format has room for that; where not, nothing is replaced.
    """
    form = path.suffix.lower().removeprefix(".")
    key = {"png": "Software"}.get(form, "Creator" if form in ("eps", "pdf", "ps", "svg") else "")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={key: MARKS["plot"].decode()} if key else None)


def drawn(folder: Path) -> list[dict[str, str]]:
    """The pictures that ``write`` left in ``folder``: name, title, png and csv (paths)."""
    found = []
    for item in pictures().values():
        image, table = folder / f"{item.name}.png", folder / f"{item.name}.csv"
        if image.exists() and table.exists():
            found.append(
                {"name": item.name, "title": item.title, "png": str(image), "csv": str(table)}
            )
    return found
