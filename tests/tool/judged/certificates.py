"""The battery of the checker: it accepts the certificates that ``verify.py`` accepts, and no others."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import verify


def _bad(change: Callable[[Any], None]) -> dict[str, Any]:
    data = {
        "symbols": ["x", "y"], "polynomial": [[[0, 0], "1/1"], [[1, 0], "1/1"]],
        "box": [[[], [[[0, 0], "1/1"]]], [[], [[[1, 0], "1/1"]]]], "tree": [0, None, None],
    }  # fmt: skip
    change(data)
    return {"schema": 1, **data}


FLAT = {  # one variable, and right: a sign that each variable turns is turned once
    "symbols": ["x"], "box": [[[], [[[0], "1/1"]]]], "tree": None, "polynomial": [[[0], "1/1"]],
}  # fmt: skip
LINE = {  # one variable, negative inside only
    "symbols": ["x"], "box": [[[], [[[0], "1/1"]]]], "tree": None,
    "polynomial": [[[0], "1/8"], [[1], "-1/1"], [[2], "1/1"]],
}  # fmt: skip


def _certificates() -> list[dict[str, Any]]:
    """Small certificates, right and wrong."""

    def put(key: str, value: Any) -> Callable[[Any], None]:
        return lambda data: data.update({key: value})

    unit = [[], [[[0, 0], "1/1"]]]
    parabola = [[[0, 0], "1/4"], [[1, 0], "-1/1"], [[2, 0], "1/1"]]  # (x - 1/2)^2
    slope = [[[0, 0], "-1/4"], [[1, 0], "1/1"]]
    shifted = [[[[0, 0], "1/2"]], [[[0, 0], "3/4"]]]
    return [_bad(c) for c in (
        lambda data: None, put("symbols", ["x", "x"]), put("box", [unit]), put("box", [unit, unit]),
        put("polynomial", []), put("polynomial", [[[0, 0], "-1/9"]]), put("polynomial", slope),
        put("polynomial", [[[0], "1/1"]]), put("polynomial", [[[0, -1], "1/1"]]),
        put("polynomial", [[[0, 0], "1/1"], [[0, 0], "1/1"]]), put("polynomial", parabola),
        lambda d: d.update(polynomial=parabola, tree=None),
        lambda d: d.update(polynomial=parabola, tree=[0, [0, None, None], None]),
        lambda d: d.update(polynomial=slope, box=[shifted, unit], tree=None),
        lambda d: d.update(polynomial=slope, box=[[[], [[[0, 0], "1/5"]]], unit], tree=[1, None, None]),
        lambda d: d.update(polynomial=[[[1, 0], "1/1"], [[0, 1], "-1/1"]], tree=None),
        lambda d: d.update(polynomial=[[[0, 1], "1/1"], [[1, 0], "-1/1"]], tree=None),
        lambda d: d.update(polynomial=[[[1, 1], "1/1"], [[0, 2], "-1/1"], [[0, 0], "0/1"]], tree=None),
        put("box", [[[[[0, 1], "1/1"]], [[[0, 0], "1/1"]]], unit]),
        put("box", [unit, [[], [[[0, 1], "1/1"]]]]), put("tree", [2, None, None]),
        lambda d: d.update(FLAT), lambda d: d.update(LINE),
        lambda d: d.update(LINE, tree=[0, [0, None, None], None]),
        lambda d: d.update(LINE, polynomial=[[[0], "1/3"], [[1], "-1/1"], [[2], "1/1"]]),
        put("tree", [0, None]), put("tree", [0, [1, None, [0, None, None]], None]), put("tree", 7),
        lambda d: d.update(polynomial=[[[2, 1], "3/1"], [[1, 1], "-3/1"], [[0, 0], "3/4"]], tree=None),
        lambda d: d.update(polynomial=[[[2, 1], "3/1"], [[1, 1], "-3/1"], [[0, 0], "3/4"]],
                           tree=[0, [0, None, None], [0, None, None]]),
    )]  # fmt: skip


def _random_certificates() -> list[dict[str, Any]]:
    """Random polynomials on boxes that do not start at 0, with random subdivisions."""
    rng = random.Random(20261126)

    def number() -> str:
        return f"{rng.randint(-6, 8)}/{rng.choice([1, 2, 3])}"

    def tree(depth: int) -> Any:
        if depth == 0 or rng.random() < 0.3:
            return None
        return [rng.randrange(2), tree(depth - 1), tree(depth - 1)]

    made = []
    for _ in range(400):
        low, bend = rng.randint(-3, 3), rng.choice([[], [[[1, 0], f"{rng.randint(-2, 2)}/2"]]])
        box = [
            [[[[0, 0], f"{low}/2"]], [[[0, 0], f"{low + rng.randint(0, 4)}/2"]]],
            [
                [*bend, [[0, 0], f"{rng.randint(-2, 2)}/3"]],
                [*bend, [[0, 0], f"{rng.randint(2, 5)}/3"]],
            ],
        ]
        terms = {(rng.randint(0, 2), rng.randint(0, 2)): number() for _ in range(3)}
        terms[0, 0] = f"{rng.randint(0, 9)}/1"
        made.append(_bad(lambda data, b=box, t=terms: data.update(
            box=b, polynomial=[[list(e), c] for e, c in t.items()], tree=tree(3))))  # fmt: skip
    return made


def _said(data: dict[str, Any]) -> int | None:
    try:
        return verify.check_certificate(data)
    except (verify.Wrong, TypeError, ValueError, LookupError):
        return None


@cache
def _judged() -> tuple[tuple[str, int | None], ...]:
    """Each certificate, and how many cells the second checker finds in it; None where it refuses it."""
    made = [*_certificates(), *_random_certificates()]
    return tuple((json.dumps(data), _said(data)) for data in made)


def certificates_hold(judge: ModuleType) -> None:
    """The checker accepts what the second one accepts, with as many cells, and refuses the rest."""
    accepted = 0
    for data, expected in _judged():
        try:
            found: int | None = judge.check_certificate(judge.Certificate.from_json(data))
        except judge.InvalidCertificate:
            found = None
        assert found == expected, data
        accepted += expected is not None
    assert 50 < accepted < len(_judged()) - 50
