"""How claims are said in Coq: phrases for assumptions, terms for symbols, conclusions from formulas.

``theorem_audit/kernel`` puts them together and knows none of them.  Words come from ``formal/statements/`` and
``formal/tie/words.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Eq, Expr, Symbol

from formal.tie.full_batch import gd_converges, gd_direction
from formal.tie.gram import gram_map
from formal.tie.minima import trace_of_the_hessian
from formal.tie.walks import non_confinement
from formal.tie.words import (
    DATA,
    GATE,
    NEURON,
    ONE_STEP,
    ORTHONORMAL,
    PREAMBLE,
    SEEN,
    SIZES,
    STATE,
    STEP_RATIO,
    STEP_TERMS,
    STEPS,
    SUBSETS,
    one_step,
    over_subsets,
    relations,
)
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import stated
from theorem_audit.kernel.statement import Declaration, NoPhrase, Speaker, parts_of, values
from theory import vocabulary as words
from theory.minibatch.capture import CAPTURE, g, growth, s_star, t_star, theta
from theory.minibatch.log_ratios import drift
from theory.minibatch.reach import M, final_ratio, schedule_probability
from theory.minibatch.sparse import (
    block_length,
    limit_off,
    limit_others,
    limit_winner,
    p_sparse,
    rate,
)
from theory.minibatch.sparse_time import Q, c, mean_psi, pi, psi
from theory.notation import (
    S_C,
    S,
    a,
    active,
    chi,
    d,
    delta,
    gradient,
    p,
    perp,
    perp_next,
    q_i,
    q_j,
    q_j_next,
    r2,
    rho,
    s,
    t,
)
from theory.notation import w as w_vector
from theory.notation import x as x_vector

# One step on vectors: STEP, BAND-WIDE, ENTRY, MASS-FLOOR


def _of_the_norm() -> Declaration:
    """Claims on ||w'||^2 alone hold for both activations and do not name the gate."""
    return one_step("neuron phi act")


def _step() -> Declaration:
    """GATE's condition, h is 0 or 1, and MEMBERSHIP's hold of the terms by themselves."""
    terms = {
        **STEP_TERMS,
        active: "(gate_value act (X j) w)",
        chi: "(gate_value act (X j) w * b2r (j \\in val B))",
        q_j: "(dot w (X j))",
        q_j_next: "(dot w' (X j))",
        perp: "(dot w u)",
        perp_next: "(dot w' u)",
    }
    return Declaration(
        f"{ONE_STEP} (j : 'I_n) (u : 'I_d -> R)", Speaker(terms, SIZES),
        {**ORTHONORMAL, **GATE, "membership": ""}, relations,
        ("(0 < b)%N", STEPS, "forall i, dot u (X i) = 0"),
    )  # fmt: skip


def _mass_floor() -> Declaration:
    declaration = one_step()
    terms = {**STEP_TERMS, active: "(gate_value act (X j) w)"}
    return Declaration(
        declaration.binders, Speaker(terms, SIZES), declaration.phrases, declaration.conclusion,
        declaration.setting, {"gate": "forall j,"},
    )  # fmt: skip


def _grad() -> Declaration:
    terms = {
        r2: "(norm2 w)", q_i: "(dot w x)", active: "(gate_value act x w)", x_vector: "(x k)",
        w_vector: "(w k)", gradient: "(G k)",
    }  # fmt: skip
    return Declaration(
        f"(d : nat) {NEURON} (x w : 'I_d -> R)", Speaker(terms, {d: "d"}),
        {words.UNIT_DATA.name: "norm2 x = 1", **GATE},
        lambda claim, speaker: (
            f"exists G : 'I_d -> R, is_gradient (loss phi x) w G /\\ forall k, {relations(claim, speaker)}"
        ),
    )  # fmt: skip


# SGD-SPARSE


