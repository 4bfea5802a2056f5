"""How the claims on the Hessian at a minimum are said in Coq: on the cell of gates of its active data."""

from __future__ import annotations

from typing import Any

from formal.tie.words import DATA, ORTHONORMAL
from theorem_audit.kernel.statement import Declaration, NoPhrase, Speaker, values
from theory import vocabulary as words
from theory.model.spectrum import mean_active, trace, trace_gap, trace_linear
from theory.notation import d, k, k0, n

_MINIMUM = "unit_in_span {0} X {1}"


def trace_of_the_hessian() -> Declaration:
    """A minimum w of each kind: active data A (k of them), all, one alone, and A0 (k_0 of them)."""
    sets = {"A": "w", "setT": "w'", "A1": "w1", "A0": "w0"}

    def conclusion(claim: Any, speaker: Speaker) -> str:
        if claim.item(words.START) != words.SIGN_SYMMETRIC:
            raise NoPhrase(f"{claim.id}: the mean of k_0 is said for fair signs alone")
        value = values(claim.formula, trace, trace_linear, trace_gap, mean_active)
        real = {symbol: speaker.real(found) for symbol, found in value.items()}
        return f"""(forall t, is_trace (cell_loss A X) w t <-> t = {real[trace]}) /\\
  (forall t, is_trace (cell_loss setT X) w' t <-> t = {real[trace_linear]}) /\\
  (forall t1 t0, is_trace (cell_loss A1 X) w1 t1 -> is_trace (cell_loss A0 X) w0 t0 ->
    t1 - t0 = {real[trace_gap]}) /\\
  (\\rsum_(B : {{set 'I_n}} | B != set0) INR #|B|) / INR #|[set B : {{set 'I_n}} | B != set0]| =
    {real[mean_active]}"""

    return Declaration(
        f"(n d k k0 : nat) {DATA} (A A0 A1 : {{set 'I_n}}) (w w' w0 w1 : 'I_d -> R)",
        Speaker({}, {n: "n", d: "d", k: "k", k0: "k0"}),
        {
            **ORTHONORMAL,
            words.MINIMUM.name: " /\\ ".join(_MINIMUM.format(*pair) for pair in sets.items()),
            words.SIGN_SYMMETRIC.name: "",
        },
        conclusion,
        ("#|A| = k", "#|A0| = k0", "#|A1| = 1%N"),
    )  # fmt: skip


__all__ = ["trace_of_the_hessian"]
