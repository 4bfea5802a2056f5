"""How the claims on gradient descent are said in Coq: one step of it, and its limit."""

from __future__ import annotations

from typing import Any

from sympy import Ge, Gt, Symbol

from formal.tie.words import (
    AFTER,
    GATE,
    ONE_STEP,
    ORTHONORMAL,
    SIZES,
    STATE,
    STEP_TERMS,
    STEPS,
    relations,
)
from theorem_audit.kernel.statement import Declaration, NoPhrase, Speaker, parts_of
from theory import vocabulary as words
from theory.full_batch.convergence import lyapunov
from theory.notation import active, perp, perp_next, q_j, q_j_next, rho, rho_next, s, s_next

FULL = {words.FULL.name: "b = n"}  # a batch of n of n indices holds all of them
KEPT = "(dot w' (X i) * gate_value act (X i) w)"
"""After the step, a coordinate whose gate was open before it."""
LEAST = Symbol("sigma", real=True)


def gd_direction() -> Declaration:
    """s+ is the mass of the coordinates active before the step: at any step size a gate may close."""
    mass = f"(\\rsum_(i : 'I_n) {KEPT} ^ 2)"
    terms = {
        **STEP_TERMS,
        active: "(gate_value act (X j) w)",
        q_j: "(dot w (X j))",
        q_j_next: "(dot w' (X j))",
        perp: "(dot w u)",
        perp_next: "(dot w' u)",
        s_next: mass,
        rho_next: f"(norm2 w' - {mass})",
    }
    return Declaration(
        f"{ONE_STEP} (j : 'I_n) (u : 'I_d -> R)", Speaker(terms, SIZES), {**ORTHONORMAL, **FULL}, relations,
        ("neuron phi act", STEPS, "forall i, dot u (X i) = 0"),
    )  # fmt: skip


def gd_converges() -> Declaration:
    """One step as the formula has it; then every run: V falls geometrically, w_m tends to w_A/||w_A||."""
    terms = {**STEP_TERMS, rho_next: f"{AFTER}.2", LEAST: "sigma"}

    def conclusion(claim: Any, speaker: Speaker) -> str:
        parts = parts_of(claim.formula)
        floors = [x.rhs for x in parts if isinstance(x, Ge) and x.lhs == s_next]
        rates = [x.lhs for x in parts if isinstance(x, Gt) and x.rhs == 0]
        if not len(floors) == len(rates) == 1:
            raise NoPhrase(f"{claim.formula}: one floor of s+ and one positive rate expected")
        here = {s: f"(mass {STATE})", rho: f"{STATE}.2"}
        there = {s: "(mass (coordinates act X (v m)))", rho: "(coordinates act X (v m)).2"}
        before, after = (Speaker(x, SIZES).real(lyapunov(s, rho)) for x in (here, there))
        return f"""{relations(claim, speaker)} /\\
  let sigma := {speaker.real(floors[0])} in let c := {speaker.real(rates[0].subs(s, LEAST))} in
  forall (D : nat -> batch n b) (v : nat -> 'I_d -> R), sgd_run eta X phi w D v ->
    (forall m, {after} <= (1 - c) ^ m * {before}) /\\
    tends_to v (fun k => \\rsum_(j : 'I_n) {STATE}.1 j / sqrt (mass {STATE}) * X j k)"""

    return Declaration(
        ONE_STEP, Speaker(terms, SIZES), {**ORTHONORMAL, **FULL, **GATE}, conclusion,
        ("neuron phi act", STEPS),
    )  # fmt: skip


__all__ = ["gd_converges", "gd_direction"]
