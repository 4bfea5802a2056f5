(* The map in coordinates: what a step sees, the mass after it, and the chance p that a batch splits a pair. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From SGD Require Import statements.sums.
From SGD Require Import statements.model.
From SGD Require Import statements.state.
From SGD Require Import sums.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Model.
Variables (n b : nat) (a : R).
Notation state := (state n).
Notation step := (@step n b a).
Implicit Types x : state.

Lemma seenE x B : seen x B = \rsum_(j : 'I_n) x.1 j ^ 2 * b2r (j \in B).
Proof.
rewrite /seen big_mkcond; apply: eq_bigr => j _.
by rewrite /b2r; case: (j \in B); ring.
Qed.
Lemma seen_ge0 x B : 0 <= seen x B.
Proof. by apply: rsum_ge0 => j _; apply: sq_ge0. Qed.
Lemma seen_le x B : seen x B <= mass x.
Proof.
rewrite seenE; apply: rsum_le => j _; have := sq_ge0 (x.1 j).
by rewrite /b2r; case: (j \in B); lra.
Qed.

Lemma mass_step x B : let al := 1 - a * seen x (val B) in let be := al + a * (2 - r2 x) in
  mass (step x B) = al ^ 2 * (mass x - seen x (val B)) + be ^ 2 * seen x (val B).
Proof.
move=> al be; set S := seen x (val B).
rewrite (_ : al ^ 2 * (mass x - S) + be ^ 2 * S = al ^ 2 * mass x + (be ^ 2 - al ^ 2) * S); last by ring.
rewrite /S seenE /mass !rsum_mull -rsum_add; apply: eq_bigr => j _ /=.
rewrite -/S /be /al /b2r -/S; case: (j \in val B); ring.
Qed.

End Model.

Lemma p_bounds n b : (1 <= b)%N -> (b < n)%N -> 0 < split_chance n b <= 1.
Proof.
move=> b_pos b_lt_n.
have N1 : 1 < INR n.
  by rewrite -[1]/(INR 1); apply: lt_INR; apply/ltP; apply: leq_ltn_trans b_lt_n.
have B1 : 1 <= INR b by rewrite -[1]/(INR 1); apply: le_INR; apply/leP.
have BN : INR b + 1 <= INR n by rewrite -S_INR; apply: le_INR; apply/leP.
have P : 0 < INR n * (INR n - 1) by apply: Rmult_lt_0_compat; lra.
have Q : 0 < INR b * (INR n - INR b) by apply: Rmult_lt_0_compat; lra.
split; first by apply: Rdiv_lt_0_compat.
apply: (Rmult_le_reg_r (INR n * (INR n - 1))) => //.
rewrite /split_chance (_ : _ / _ * _ = INR b * (INR n - INR b)); last by field; lra.
by rewrite Rmult_1_l (Rmult_comm (INR n)); apply: Rmult_le_compat; lra.
Qed.
