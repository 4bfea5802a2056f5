"""The page *Try it*: its steps beside the simulator's, its membership beside SymPy's, and its fields."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sympy import Rational, true

from figures.expressions import Unsaid, tree
from figures.try_it import known, page, within_reach
from sim import simulate
from tests.tool.browsing import NEEDS_BROWSER, chromium
from theorem_audit.report.pages import render
from theory import claims, notation

RUN = {"claims": [{"id": x, "verdict": "steps"} for x in claims]}


@pytest.fixture(scope="module")
def opened(run: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The page alone, as the report writes it; what it logs and asks for is judged at the end."""
    made = page(RUN)
    target = tmp_path_factory.mktemp("try") / "try-it.html"
    shared = {"root": "", "title": "x", "run": run, "menu": [], "style": "", "family_error": "0",
              "lacking": ""}  # fmt: skip
    text = render("extra.html", made.scripts, extra=made, **shared)
    target.write_text(text, encoding="utf-8")
    with chromium() as browser:
        tab = browser.new_page(viewport={"width": 400, "height": 900})
        problems: list[str] = []
        tab.on("console", lambda message: problems.append(message.text))
        tab.on("pageerror", lambda error: problems.append(str(error)))
        tab.goto(Path(target).as_uri())
        yield tab
        assert problems == []


SETTINGS = [
    # n, b, d, a, start, rho, neuron, sampling
    (4, 1, 6, "0.2", "0.5,0.4,0.3,0.2", "0.1", "linear", "uniform"),
    (4, 3, 6, "0.2", "0.5,-0.4,0.3,0.2", "0.1", "relu", "uniform"),
    (4, 4, 6, "1/2", "0.5,0.4,0.3,0.2", "0.1", "linear", "uniform"),
    (4, 2, 6, "0.499", "0.5,0.4,0.3,0.2", "1.46", "linear", "uniform"),  # squared norm 2 exactly
    (2, 1, 2, "0.1", "0.6,0.8", "0", "linear", "uniform"),  # on the sphere
    (3, 3, 4, "0.16", "0.5,0.5,0.1", "0.2", "linear", "replacement"),
    (3, 3, 4, "1/6", "0.5,0.5,0.1", "0.2", "linear", "replacement"),  # a b = 1/2 exactly
    (4, 2, 4, "0.3", "0.5,0.4,0.3,0.2", "0", "relu", "cyclic"),
    (4, 2, 4, "0.3", "0.5,0.4,0.3,0.2", "0", "linear", "reshuffled"),
    (4, 2, 5, "0.3", "-0.5,-0.4,-0.3,-0.2", "0.3", "relu", "uniform"),  # nothing is live
]


def _js(setting: tuple[Any, ...]) -> dict[str, Any]:
    n, b, d, a, start, rho, neuron, sampling = setting
    floats = [float(Rational(x)) for x in (a, rho, *start.split(","))]
    return {
        "setting": {
            "n": n, "b": b, "d": d, "neuron": neuron, "sampling": sampling, "seed": 7,
            "a": floats[0], "rho": floats[1], "q": floats[2:],
        },
        "words": {"a": a, "rho": rho, "q": start.split(",")},
    }  # fmt: skip


@NEEDS_BROWSER
@pytest.mark.parametrize("setting", SETTINGS)
def test_its_steps_are_the_simulators(opened: Any, setting: tuple[Any, ...]) -> None:
    """The page's batches, given to ``simulate``: every coordinate and the trace agree to 1e-12."""
    _, b, d, a, _, _, neuron, sampling = setting
    given = _js(setting)
    steps = 300
    drawn, path = opened.evaluate(
        "([s, t]) => { const d = tryIt.batches(s, t); return [d, tryIt.run(s, d)]; }",
        [given["setting"], steps],
    )
    assert len(path) == steps + 1
    if sampling != "replacement":
        assert all(len(set(x)) == b for x in drawn)
    elif b > 1:
        assert any(len(set(x)) < b for x in drawn)
    # Batches are given, so that sampling= says only whether an index may come twice.
    how = "replacement" if sampling == "replacement" else "uniform"
    found = simulate(
        np.array([given["setting"]["q"]]), given["setting"]["rho"], batch_size=b,
        step_size=float(Rational(a)) * b, steps=steps, activation=neuron, sampling=how,
        batches=np.array(drawn), observe=["q", "rho", "hessian_trace"], dimension=d,
    )  # fmt: skip
    ours = {k: np.array([x[k] for x in path]) for k in ("q", "rho", "trace")}
    for mine, theirs in (("q", "q"), ("rho", "rho"), ("trace", "hessian_trace")):
        other = found.recorded[theirs][:, 0]
        assert np.abs(ours[mine] - other).max() <= 1e-12, mine