def _sgd_sparse() -> Declaration:
    terms = {a: STEP_RATIO, r2: "(norm2 w0)", s: "(mass (coordinates act X w0))"}

    def conclusion(claim: Any, speaker: Speaker) -> str:
        value = values(claim.formula, p_sparse, limit_winner, limit_others, limit_off)
        draws, run = "batch n b", "sgd_run"
        if claim.item(words.BATCHES) != words.WITH_REPLACEMENT:
            over_subsets(claim)
        else:
            draws, run = "b.-tuple 'I_n", "sgd_run_replaced"
        return f"""probability (fun B : nat -> {draws} => exists w, {run} eta X phi w0 B w /\\ exists i,
    (coordinates act X w0).1 i <> 0 /\\ tends_to w (fun k => sgn (dot w0 (X i)) * X i k) /\\
    tends (fun m => (coordinates act X (w m)).1 i ^ 2) {speaker.real(value[limit_winner])} /\\
    tends (fun m => \\rsum_(j | j != i) (coordinates act X (w m)).1 j ^ 2) {speaker.real(value[limit_others])} /\\
    tends (fun m => (coordinates act X (w m)).2) {speaker.real(value[limit_off])}) {speaker.real(value[p_sparse])}"""

    return Declaration(
        f"(n d b : nat) (eta : R) {DATA} (w0 : 'I_d -> R) {NEURON}", Speaker(terms, SIZES),
        {**ORTHONORMAL, **SUBSETS, words.WITH_REPLACEMENT.name: ""}, conclusion, ("neuron phi act",),
    )  # fmt: skip


def _said(claim: Any, symbol: Symbol) -> Expr:
    """What a claim's conditions say that a symbol is; NoPhrase where they say nothing of it."""
    try:
        return stated(claim.region, symbol)
    except Undecided as error:
        raise NoPhrase(f"{claim.id}: no condition says what {symbol} is") from error


def _sparse_rate() -> Declaration:
    start = "(coordinates act X w0)"
    terms = {
        a: STEP_RATIO, r2: "(norm2 w0)", s: f"(mass {start})", t_star: "ts", s_star: "ss",
        p: "(split_chance n b)", g: "g",
    }  # fmt: skip
    speaker = Speaker(terms, {**SIZES, M: "M"})
    exponent = speaker.real(values(CAPTURE.formula, g, growth, theta)[g])
    run = f"run (@step n b {STEP_RATIO}) {start} (take m u)"

    def conclusion(claim: Any, speaker: Speaker) -> str:
        over_subsets(claim)
        value = values(claim.formula, block_length, rate)
        if _said(claim, g) != stated(CAPTURE.formula, g):
            raise NoPhrase(f"{claim.id}: g is said to be CAPTURE's")
        if _said(claim, p) != stated(CAPTURE.region, p):
            raise NoPhrase(f"{claim.id}: p is said to be the chance of a split")
        return f"""let g := {exponent} in let T := {speaker.natural(value[block_length])}%N in
  let c := {speaker.real(value[rate])} in
  (0 < T)%N /\\ 0 <= c < 1 /\\ forall dl, 0 < dl -> exists C, 0 < C /\\ forall K L, (K <= L)%N ->
    1 - C * c ^ (K %/ T) <= INR #|[set u : L.-tuple (batch n b) | [exists i : 'I_n, [forall m : 'I_L.+1,
       (K <= m)%N ==> near dl {start}.1 i ({run})]]]| / INR #|{{: L.-tuple (batch n b)}}|"""

    return Declaration(
        f"(n d b : nat) (eta : R) {DATA} (w0 : 'I_d -> R) {NEURON} (ts ss : R) (M : nat)", speaker,
        {**ORTHONORMAL, **SUBSETS}, conclusion, ("neuron phi act",), {"rounds": f"let g := {exponent} in"},
        inside=("exponent", "split probability"),
    )  # fmt: skip


# Where one coordinate leads, and how it comes to lead

_MEANS = f"(n d b : nat) (eta : R) {DATA} {NEURON} (w : 'I_d -> R) (w' : batch n b -> 'I_d -> R)"
_EVERY_STEP = "forall B, sgd_step eta X phi w B (w' B)"
_AFTER_B = "(coordinates act X (w' B))"


