(* The words of the statements mean something: a limit is a limit, and almost surely is not nothing. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From SGD.statements Require Import sums model.
From SGD Require Import sums null_sets null_sets_proper.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

(* What never moves tends to itself alone. *)
Theorem tends_constant c l : tends (fun _ => c) l -> c = l.
Proof.
move=> H; case: (Req_dec c l) => // N; exfalso.
have P : 0 < Rabs (c - l) by apply: Rabs_pos_lt; lra.
have [K HK] := H (Rabs (c - l) / 2) ltac:(lra).
by have := HK K (leqnn K); lra.
Qed.
Theorem tends_to_constant d (w v : 'I_d -> R) : tends_to (fun _ => w) v -> forall k, w k = v k.
Proof.
move=> H k; have E : norm2 (fun k => w k - v k) = 0 := @tends_constant (norm2 (fun k => w k - v k)) 0 H.
move: E; rewrite /norm2 (bigD1 k) //=; set q := \big[_/_]_(_ | _) _ => E.
have Q : 0 <= q by apply: rsum_ge0 => l _; apply: sq_ge0.
have S := sq_ge0 (w k - v k); rewrite /= in S.
have Z : (w k - v k) ^ 2 = 0 by rewrite /=; lra.
by have := Rsqr_0_uniq (w k - v k); rewrite Rsqr_pow2 Z => /(_ erefl); lra.
Qed.
(* Two limits of one sequence are the same. *)
Theorem tends_unique f l m : tends f l -> tends f m -> l = m.
Proof.
move=> Hl Hm; case: (Req_dec l m) => // N; exfalso.
have P : 0 < Rabs (l - m) by apply: Rabs_pos_lt; lra.
have [K HK] := Hl (Rabs (l - m) / 4) ltac:(lra); have [J HJ] := Hm (Rabs (l - m) / 4) ltac:(lra).
have A := HK (maxn K J) (leq_maxl K J); have B := HJ (maxn K J) (leq_maxr K J).
have T := Rabs_triang (l - f (maxn K J)) (f (maxn K J) - m).
rewrite (_ : l - f (maxn K J) + (f (maxn K J) - m) = l - m) in T; last by ring.
by have S := Rabs_minus_sym l (f (maxn K J)); lra.
Qed.
(* The set of all sequences does not have outer measure 0; so the empty set does not have probability 1. *)
Theorem outer_proper (T : finType) : (0 < #|T|)%N -> ~ outer_le (fun _ : nat -> T => True) 0.
Proof.
move=> T0 H; apply: (null_proper T0) => e e0; have [C [C1 C2]] := H e e0; exists C; split => // M0.
by have := C2 M0; lra.
Qed.
Theorem never_is_not_almost_sure (T : finType) : (0 < #|T|)%N -> ~ probability (fun _ : nat -> T => False) 1.
Proof.
move=> T0 [_ H]; apply: (outer_proper T0) => e e0; have [C [C1 C2]] := H e e0; exists C; split.
  by move=> w _; apply: C1.
by move=> M0; have := C2 M0; lra.
Qed.