def _values(setting: tuple[Any, ...]) -> dict[Any, Any]:
    """The symbols' values by SymPy, from their meanings in theory/notation.py."""
    n, b, d, a, start, rho, neuron, sampling = setting
    q = [Rational(x) for x in start.split(",")]
    live = [x for x in q if neuron == "linear" or x > 0]
    s, r2, step = sum(x**2 for x in live), sum(x**2 for x in q) + Rational(rho), Rational(a)
    found = {
        notation.n: n, notation.b: b, notation.d: d, notation.k: len(live), notation.k0: len(live),
        notation.a: step, notation.eta: step * b, notation.s: s, notation.r2: r2, notation.rho: r2 - s,
        notation.delta: r2 - 1,
    }  # fmt: skip
    if sampling == "uniform":
        found[notation.p] = Rational(b * (n - b), n * (n - 1))
    return found


@NEEDS_BROWSER
@pytest.mark.parametrize("setting", SETTINGS)
def test_its_claims_are_those_whose_regions_hold(opened: Any, setting: tuple[Any, ...]) -> None:
    given = _js(setting)
    members = opened.evaluate(
        "({setting, words}) => tryIt.members(CLAIMS, setting, tryIt.symbols(setting, words))", given
    )
    n, b, *_, neuron, sampling = setting
    laws = {sampling} | ({"full"} if sampling == "uniform" and b == n else set())
    values = _values(setting)
    told = {}
    for row, member in zip(known(RUN), members, strict=True):
        region = claims[row["id"]].region.subs(values)
        fits = neuron in row["neurons"] and bool(laws & set(row["laws"]))
        if not fits:
            assert member is False, row["id"]
        elif not region.free_symbols:
            assert member == (region == true), (row["id"], region)
        told[row["id"]] = member
    sparse = sampling == "uniform" and b < n and values[notation.s] > 0
    inside = sparse and values[notation.a] < Rational(1, 2) and values[notation.r2] < 2
    assert told["SGD-SPARSE"] is bool(inside)


def test_what_can_be_tested_is_about_this_model() -> None:
    found = {x["id"] for x in known(RUN)}
    assert {"SGD-SPARSE", "GD-CONVERGES", "SAMPLING-GLOBAL", "SGD-RATE"} <= found
    assert not any(x.startswith("Q-") for x in found), "k and n mean something else there"
    assert not within_reach(claims["SADDLES"]), "its k counts other data"
    assert not within_reach(claims["GD-DENSE"]), "its start has a law"
    with pytest.raises(Unsaid):
        tree(claims["SELECT-N"].formula)


def test_no_datum_ends_the_script_early() -> None:
    hostile = {"claims": [{"id": "SGD-SPARSE", "verdict": "</script><script>alert(1)</script>"}]}
    (script,) = page(hostile).scripts
    assert "</script" not in script
    assert "<script" not in script
    assert "alert(1)" in script


@NEEDS_BROWSER
def test_the_page_answers_its_fields(opened: Any) -> None:
    said = opened.locator("#said")
    holding = opened.locator("#holding a")
    assert "SGD-SPARSE" in holding.all_inner_texts()
    assert opened.locator("#mini-masses polyline").count() == 5
    assert opened.locator("#mini-masses .expected").count() == 2
    assert "SGD-RATE-PATHS" in opened.locator("#drawn").inner_text()
    opened.get_by_label("b, batch size").fill("5")
    assert "SGD-SPARSE" not in holding.all_inner_texts()
    assert "GD-CONVERGES" in holding.all_inner_texts()
    opened.get_by_label("b, batch size").fill("7")
    assert said.inner_text() == "b: a whole number from 1 to 5"
    opened.get_by_label("n, data points").fill("8")
    assert opened.locator("#mini-masses polyline").count() == 8
    opened.get_by_label("a", exact=True).fill("1/2")
    assert "SGD-SPARSE" not in holding.all_inner_texts()
    opened.get_by_label("a", exact=True).fill("nonsense")
    assert said.inner_text().startswith("a: a decimal number or a fraction")
    opened.get_by_label("a", exact=True).fill("0.2")
    opened.get_by_role("button", name="Play").focus()
    opened.keyboard.press("Enter")
    opened.wait_for_function("document.querySelector('#mini-masses polyline').points.length > 3")
    assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
