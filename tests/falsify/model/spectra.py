"""The random search, on the Hessian: its spectrum and trace at minima, and its trace along paths."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from sympy import Rational

from tests.ambient import as_fmpq, gates_at, hessian, spectrum_polynomial
from tests.falsify.model.ambient import Floats, descend
from tests.falsify.model.draw import (
    Falsifier,
    Point,
    Rng,
    activation_of,
    basis,
    batches_of,
    draw,
    inside,
    observables,
    one_of,
    refute,
    until,
)
from tests.falsify.model.landscape import ERROR, curvature, few, seen_at
from tests.falsify.seeing import measured
from tests.instances import Vector, exact
from theorem_audit.statement.claim import Claim
from theory import notation as no
from theory import vocabulary as words
from theory.model.spectrum import (
    EIGENVALUES,
    MULTIPLICITIES,
    mean_active,
    trace,
    trace_at_limit,
    trace_gap,
    trace_jump,
    trace_linear,
    trace_path,
    trace_path_limit,
)
from theory.vocabulary.meanings import Curvature
from theory.vocabulary.places import Bend


def minima(claim: Claim, rng: Rng, seconds: float) -> int:
    """MAX-EIG, TRACE: exact characteristic polynomial and trace at minima, sparse ones included."""
    spectrum = EIGENVALUES["max"] in claim.formula.free_symbols
    state = claim.item(words.STATE)
    played = 0 if spectrum else active_at_the_start(claim, rng)
    for _ in until(seconds):
        data, _rest = few(claim, rng, 4)
        activation = activation_of(claim, rng)
        weight = state.sample(rng, data, activation)
        if not state.holds(weight, data, activation):
            continue
        gates = gates_at(weight, data, activation)
        n, d = len(data), len(weight)
        here_seen = seen_at(weight, data, gates)
        counted = {} if spectrum else measured(claim, here_seen, (no.k0,))
        at: Point = {no.n: Fraction(n), no.d: Fraction(d), **counted,
                     **measured(claim, here_seen, (no.k,))}  # fmt: skip
        if not inside(claim, at):
            continue
        here = {x: exact(v) for x, v in at.items()}
        matrix = hessian(weight, data, gates)
        if spectrum:
            pairs = [
                (claim.says(EIGENVALUES[x]).subs(here),
                 int(claim.says(MULTIPLICITIES[x]).subs(here))) for x in EIGENVALUES
            ]  # fmt: skip
            if matrix.charpoly() != spectrum_polynomial(pairs):
                refute(claim, "the spectrum", {**at, "w": weight})
            bend = Bend(
                curvature(matrix, n), weight, [x for x, g in zip(data, gates, strict=True) if g]
            )
            for x, claimed in zip(EIGENVALUES, pairs, strict=True):
                for symbol, value in zip((EIGENVALUES[x], MULTIPLICITIES[x]), claimed, strict=True):
                    found = claim.meaning(symbol).value(bend)
                    if found is not None and exact(found) != value:
                        refute(claim, symbol, {**at, "w": weight, "found": found})
        else:
            name = trace_linear if activation == "linear" else trace
            found = as_fmpq(claim.meaning(name).value(curvature(matrix, n)))
            if str(found) != str(claim.says(name).subs(here)):
                refute(claim, "the trace", {**at, "w": weight, "trace": found})
            one = gates_at(data[0], data, activation)
            if activation == "relu" and sum(one) == 1 and state.holds(data[0], data, activation):
                sparse = hessian(data[0], data, one)  # against this one, dense where k > 1
                gap = claim.meaning(trace_gap).value((curvature(sparse, n), curvature(matrix, n)))
                known = {**here, **{x: exact(v) for x, v in counted.items()}}
                if exact(gap) != claim.says(trace_gap).subs(known):
                    refute(claim, "the gap of two traces", {**at, "w": weight, "gap": gap})
        played += 1
    return played


def active_at_the_start(claim: Claim, rng: Rng, runs: int = 20_000) -> int:
    """E[k_0 | k_0 >= 1] over the claim's law of starts, within Hoeffding's bound for k_0 in 1..n."""
    for n in (1, int(one_of(rng, 2, 3, 8))):  # at n = 1 a live start has k_0 = 1 exactly
        counts = (claim.item(words.START).sample(rng, runs, n + 1)[:, :n] > 0).sum(axis=1)
        alive = int((counts > 0).sum())
        if not alive:
            continue
        claimed = float(claim.says(mean_active).subs(no.n, n))
        bound = (n - 1) * np.sqrt(np.log(2 / ERROR) / (2 * alive))
        mean = claim.meaning(mean_active).value(counts)
        if abs(mean - claimed) > bound + 1e-12:
            refute(claim, "the mean of k_0", {"n": n, "mean": mean, "claimed": claimed})
    return 1


def along_paths(claim: Claim, rng: Rng, seconds: float) -> int:
    """TRACE-JUMP: the trace with k_0 open gates at any state, the gates after one step; whole paths."""
    played = 0
    for _ in until(seconds):
        played += to_the_end(claim, rng)
        case = draw(claim, rng, most=3)
        at = case.at
        if len(at.weight) > 5:
            continue
        values = observables(claim, case)
        if not inside(claim, values):
            continue
        if case.after.gates != at.gates:
            refute(claim, "the active set is kept", {**values, "case": case})
        matrix = hessian(at.weight, at.data, at.gates)
        found = as_fmpq(claim.meaning(trace_path).value(curvature(matrix, len(at.data))))
        claimed = claim.says(trace_path).subs({x: exact(v) for x, v in values.items()})
        if str(found) != str(claimed):
            refute(claim, "the trace on the path", {**values, "trace": found})
        played += 1
    return played


def curvature_at(w: Floats, data: list[Vector], gates: list[int]) -> Curvature:
    """That at a weight in floats, by exact differences there."""
    return curvature(hessian([Fraction(float(x)) for x in w], data, gates), len(data))


def to_the_end(claim: Claim, rng: Rng) -> int:
    """One run from the region to rest: the trace with its gates, that of the limit point, the jump.

    At the limit point coordinates below 1e-4 are taken for 0.  Left out: runs not at rest by 6000
    steps, and those whose end is none of the claim's item on the state.
    """
    n = int(one_of(rng, 1, 2, 3))
    d = n + int(one_of(rng, 0, 1))
    data, activation = basis(claim, rng, n, d)[0], activation_of(claim, rng)
    a, r2 = float(one_of(rng, 0.1, 0.3, 0.45)), float(rng.uniform(0.2, 1.9))
    x, w = np.array([[float(e) for e in p] for p in data]), rng.normal(size=(1, d))
    w *= np.sqrt(r2) / np.linalg.norm(w)
    q = (w @ x.T)[0]
    gates = [int(activation == "linear" or value > 0) for value in q]
    at: Point = {no.n: n, no.d: d, no.k: sum(gates), no.k0: sum(gates), no.a: Rational(str(a)),
                 no.r2: Rational(repr(r2)), no.S: 0}  # fmt: skip
    if not inside(claim, at):
        return 0
    ways = [batches_of(claim, rng, n, int(rng.integers(1, n + 1)))]
    end, rest = descend(w, x, a, activation == "relu", 6000, ways)
    if not rest.all() or not claim.item(words.STATE).holds(end[0], data, activation):
        return 0
    near = np.where(np.abs(x @ end[0]) < 1e-4, 0.0, x @ end[0])
    there = [int(activation == "linear" or value > 0) for value in near]
    along = float(claim.meaning(trace_path_limit).value(curvature_at(end[0], data, gates)))
    point = float(claim.meaning(trace_at_limit).value(curvature_at(end[0], data, there)))
    for name, found in (
        (trace_path_limit, along),
        (trace_at_limit, point),
        (trace_jump, float(claim.meaning(trace_jump).value((point, along)))),
    ):
        claimed = float(claim.says(name).subs(at))
        if abs(found - claimed) > 0.01:
            refute(claim, f"{name} = {claimed}", {**at, "end": end[0], "found": found})
    return 1


FALSIFIERS: dict[str, Falsifier] = {"MAX-EIG": minima, "TRACE": minima, "TRACE-JUMP": along_paths}
