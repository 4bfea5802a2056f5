(* The slack 2 - r2 >= t_* and the live mass >= s_* are kept for ever. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From SGD.statements Require Import sums model state.
From SGD Require Import sums batches coordinates ratios capture.
From SGD Require band mass.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

(* The hypotheses of SGD-SPARSE beyond CAPTURE's: t_* and s_* small enough to be kept for ever. *)
Class confined (n b : nat) (a ts ss : R) : Prop := Confined {
  conf_capt :> capturable n b a ts ss; ts_band : ts <= 1 - 10 * a / 27; ss_floor : ss <= (1 - 2 * a) ^ 2 * ts }.

Section Kept.
Variables (n b : nat) (a ts ss : R).
Context {Cl : confined n b a ts ss}.
Let Cc : capturable n b a ts ss. Proof. exact: conf_capt. Qed.
Let Cs : stepping a ts. Proof. exact: capt_step. Qed.
#[local] Existing Instance Cc. #[local] Existing Instance Cs.

Notation state := (state n).
Notation batch := (batch n b).
Notation step := (@step n b a).
Notation run := (run step).
Let b_lt_n : (b < n)%N. Proof. exact: batch_lt. Qed.
Let a0 : 0 < a. Proof. exact: a_pos. Qed.
Let a1 : a < 1 / 2. Proof. exact: a_lt. Qed.
Let ts0 : 0 < ts. Proof. exact: ts_pos. Qed.
Let ss0 : 0 < ss. Proof. exact: ss_pos. Qed.
Let ts1 : ts <= 1 - 10 * a / 27. Proof. exact: ts_band. Qed.
Let ss1 : ss <= (1 - 2 * a) ^ 2 * ts. Proof. exact: ss_floor. Qed.
Let N := INR n.
Notation SInv := (SInv ts ss).
Notation g := (g n a ts ss).
Implicit Types (x : state) (B : batch) (i j : 'I_n).

Lemma SInv_step x (B : batch) : SInv x -> SInv (step x B).
Proof.
move=> Ix; have [F0 F1 F2 F3 F4] := facs B Ix; case: Ix => R0 Ht Hs.
have S0 := seen_ge0 x (val B); have S1 := seen_le x (val B); have S2 := seen_le_r2 (val B) R0.
split.
- by apply: Rmult_le_pos => //; apply: pow2_ge_0.
- have := band.confine a ts a0 a1 ts0 ts1 (r2 x) (seen x (val B)) S0 S2 Ht.
  rewrite /r2 mass_step /= /r2; lra.
have M2 : mass x <= r2 x by rewrite /r2; lra.
have := mass.floor a ts a0 a1 ts0 ss (r2 x) (mass x) (seen x (val B)) S0 S1 M2 Ht ss0 Hs ss1.
by rewrite mass_step.
Qed.

Lemma SInv_run x s : SInv x -> SInv (run x s).
Proof. by elim: s x => // B s IH x Ix; apply: IH; apply: SInv_step. Qed.
Lemma live_run x s i : SInv x -> x.1 i <> 0 -> (run x s).1 i <> 0.
Proof. by elim: s x => // B s IH x Ix H; apply: IH; [apply: SInv_step | exact: (live_step (B := B) Ix H)]. Qed.
End Kept.
