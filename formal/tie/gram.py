"""How Q-GRAM is said in Coq: one step of SGD on fitted squares, for both ways of drawing a batch.

Parameters t in R^p, losses (<t, J_i> - y_i)^2/2, gradients by `is_gradient`; many starts s, each as
likely, stand for the law of the past.  The threshold C_ms is not said: its step stays outside the kernel.
"""

from __future__ import annotations

from typing import Any

from theorem_audit.exact.zero import relations, stated
from theorem_audit.kernel.statement import Declaration, NoPhrase, Speaker
from theory import vocabulary as words
from theory.quadratic import gram_thresholds as g
from theory.quadratic.mean_square import Q_KAPPA, gradient2, kappa_replacement, kappa_uniform
from theory.quadratic.second_moment import C, N, k, kappa

SIZES = {N: "n", k: "b"}
POLE = "no pole"  # how the hypothesis is called that N d_ab is not 0
STEP = """forall s B, exists G : 'I_n -> 'I_p -> R,
    (forall i, is_gradient (fun t => / 2 * (dot t (J i) - y i) ^ 2) (th s) (G i)) /\\
    forall q, {after} s B q = th s q - eta / INR b * {total}"""
LAWS = {  # the alphabet of batches; the sum over one; how often it holds i
    "uniform": (kappa_uniform, "batch n b", "th1", "\\rsum_(i in val B) G i q", "b2r ({i} \\in val B)"),
    "replaced": (
        kappa_replacement, "b.-tuple 'I_n", "th2", "\\rsum_(m : 'I_b) G (tnth B m) q",
        "INR (count_mem {i} B)",
    ),
}  # fmt: skip
BEFORE = "avg (fun s : T => (dot (th s) (J {i}) - y {i}) * (dot (th s) (J {j}) - y {j}))"


def gram_map() -> Declaration:
    """Entries of Sigma before and after, K = J J' and its eigenvectors U, l; each law has its kappa."""
    K = "dot (J {0}) (J {1})".format
    S = "S {0} {1}".format
    terms = {
        C: "eta",
        gradient2: "(/ INR n * \\rsum_(i : 'I_n) norm2 (fun q => (dot ts (J i) - y i) * J i q))",
        g.Sigma: f"({S('i', 'j')})",
        g.linear: f"(\\rsum_(h : 'I_n) ({K('i', 'h')} * {S('h', 'j')} + {S('i', 'h')} * {K('h', 'j')}))",
        g.product: f"(\\rsum_(h : 'I_n) \\rsum_(m : 'I_n) {K('i', 'h')} * {S('h', 'm')} * {K('m', 'j')})",
        g.diagonal: f"(\\rsum_(h : 'I_n) {K('i', 'h')} * {S('h', 'h')} * {K('h', 'j')})",
        g.l_a: "(l a)",
        g.l_b: "(l c)",
        g.d_ab: "(d a c)",
        g.l_max: "(l top)",
    }

    def conclusion(claim: Any, speaker: Speaker) -> str:
        if claim.item(words.BATCHES) != words.INDEPENDENT:
            raise NoPhrase(
                f"{claim.id}: the mean over the batch is said for independent batches alone"
            )
        laws = " /\\\n  ".join(_law(claim, terms, name) for name in LAWS)
        return f"let S := fun i j => {BEFORE.format(i='i', j='j')} in\n  {laws}"

    return Declaration(
        "(n p b : nat) (eta : R) (J : 'I_n -> 'I_p -> R) (y : 'I_n -> R) (ts : 'I_p -> R) (T : finType) "
        "(th : T -> 'I_p -> R) (th1 : T -> batch n b -> 'I_p -> R) (th2 : T -> b.-tuple 'I_n -> 'I_p -> R) "
        "(U : 'I_n -> 'I_n -> R) (l : 'I_n -> R) (top : 'I_n)",
        Speaker(terms, SIZES),
        {
            words.FITTED.name: "forall i, dot ts (J i) = y i",
            words.INDEPENDENT.name: " /\\ ".join(
                f"({STEP.format(after=after, total=total)})" for _, _, after, total, _ in LAWS.values()
            ),
        },
        conclusion,
        (
            "(0 < #|T|)%N",
            "forall i j, dot (J i) (J j) = \\rsum_(a : 'I_n) U i a * l a * U j a",
            "forall a c, \\rsum_(i : 'I_n) U i a * U i c = b2r (a == c)",
            "forall i j, \\rsum_(a : 'I_n) U i a * U j a = b2r (i == j)",
            "forall a, l a <= l top",
        ),
        inside=("noise", POLE),
    )  # fmt: skip


def _law(claim: Any, terms: Any, name: str) -> str:
    """Moments, map, modes and fixed points for one way of drawing."""
    symbol, letters, after, _, member = LAWS[name]
    speaker = Speaker(
        {**terms, kappa: Speaker({}, SIZES).real(stated(Q_KAPPA.formula, symbol))}, SIZES
    )
    said = {
        x: speaker.real(stated(claim.formula, x)) for x in (g.off, g.on, g.image, g.d_ab, g.tau)
    }
    if any(x.has(g.C_ms) != x.has(g.radius) for x in relations(claim.formula)):
        raise NoPhrase(f"{claim.id}: C_ms stands in one equation, with rho")
    noise = "".join(
        f"{speaker.relation(x.condition)} -> " for x in claim.assumptions if x.name == "noise"
    )
    pole = "".join(
        f"(forall a c, {speaker.relation(x.condition)}) ->"
        for x in claim.assumptions
        if x.name == POLE
    )
    i, j = member.format(i="i"), member.format(i="j")
    rest = "(dot ({0} s B) (J {1}) - y {1})".format
    return f"""({noise}let S1 := fun i j =>
    avg (fun s : T => avg (fun B : {letters} => {rest(after, "i")} * {rest(after, "j")})) in
  (forall i j : 'I_n, i != j -> avg (fun B : {letters} => {i} * {j}) / INR b ^ 2 = {said[g.off]}) /\\
  (forall i : 'I_n, avg (fun B : {letters} => {i} * {i}) / INR b ^ 2 = {said[g.on]}) /\\
  (forall i j : 'I_n, S1 i j = {said[g.image]}) /\\
  let d := fun a c => {said[g.d_ab]} in {pole}
  let tau := fun a c => {said[g.tau]} in
  let mode := fun (Z : 'I_n -> 'I_n -> R) a c => \\rsum_(i : 'I_n) \\rsum_(j : 'I_n) U i a * Z i j * U j c in
  (forall a c, mode S1 a c - mode S a c =
    eta * d a c * (eta * tau a c * (\\rsum_(i : 'I_n) U i a * U i c * S i i) - mode S a c)) /\\
  (eta <> 0 -> (forall i j, S1 i j = S i j) -> forall i, S i i = eta * \\rsum_(j : 'I_n)
    (\\rsum_(a : 'I_n) \\rsum_(c : 'I_n) U i a * U i c * U j a * U j c * tau a c) * S j j))"""


__all__ = ["gram_map"]