def _capture() -> Declaration:
    """p is whatever the claim's condition says; U, theta and what theta is for are in the conclusion."""
    terms = {
        a: STEP_RATIO, t_star: "ts", s_star: "ss", p: "p", g: "g", t: "(2 - norm2 w)", s: f"(mass {STATE})"
    }  # fmt: skip

    def conclusion(claim: Any, speaker: Speaker) -> str:
        over_subsets(claim)
        value = values(claim.formula, g, growth, theta)
        return f"""let g := {speaker.real(value[g])} in
  power_sum g {STATE} i <= {speaker.real(value[theta])} ->
  (forall j, j != i -> Rabs ({STATE}.1 j) <= Rabs ({STATE}.1 i) / 2) /\\
  avg (fun B : batch n b => power_sum g {_AFTER_B} i) <= {speaker.real(value[growth])} * power_sum g {STATE} i"""

    return Declaration(
        f"{_MEANS} (i : 'I_n) (ts ss p : R)", Speaker(terms, SIZES),
        {**ORTHONORMAL, **SUBSETS}, conclusion,
        ("neuron phi act", _EVERY_STEP, f"{STATE}.1 i <> 0"),
    )  # fmt: skip


def _reach() -> Declaration:
    """The slack is that of the run which the schedule leads; where the claim drops it, it is dropped."""
    start, end = "(coordinates act X w0)", "(coordinates act X (w ((n - 1) * M)%N))"
    terms = {
        a: STEP_RATIO, t_star: "ts", t: "(2 - norm2 (w m))", final_ratio: f"(ratio {end} i j)",
        schedule_probability: "(1 / INR #|{: ((n - 1) * M).-tuple (batch n b)}|)",
    }  # fmt: skip

    def conclusion(claim: Any, speaker: Speaker) -> str:
        over_subsets(claim)
        bounds = [x for x in parts_of(claim.formula) if x.has(final_ratio)]
        chances = [x for x in parts_of(claim.formula) if x.has(schedule_probability)]
        if len(bounds) != 1 or len(chances) != 1:
            raise NoPhrase(f"{claim.formula}: one bound of R_T and one equation for P_T expected")
        kept = [x.condition for x in claim.assumptions if x.name == "slack kept"]
        confined = "".join(f"(forall m, {speaker.relation(x)}) -> " for x in kept)
        return f"""({speaker.relation(chances[0])}) /\\
  exists u : ((n - 1) * M).-tuple (batch n b), forall w0 : 'I_d -> R,
    {start}.1 i <> 0 -> (forall j, Rabs ({start}.1 j) <= Rabs ({start}.1 i)) ->
    forall B w, sgd_run eta X phi w0 B w -> (forall m : 'I_((n - 1) * M), B m = tnth u m) ->
    {confined}forall j, j != i -> {speaker.relation(bounds[0])}"""

    return Declaration(
        f"(n d b : nat) (eta : R) {DATA} {NEURON} (ts : R) (i : 'I_n) (M : nat)",
        Speaker(terms, {**SIZES, M: "M"}), {**ORTHONORMAL, **SUBSETS}, conclusion,
        ("neuron phi act",), inside=("slack kept",),
    )  # fmt: skip


def _walk_drift() -> Declaration:
    """``sampling`` is no hypothesis: it says what the mean is over, so without it there is no mean."""
    terms = {
        a: STEP_RATIO, t: "(2 - norm2 w)", p: "(split_probability b i j)",
        q_i: f"({STATE}.1 i)", q_j: f"({STATE}.1 j)", S_C: f"(seen {STATE} C)", S: SEEN,
    }  # fmt: skip

    def conclusion(claim: Any, speaker: Speaker) -> str:
        over_subsets(claim)
        value = values(claim.formula, p, drift)
        log_ratio = "ln (Rabs ({0}.1 i) / Rabs ({0}.1 j))"
        return f"""split_probability b i j = {speaker.real(value[p])} /\\
  avg (fun B : batch n b => {log_ratio.format(_AFTER_B)} - {log_ratio.format(STATE)}) =
  split_mean b i j (fun C => {speaker.real(value[drift])})"""

    return Declaration(
        f"{_MEANS} (i j : 'I_n)", Speaker(terms, SIZES), {**ORTHONORMAL, **SUBSETS}, conclusion,
        ("neuron phi act", _EVERY_STEP, "i != j"), {"positive factors": "forall B : batch n b,"},
    )  # fmt: skip


# SPARSE-TIME


