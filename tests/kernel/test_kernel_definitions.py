"""The definitions in Coq are those that run: its step and its gradient on random rational instances.

Coq proves, by evaluation of its own definitions, the numbers that the exact reference of ``sim`` and
SymPy's derivative of the loss come to.  One changed number and Coq refuses it.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from flint import fmpq
from sympy import Rational, Symbol, diff

from formal.tie.build import build
from formal.tie.phrases import PREAMBLE
from sim.reference import exact_run
from tests.kernel_tools import kept_folder, write
from theorem_audit import Absent
from theorem_audit.kernel import toolchain
from theorem_audit.kernel.build import digest

HEAD = f"{PREAMBLE}From SGD Require Import sums coordinates gradient.\n"
OPEN = "rewrite ?H2 ?inordK // /b2r /=; field."
SIZE, BATCH = 3, 2
ACTIVATIONS = ("linear", "relu")


def _place() -> Path:
    try:
        return build().place
    except Absent as absent:
        pytest.skip(str(absent))


def _compiles(text: str, folder: Path) -> toolchain.Done:
    """Whether Coq accepts the file; an answer for the same file and development is kept."""
    path = folder / "instances.v"
    path.write_text(text, encoding="utf-8")
    with kept_folder("definitions", folder) as place:
        kept = place / f"{digest(f'{build().key} {text}'.encode())[:24]}.json"
        if kept.is_file():
            return toolchain.Done(**json.loads(kept.read_text(encoding="utf-8")))
        done = toolchain.compile_file(path, folder, [(_place(), "SGD")], 300)
        if done.ok or (done.complaint and not done.timed_out):
            write(kept, asdict(done))
    return done


def _number(value: object) -> str:
    top, under = (int(x) for x in (value.p, value.q))  # type: ignore[attr-defined]
    return f"({top} / {under})" if top >= 0 else f"(- ({-top} / {under}))"


def _fractions(random: np.random.Generator, count: int) -> list[fmpq]:
    tops = random.choice([x for x in range(-9, 10) if x], size=count)
    return [fmpq(int(top), int(random.integers(10, 16))) for top in tops]


def _step_lemmas(activation: str, index: int, wrong: fmpq | None = None) -> str:
    """One step from a random state: each gated coordinate and the rest, as the reference has them."""
    random = np.random.default_rng([7, index, ACTIVATIONS.index(activation)])
    q, (rho,) = _fractions(random, SIZE), _fractions(random, 1)
    rho, a = rho * rho, fmpq(1, int(random.integers(3, 9)))
    drawn = sorted(int(x) for x in random.choice(SIZE, size=BATCH, replace=False))
    after, rest = exact_run(
        q, rho, [drawn], step_size=a * BATCH, batch_size=BATCH, activation=activation
    )
    live = [activation == "linear" or value > 0 for value in q]
    before = [value if on else fmpq(0) for value, on in zip(q, live, strict=True)]
    expected = [value if on else fmpq(0) for value, on in zip(after, live, strict=True)]
    own = rho + sum((v * v for v, on in zip(q, live, strict=True) if not on), fmpq(0))
    out = rest + sum((v * v for v, on in zip(after, live, strict=True) if not on), fmpq(0))
    if wrong is not None:
        out += wrong
    values = "; ".join(map(_number, before))
    members = "; ".join("true" if k in drawn else "false" for k in range(SIZE))
    state = f"((fun j : 'I_{SIZE} => nth 0 [:: {values}] j, {_number(own)}) : state {SIZE})"
    member = f"(forall j : 'I_{SIZE}, (j \\in val B) = nth false [:: {members}] j)"
    goals = [
        f"(step {_number(a)} {state} B).1 (inord {k}) = {_number(v)}"
        for k, v in enumerate(expected)
    ]
    goals.append(f"(step {_number(a)} {state} B).2 = {_number(out)}")
    sums = "rewrite ?H /step ?seenE /r2 /mass !big_ord_recl !big_ord0 ?H /= ?inordK //"
    return "".join(
        f"Goal forall B : batch {SIZE} {BATCH}%N, {member} -> {goal}.\n"
        f"Proof. move=> B H; have H2 k : (k \\in sval B) = _ := H k; {sums}; {OPEN} Qed.\n"
        for goal in goals
    )


def _gradient_lemmas(activation: str, index: int, wrong: Rational | None = None) -> str:
    """The gradient at a random weight, from SymPy's derivative of the loss itself."""
    random = np.random.default_rng([8, index, ACTIVATIONS.index(activation)])
    x = [Rational(3, 5), Rational(0), Rational(-4, 5)]
    w = [Rational(int(v.p), int(v.q)) for v in _fractions(random, len(x))]
    symbols = [Symbol(f"w{k}") for k in range(len(x))]
    product = sum(u * v for u, v in zip(symbols, x, strict=True))
    at = dict(zip(symbols, w, strict=True))
    on = activation == "linear" or product.subs(at) > 0
    active = product if on else Rational(0)
    loss = sum((v - active * u) ** 2 for u, v in zip(symbols, x, strict=True)) / 2
    gate = "open_gate" if activation == "linear" else "relu_gate"
    vectors = [
        f"(fun k : 'I_{len(x)} => nth 0 [:: {'; '.join(map(_number, v))}] k)" for v in (x, w)
    ]
    lines = []
    for k, symbol in enumerate(symbols):
        value = Rational(diff(loss, symbol).subs(at)) + (wrong or 0)
        lines.append(
            f"Goal grad {gate} {vectors[0]} {vectors[1]} (inord {k}) = {_number(value)}.\n"
            "Proof.\nrewrite /grad /gate_value /dot !big_ord_recl !big_ord0 /= ?inordK //.\n"
            "rewrite /open_gate /relu_gate /b2r /=; "
            "try (case: RltbP => K; try (exfalso; lra)); field.\nQed.\n"
        )
    return "".join(lines)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_step_is_that_of_the_simulator(activation: str, tmp_path: Path) -> None:
    _place()
    done = _compiles(HEAD + "".join(_step_lemmas(activation, k) for k in range(3)), tmp_path)
    assert done.ok, done.complaint


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_gradient_is_that_of_the_loss(activation: str, tmp_path: Path) -> None:
    _place()
    done = _compiles(HEAD + "".join(_gradient_lemmas(activation, k) for k in range(4)), tmp_path)
    assert done.ok, done.complaint


def test_a_wrong_number_is_refused(tmp_path: Path) -> None:
    _place()
    assert not _compiles(HEAD + _step_lemmas("relu", 0, wrong=fmpq(1, 10**6)), tmp_path).ok
    assert not _compiles(
        HEAD + _gradient_lemmas("linear", 0, wrong=Rational(1, 10**6)), tmp_path
    ).ok


def test_instances_cover_open_and_closed_gates() -> None:
    """Both signs of <w, x> occur among the gradient's ReLU instances."""
    texts = [_gradient_lemmas("relu", k) for k in range(4)]
    closed = [all("= (0 / 1)." in goal for goal in text.split("Goal ")[1:]) for text in texts]
    assert any(closed)
    assert not all(closed)
