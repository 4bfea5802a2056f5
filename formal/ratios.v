(* The factors of one step are positive, and what they do to the ratios |q_j/q_i|. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From SGD Require Import statements.sums.
From SGD Require Import statements.model.
From SGD Require Import statements.state.
From SGD Require Import sums.
From SGD Require Import coordinates.
From SGD Require mass.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

(* The hypotheses on the step size and on the slack t_* <= 2 - r2. *)
Class stepping (a ts : R) : Prop := Stepping { a_pos : 0 < a; a_lt : a < 1 / 2; ts_pos : 0 < ts }.

Definition SInv n (ts ss : R) (x : state n) : Prop := [/\ 0 <= x.2, ts <= 2 - r2 x & ss <= mass x].
Lemma mass_le2 n ts ss (x : state n) : 0 < ts -> SInv ts ss x -> mass x + x.2 <= 2.
Proof. by move=> t0 [R0]; rewrite /r2; lra. Qed.

Section Ratios.
Variables (n b : nat) (a ts ss : R).
Context {Cl : stepping a ts}.
Let a0 : 0 < a. Proof. exact: a_pos. Qed.
Let a1 : a < 1 / 2. Proof. exact: a_lt. Qed.
Let ts0 : 0 < ts. Proof. exact: ts_pos. Qed.
Notation state := (state n).
Notation batch := (batch n b).
Notation step := (@step n b a).
Notation run := (run step).
Notation rat := ratio.
Notation pw := power.
Implicit Types (x : state) (B : batch) (i j : 'I_n).
Notation SInv := (SInv ts ss).
Definition alB (x : state) (B : batch) := 1 - a * seen x (val B).
Definition beB (x : state) (B : batch) := 1 - a * seen x (val B) + a * (2 - r2 x).
Definition fac x (B : batch) (j : 'I_n) := if j \in val B then beB x B else alB x B.

Lemma q_step x (B : batch) j : (step x B).1 j = x.1 j * fac x B j.
Proof. by rewrite /fac /alB /beB /= /b2r; case: (j \in val B) => /=; ring. Qed.

Lemma seen_le_r2 x (B : {set 'I_n}) : 0 <= x.2 -> seen x B <= r2 x.
Proof. by move=> R0; have := seen_le x B; rewrite /r2; lra. Qed.

Lemma facs x (B : batch) : SInv x -> [/\ 0 < alB x B, alB x B <= 1,
  (1 + a * ts) * alB x B <= beB x B, beB x B <= (1 + 2 * a) * alB x B & 0 < beB x B].
Proof.
case=> R0 Ht Hs.
have [[F0 F1] [F2 [F3 F4]]] := mass.factors a ts a0 a1 ts0 (r2 x) (seen x (val B))
  (seen_ge0 x _) (seen_le_r2 _ R0) Ht.
have K : 0 < (1 + a * ts) * alB x B.
  apply: Rmult_lt_0_compat; last by rewrite /alB; lra.
  by have : 0 < a * ts by [apply: Rmult_lt_0_compat]; lra.
by rewrite /beB /alB in K *; split; lra.
Qed.
Lemma fac_pos x B j : SInv x -> 0 < fac x B j.
Proof. by move=> Ix; have [? ? ? ? ?] := facs B Ix; rewrite /fac; case: (j \in _). Qed.

Lemma q2_le x i : x.1 i ^ 2 <= mass x.
Proof.
rewrite /mass (bigD1 i) //; set q := \big[_/_]_(_ | _) _.
have H : 0 <= q by apply: rsum_ge0 => k _; apply: sq_ge0.
by move: H; rewrite /=; lra.
Qed.

(* ratios *)
Lemma rat_ge0 x i j : 0 <= rat x i j.
Proof.
rewrite /ratio /Rdiv; apply: Rmult_le_pos; first exact: Rabs_pos.
case: (Req_dec (x.1 i) 0) => [->|H]; first by rewrite Rabs_R0 Rinv_0; lra.
by left; apply: Rinv_0_lt_compat; apply: Rabs_pos_lt.
Qed.
Lemma live_step x B i : SInv x -> x.1 i <> 0 -> (step x B).1 i <> 0.
Proof.
move=> Ix H; rewrite q_step; apply: Rmult_integral_contrapositive_currified => //.
by have := fac_pos B i Ix; lra.
Qed.
Lemma rat_step x B i j : SInv x -> x.1 i <> 0 ->
  rat (step x B) i j = rat x i j * (fac x B j / fac x B i).
Proof.
move=> Ix H; rewrite /ratio !q_step !Rabs_mult.
have Fi := fac_pos B i Ix; have Fj := fac_pos B j Ix.
rewrite (Rabs_pos_eq (fac x B i)); last by lra.
rewrite (Rabs_pos_eq (fac x B j)); last by lra.
have Q := Rabs_pos_lt _ H.
by field; split; lra.
Qed.

Definition shrink := / (1 + a * ts).
Lemma shrink_bounds : 0 < shrink < 1.
Proof.
have ats : 0 < a * ts by apply: Rmult_lt_0_compat.
rewrite /shrink; split; first by apply: Rinv_0_lt_compat; lra.
by rewrite -Rinv_1; apply: Rinv_lt_contravar; lra.
Qed.
Lemma step_hold x B i j : SInv x -> x.1 i <> 0 -> i \in val B ->
  rat (step x B) i j <= rat x i j * (if j \in val B then 1 else shrink).
Proof.
move=> Ix H iB; rewrite rat_step //; apply: Rmult_le_compat_l; first exact: rat_ge0.
rewrite /fac iB; have [F0 F1 F2 F3 F4] := facs B Ix.
case: (j \in val B); first by right; field; lra.
rewrite /shrink; apply: (Rmult_le_reg_r (beB x B)) => //.
have ats : 0 < a * ts by apply: Rmult_lt_0_compat.
rewrite (_ : alB x B / beB x B * beB x B = alB x B); last by field; lra.
apply: (Rmult_le_reg_l (1 + a * ts)); first by lra.
by rewrite -Rmult_assoc Rinv_r; lra.
Qed.

(* Along a word of batches that all hold i, |q_j/q_i| falls by the factor shrink at least as often as j is left out. *)
Lemma run_hold s x i j : (forall u, SInv (run x u)) -> x.1 i <> 0 -> all (fun B => i \in val B) s ->
  rat (run x s) i j <= rat x i j * shrink ^ (count (fun B => j \notin val B) s).
Proof.
elim: s x => [|B s IH] x Ix H; first by rewrite /=; lra.
rewrite [all _ _]/= => /andP[iB As].
have I0 : SInv x := Ix [::].
have -> : run x (B :: s) = run (step x B) s by [].
have Is u : SInv (run (step x B) u) := Ix (B :: u).
apply: Rle_trans (IH (step x B) Is (live_step (B := B) I0 H) As) _.
have S := step_hold j I0 H iB.
have P : 0 <= shrink ^ (count (fun B => j \notin val B) s).
  by apply: pow_le; have [? ?] := shrink_bounds; lra.
apply: (Rle_trans _ (rat x i j * (if j \in val B then 1 else shrink) * shrink ^ (count (fun B => j \notin val B) s))).
  by apply: Rmult_le_compat_r.
by case jB: (j \in val B); rewrite /= jB ?add0n ?add1n /=; right; ring.
Qed.
End Ratios.