def _sparse_time() -> Declaration:
    members = "(b2r (i \\in val B) + b2r (j \\in val B))"
    share = f"({SEEN} / mass {STATE})"
    terms = {
        a: STEP_RATIO, delta: f"(mass {STATE} - 1)", t: "(2 - norm2 w)", p: "p", rho: f"{STATE}.2",
        c: members, pi: share,
        Q: f"(\\rsum_(j : 'I_n) ({STATE}.1 j ^ 2 / mass {STATE}) ^ 2)",
    }  # fmt: skip

    def conclusion(claim: Any, speaker: Speaker) -> str:
        over_subsets(claim)
        parts = parts_of(claim.formula)
        bounds = [x.gts for x in parts if not isinstance(x, Eq) and x.has(psi) and x.lts == psi]
        means = [x.rhs for x in parts if isinstance(x, Eq) and x.lhs == mean_psi]
        rates = [x.gts for x in parts if not isinstance(x, Eq) and x.lts == mean_psi]
        if not len(bounds) == len(means) == len(rates) == 1 or len(parts) != 3:
            raise NoPhrase(f"{claim.formula}: psi <= ..., E_psi = ..., E_psi <= ... expected")
        bound, rate = speaker.real(bounds[0]), speaker.real(rates[0])
        pair = "sqrt (Rabs ({0}.1 i * {0}.1 j) / mass {0})"
        run = f"run (@step n b {STEP_RATIO}) {STATE}"
        return f"""(forall i j : 'I_n, i != j ->
    (forall B, {pair.format(_AFTER_B)} <= ({bound}) * {pair.format(STATE)}) /\\
    avg (fun B : batch n b => {bound}) = {speaker.real(means[0])} /\\ {speaker.real(means[0])} <= {rate}) /\\
  avg (fun B : batch n b => pairs {_AFTER_B}) <= {rate} * pairs {STATE} /\\
  (mass {STATE} = 1 -> forall K, avg (fun s : K.-tuple (batch n b) => pairs ({run} s)) <= {rate} ^ K * pairs {STATE}) /\\
  (mass {STATE} = 1 -> forall K L y, (K <= L)%N -> 0 < y -> INR #|[set s : L.-tuple (batch n b) |
     [exists m : 'I_L.+1, (K <= m)%N && Rltb y (pairs ({run} (take m s)))]]| / INR #|{{: L.-tuple (batch n b)}}|
     <= {rate} ^ K * pairs {STATE} / y)"""

    every = {
        "share": "forall B : batch n b,",
        "members": "forall (i j : 'I_n) (B : batch n b),",
    }
    return Declaration(
        f"{_MEANS} (p : R)", Speaker(terms, SIZES), {**ORTHONORMAL, **SUBSETS}, conclusion,
        ("neuron phi act", _EVERY_STEP), every,
    )  # fmt: skip


_DECLARATIONS: dict[str, Callable[[], Declaration]] = {
    "GRAD": _grad,
    "STEP": _step,
    "BAND-WIDE": _of_the_norm,
    "ENTRY": _of_the_norm,
    "RADIUS-TWO": _of_the_norm,
    "GD-DIRECTION": gd_direction,
    "GD-CONVERGES": gd_converges,
    "MASS-FLOOR": _mass_floor,
    "WALK-DRIFT": _walk_drift,
    "CAPTURE": _capture,
    "REACH": _reach,
    "SGD-SPARSE": _sgd_sparse,
    "SPARSE-RATE": _sparse_rate,
    "SPARSE-TIME": _sparse_time,
    "NHRW": non_confinement,
    "TRACE": trace_of_the_hessian,
    "Q-GRAM": gram_map,
}


def spoken() -> tuple[str, ...]:
    """The claims that can be said in Coq."""
    return tuple(_DECLARATIONS)


def declaration(claim_id: str) -> Declaration:
    """How a claim is said; raises NoPhrase for one that has no phrases yet."""
    if claim_id not in _DECLARATIONS:
        raise NoPhrase(f"{claim_id}: no phrases; there are some for {', '.join(_DECLARATIONS)}")
    return _DECLARATIONS[claim_id]()


__all__ = ["PREAMBLE", "declaration", "spoken"]
