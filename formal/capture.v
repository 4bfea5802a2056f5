(* CAPTURE: where one coordinate leads, U = sum of |q_j/q_i|^g falls by the factor 1 - p g^2 on average. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From mathcomp Require Import perm.
From SGD Require Import statements.sums.
From SGD Require Import statements.model.
From SGD Require Import statements.state.
From SGD Require Import sums.
From SGD Require Import powers.
From SGD Require Import batches.
From SGD Require Import exchange.
From SGD Require Import coordinates.
From SGD Require Import ratios.
From SGD Require walk.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

(* The hypotheses of CAPTURE: b < n, and lower bounds t_* of 2 - r2 and s_* of the live mass. *)
Class capturable (n b : nat) (a ts ss : R) : Prop := Capturable {
  capt_step :> stepping a ts; batch_ge1 : (1 <= b)%N; batch_lt : (b < n)%N;
  ts_le : ts <= 1; ss_pos : 0 < ss; ss_le : ss <= 2 }.

Section Capture.
Variables (n b : nat) (a ts ss : R).
Context {Cl : capturable n b a ts ss}.

Notation state := (state n).
Notation batch := (batch n b).
Notation step := (@step n b a).
Notation run := (run step).
Notation rat := ratio.
Notation pw := power.
Let b_pos : (1 <= b)%N. Proof. exact: batch_ge1. Qed.
Let b_lt_n : (b < n)%N. Proof. exact: batch_lt. Qed.
Let a0 : 0 < a. Proof. exact: a_pos. Qed.
Let a1 : a < 1 / 2. Proof. exact: a_lt. Qed.
Let ts0 : 0 < ts. Proof. exact: ts_pos. Qed.
Let ts_le1 : ts <= 1. Proof. exact: ts_le. Qed.
Let ss0 : 0 < ss. Proof. exact: ss_pos. Qed.
Let ss_le2 : ss <= 2. Proof. exact: ss_le. Qed.
Let T0 := batch_pos b_lt_n.
Let N := INR n.
Notation SInv := (SInv ts ss).
Notation alB := (alB a).
Notation beB := (beB a).
Notation fac := (fac a).
Notation pp := (split_chance n b).
Implicit Types (x : state) (B : batch) (i j : 'I_n).

(* z: where i leads, a draw of i alone gains at least log(1 + z) on a draw of j alone; g; theta = 2^(-g) *)
Definition lam := 3 * ss / (N + 3).
Definition zz := a ^ 2 * ts * lam / (1 + 2 * a).
Definition g := zz / (2 * (1 + zz)).
Definition th := Rpower 2 (- g).

Lemma N1 : 1 < N.
Proof.
by rewrite /N -[1]/(INR 1); apply: lt_INR; apply/ltP; apply: leq_ltn_trans b_lt_n.
Qed.
Lemma lam_pos : 0 < lam. Proof. by have := N1; rewrite /lam => N1'; apply: Rdiv_lt_0_compat; lra. Qed.
Lemma lam_le : lam <= 6 / 5.
Proof.
have N1' := N1; have N2 : 2 <= N.
  by rewrite /N (_ : 2 = INR 2) //; apply: le_INR; apply/leP; apply: leq_ltn_trans b_lt_n.
rewrite /lam; apply: (Rmult_le_reg_r (N + 3)); first lra.
by rewrite /Rdiv Rmult_assoc Rinv_l; lra.
Qed.
Lemma zz_bounds : 0 < zz <= 1.
Proof.
have L0 := lam_pos; have L1 := lam_le; rewrite /zz.
have A2 : 0 < a ^ 2 <= 1 / 4 by nra.
have B : 0 < a ^ 2 * ts <= 1 / 4 * 1.
  by split; [apply: Rmult_lt_0_compat; lra | apply: Rmult_le_compat; lra].
have C : 0 < a ^ 2 * ts * lam <= 1 / 4 * 1 * (6 / 5).
  by split; [apply: Rmult_lt_0_compat; lra | apply: Rmult_le_compat; lra].
split; first by apply: Rdiv_lt_0_compat; lra.
apply: (Rmult_le_reg_r (1 + 2 * a)); first lra.
by rewrite /Rdiv Rmult_assoc Rinv_l; lra.
Qed.
Lemma g_bounds : 0 < g <= 1 / 4.
Proof.
have [z0 z1] := zz_bounds; rewrite /g; split; first by apply: Rdiv_lt_0_compat; lra.
apply: (Rmult_le_reg_r (2 * (1 + zz))); first lra.
by rewrite /Rdiv Rmult_assoc Rinv_l; lra.
Qed.
Lemma two_g : 2 * g <= ln (1 + zz).
Proof.
have [z0 z1] := zz_bounds; have := ln_ge z0.
by rewrite (_ : 2 * g = zz / (1 + zz)) // /g; field; lra.
Qed.
Lemma th_pw : th = pw g (1 / 2).
Proof.
rewrite /th /power; case: RltbP => H; last by lra.
rewrite /Rpower; congr exp; rewrite (_ : 1 / 2 = / 2); last by field.
by rewrite ln_Rinv; [ring | lra].
Qed.
Lemma th_pos : 0 < th. Proof. exact: exp_pos. Qed.

(* one coordinate leads *)
Definition leads x i := forall j, j != i -> rat x i j <= 1 / 2.
Lemma rat_sq x i j : x.1 i <> 0 -> x.1 j ^ 2 = rat x i j ^ 2 * x.1 i ^ 2.
Proof.
move=> H; have Q := Rabs_pos_lt _ H.
by rewrite -(pow2_abs (x.1 j)) -(pow2_abs (x.1 i)) /ratio; field; lra.
Qed.
Lemma rat_le1_sq x i j : leads x i -> j != i -> 0 <= rat x i j ^ 2 <= 1 / 4.
Proof. by move=> L ji; have := L j ji; have := rat_ge0 x i j; nra. Qed.
Lemma lead_mass x i : x.1 i <> 0 -> leads x i -> mass x <= (N + 3) / 4 * x.1 i ^ 2.
Proof.
move=> H L; have Q := sq_ge0 (x.1 i).
apply: (Rle_trans _ (\rsum_(j : 'I_n) (1 / 4 * x.1 i ^ 2 + 3 / 4 * x.1 i ^ 2 * b2r (j == i)))).
  apply: rsum_le => j _; case: (eqVneq j i) => [->|ji]; rewrite /b2r ?eqxx; first by lra.
  rewrite (rat_sq j H); have := rat_le1_sq L ji => P.
  have : ratio x i j ^ 2 * x.1 i ^ 2 <= 1 / 4 * x.1 i ^ 2 by apply: Rmult_le_compat_r; lra.
  lra.
rewrite rsum_add rsum_constT card_ord -rsum_mull rsum_b2r card1 /=; rewrite -/N; lra.
Qed.
Lemma lead_q2 x i : SInv x -> x.1 i <> 0 -> leads x i -> 4 * ss / (N + 3) <= x.1 i ^ 2.
Proof.
case=> _ _ Hs H L; have M := lead_mass H L; have N1' := N1.
apply: (Rmult_le_reg_l ((N + 3) / 4)); first by lra.
by rewrite (_ : (N + 3) / 4 * (4 * ss / (N + 3)) = ss); [lra | field; lra].
Qed.
Lemma lead_gap x i j : SInv x -> x.1 i <> 0 -> leads x i -> j != i ->
  lam <= x.1 i ^ 2 - x.1 j ^ 2.
Proof.
move=> Ix H L ji; have Q := lead_q2 Ix H L; rewrite (rat_sq j H).
have := rat_le1_sq L ji => R1.
have : rat x i j ^ 2 * x.1 i ^ 2 <= 1 / 4 * x.1 i ^ 2.
  by apply: Rmult_le_compat_r; [exact: sq_ge0 | lra].
have -> : lam = 3 / 4 * (4 * ss / (N + 3)) by rewrite /lam; field; have := N1; lra.
lra.
Qed.

Definition phi x B i j := Rpower (fac x B j / fac x B i) g.
Lemma pw_step x B i j : SInv x -> x.1 i <> 0 ->
  pw g (rat (step x B) i j) = pw g (rat x i j) * phi x B i j.
Proof.
move=> Ix H; rewrite (rat_step B j Ix H) pw_mul //; first exact: rat_ge0.
by apply: Rdiv_lt_0_compat; [exact: (fac_pos B j Ix) | exact: (fac_pos B i Ix)].
Qed.

Lemma seen_split x B i j : i \in val B -> j \notin val B ->
  let C := seen x (val B :\ i) in
  [/\ seen x (val B) = C + x.1 i ^ 2, seen x (val (swap i j B)) = C + x.1 j ^ 2,
      0 <= C & C + x.1 i ^ 2 + x.1 j ^ 2 <= mass x].
Proof.
move=> iB jB C.
have ij : i != j by apply: contraNneq jB => <-.
have E1 : seen x (val B) = C + x.1 i ^ 2.
  by rewrite Rplus_comm /C /seen (big_setD1 i).
have E2 : val (swap i j B) = j |: (val B :\ i).
  apply/setP => k; rewrite /= in_swap !inE; case: tpermP => [->|->|/eqP ki /eqP kj].
  - by rewrite (negbTE jB) (negbTE ij) eqxx.
  - by rewrite iB eqxx.
  by rewrite (negbTE kj) ki.
have jC : j \notin val B :\ i by rewrite !inE negb_and jB orbT.
split => //.
- by rewrite E2 Rplus_comm /C /seen big_setU1.
- exact: seen_ge0.
rewrite -E1; apply: Rle_trans (seen_le x (j |: val B)).
by rewrite /seen big_setU1 //= Rplus_comm; lra.
Qed.

Lemma phi_one x B i j : SInv x -> x.1 i <> 0 -> leads x i -> i \in val B -> j \notin val B ->
  phi x B i j + phi x (swap i j B) i j <= 2 - g ^ 2.
Proof.
move=> Ix H L iB jB.
have [E1 E2 C0 C1] := seen_split x iB jB.
set C := seen x (val B :\ i) in E1 E2 C0 C1.
have ji : j != i by apply: contraNneq jB => ->.
have iS : i \notin val (swap i j B) by rewrite /= in_swap tpermL.
have jS : j \in val (swap i j B) by rewrite /= in_swap tpermR.
have [F0 F1 F2 F3 F4] := facs B Ix.
have [G0 G1 G2 G3 G4] := facs (swap i j B) Ix.
have G := lead_gap Ix H L ji.
have [g0 g1] := g_bounds; have [z0 z1] := zz_bounds.
have R0 : C + x.1 i ^ 2 + x.1 j ^ 2 <= r2 x by case: Ix => R0 _ _; rewrite /r2; lra.
have ats : 0 < a * ts by apply: Rmult_lt_0_compat.
case: (Ix) => _ Ht _.
have SW := walk.swap a ts a0 a1 ts0 lam (r2 x) C (x.1 i ^ 2) (x.1 j ^ 2) C0 (sq_ge0 _) G lam_pos R0 Ht.
rewrite /= -E1 -E2 -/zz in SW.
rewrite /phi /fac iB (negbTE jB) (negbTE iS) jS.
move: SW; rewrite -!/(alB _ _) -!/(beB _ _) => SW.
set A := alB x B in F0 F1 F2 F3 SW *; set Be := beB x B in F2 F3 F4 SW *.
set A' := alB x _ in G0 G1 G2 G3 SW *; set Be' := beB x _ in G2 G3 G4 SW *.
have Q0 : 0 < Be / A by apply: Rdiv_lt_0_compat.
have Q1 : 1 <= Be' / A'.
  apply: (Rmult_le_reg_r A') => //; rewrite /Rdiv Rmult_assoc Rinv_l; last by lra.
  have : 0 < a * ts * A' by [apply: Rmult_lt_0_compat]; lra.
have Q2 : Be / A <= 1 + 2 * a.
  apply: (Rmult_le_reg_r A) => //; rewrite {1}/Rdiv Rmult_assoc Rinv_l; lra.
have -> : Rpower (A / Be) g = exp (- (g * ln (Be / A))).
  by rewrite /Rpower (_ : A / Be = / (Be / A)); [rewrite ln_Rinv //; congr exp; ring | field; lra].
rewrite /Rpower.
apply: walk.pair_of_powers => //.
- case: Q1 => [Q1|<-]; last by rewrite ln_1; lra.
  by left; rewrite -ln_1; apply: ln_increasing; lra.
- apply: Rle_trans ln2_le; left; apply: ln_increasing => //; lra.
have TG := two_g.
apply: (Rle_trans _ (ln (Be' / A') + ln (1 + zz))); first lra.
rewrite -ln_mult; [ | lra | lra]; rewrite (Rmult_comm (Be' / A')).
case: SW => [SW|<-]; [left; apply: ln_increasing => // | by right].
by apply: Rmult_lt_0_compat; lra.
Qed.

Definition one B i j := b2r (i \in val B) + b2r (j \in val B) -
   2 * (b2r (i \in val B) * b2r (j \in val B)).
Lemma phi_pair x B i j : SInv x -> x.1 i <> 0 -> leads x i -> j != i ->
  phi x B i j + phi x (swap i j B) i j <= 2 - g ^ 2 * one B i j.
Proof.
move=> Ix H L ji; rewrite /one /b2r.
have same B' : (i \in val B') = (j \in val B') -> phi x B' i j = 1.
  move=> E; rewrite /phi /fac E.
  have [? ? ? ? ?] := facs B' Ix.
  by case: (j \in _); rewrite /Rdiv Rinv_r ?Rpower1 //; lra.
case iB: (i \in val B); case jB: (j \in val B).
- rewrite !same ?iB ?jB //; first by lra.
  by rewrite /= !in_swap tpermL tpermR iB jB.
- by have := phi_one Ix H L iB (negbT jB); lra.
- have iS : i \in val (swap i j B) by rewrite /= in_swap tpermL.
  have jS : j \notin val (swap i j B) by rewrite /= in_swap tpermR iB.
  by have := phi_one Ix H L iS jS; rewrite swapK; lra.
rewrite !same ?iB ?jB //; first by lra.
by rewrite /= !in_swap tpermL tpermR iB jB.
Qed.

Lemma avg_one i j : j != i -> avg (fun B => one B i j) = 2 * pp.
Proof.
move=> ji; have N1' := N1; rewrite eq_sym in ji.
rewrite (avg_ext (G := fun B => b2r (i \in val B) + (b2r (j \in val B) +
   (-2) * (b2r (i \in val B) * b2r (j \in val B))))); last by move=> B; rewrite /one; ring.
rewrite !avg_add // avg_mull // !avg_in // avg_in2 // /split_chance.
by rewrite -/N; field; lra.
Qed.
Lemma avg_phi x i j : SInv x -> x.1 i <> 0 -> leads x i -> j != i ->
  avg (fun B => phi x B i j) <= 1 - pp * g ^ 2.
Proof.
move=> Ix H L ji; rewrite (avg_sym i j b_lt_n).
apply: (Rle_trans _ (avg (fun B => 1 + (- g ^ 2 / 2) * one B i j))).
  apply: avg_le => // B; have := phi_pair B Ix H L ji; lra.
by rewrite avg_add // avg_const // avg_mull // avg_one //; lra.
Qed.

Notation U := (power_sum g).
Lemma U_ge0 x i : 0 <= U x i.
Proof. by apply: rsum_ge0 => j _; apply: pw_ge0. Qed.
Lemma pw_le_U x i j : j != i -> pw g (rat x i j) <= U x i.
Proof.
move=> ji; rewrite /power_sum (bigD1 j) //; set q := \big[_/_]_(_ | _) _.
have H : 0 <= q by apply: rsum_ge0 => k _; apply: pw_ge0.
by move: H; rewrite /=; lra.
Qed.
Lemma U_leads x i : U x i <= th -> leads x i.
Proof.
move=> H j ji; apply: Rnot_lt_le => K; have [g0 _] := g_bounds.
have : pw g (1 / 2) < pw g (rat x i j) by apply: pw_lt => //; lra.
by have := pw_le_U x ji; rewrite -th_pw; lra.
Qed.
Theorem U_step x i : SInv x -> x.1 i <> 0 -> U x i <= th ->
  avg (fun B => U (step x B) i) <= (1 - pp * g ^ 2) * U x i.
Proof.
move=> Ix H /U_leads L; rewrite /power_sum avg_sum rsum_mull; apply: rsum_le => j ji.
rewrite (avg_ext (G := fun B => pw g (rat x i j) * phi x B i j)); last by move=> B; apply: pw_step.
rewrite avg_mull // Rmult_comm; apply: Rmult_le_compat_r; first exact: pw_ge0.
exact: avg_phi.
Qed.

End Capture.
