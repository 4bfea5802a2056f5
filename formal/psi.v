(* Psi, the best candidate, capped at 1: below 1 it falls by the factor c1 on average, and it never grows on average. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From SGD.statements Require Import sums model state.
From SGD Require Import sums powers batches coordinates ratios capture confine.
From SGD Require full_batch winner.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Psi.
Variables (n b : nat) (a ts ss : R).
Context {Cl : confined n b a ts ss}.
Let Cc : capturable n b a ts ss. Proof. exact: conf_capt. Qed.
Let Cs : stepping a ts. Proof. exact: capt_step. Qed.
#[local] Existing Instance Cc. #[local] Existing Instance Cs.

Notation state := (state n).
Notation batch := (batch n b).
Notation step := (@step n b a).
Notation rat := ratio.
Notation pw := power.
Let b_pos : (1 <= b)%N. Proof. exact: batch_ge1. Qed.
Let b_lt_n : (b < n)%N. Proof. exact: batch_lt. Qed.
Let a0 : 0 < a. Proof. exact: a_pos. Qed.
Let a1 : a < 1 / 2. Proof. exact: a_lt. Qed.
Let ts0 : 0 < ts. Proof. exact: ts_pos. Qed.
Let ss0 : 0 < ss. Proof. exact: ss_pos. Qed.
Let ts1 : ts <= 1 - 10 * a / 27. Proof. exact: ts_band. Qed.
Let ss1 : ss <= (1 - 2 * a) ^ 2 * ts. Proof. exact: ss_floor. Qed.
Let T0 := batch_pos b_lt_n.
Let N := INR n.
Notation SInv := (SInv ts ss).
Notation alB := (alB a).
Notation beB := (beB a).
Notation fac := (fac a).
Notation pp := (split_chance n b).
Let N1 : 1 < N. Proof. exact: capture.N1. Qed.
Notation g := (g n a ts ss).
Notation th := (th n a ts ss).
Notation U := (power_sum g).
Implicit Types (x : state) (B : batch) (i j : 'I_n).

Lemma ss_le1 : ss <= 1.
Proof. by apply: Rle_trans ss1 _; rewrite -(Rmult_1_l 1); apply: Rmult_le_compat; nra. Qed.
Lemma ssN : 0 < ss / N <= 1.
Proof.
have := N1; have := ss_le1 => S1 M1; split; first by apply: Rdiv_lt_0_compat; lra.
by apply: (Rmult_le_reg_r N); first lra; rewrite /Rdiv Rmult_assoc Rinv_l; lra.
Qed.
Lemma lead_q2' x i : SInv x -> x.1 i <> 0 -> leads x i -> ss / N <= x.1 i ^ 2.
Proof.
move=> Ix H L; apply: Rle_trans (lead_q2 Ix H L); have N1' := N1.
apply: (Rmult_le_reg_r (N * (N + 3))); first by apply: Rmult_lt_0_compat; lra.
have -> : ss / N * (N * (N + 3)) = ss * (N + 3) by field; lra.
have -> : 4 * ss / (INR n + 3) * (N * (N + 3)) = ss * (4 * N) by rewrite -/N; field; lra.
by apply: Rmult_le_compat_l; lra.
Qed.

(* the winner's own mass and rho *)
Definition zs := ss / N.
Definition kap := 4 * a * (1 - 2 * a) * zs ^ 2 / 9.
Definition Vi x i := full_batch.V (x.1 i ^ 2) x.2.
Definition sg x i := \rsum_(j : 'I_n | j != i) x.1 j ^ 2.
Definition ww x B i := \rsum_(j : 'I_n | j != i) x.1 j ^ 2 * b2r (j \in val B).
Lemma sg_ge0 x i : 0 <= sg x i.
Proof. by apply: rsum_ge0 => j _; apply: sq_ge0. Qed.
Lemma mass_split x i : mass x = x.1 i ^ 2 + sg x i.
Proof. by rewrite /mass (bigD1 i). Qed.
Lemma seen_split2 x B i : seen x (val B) = x.1 i ^ 2 * b2r (i \in val B) + ww x B i.
Proof. by rewrite seenE (bigD1 i). Qed.
Lemma ww_bounds x B i : 0 <= ww x B i <= sg x i.
Proof.
split; first by apply: rsum_ge0 => j _; have := sq_ge0 (x.1 j); rewrite /b2r; case: (j \in _); lra.
by apply: rsum_le => j _; have := sq_ge0 (x.1 j); rewrite /b2r; case: (j \in _); lra.
Qed.
Lemma Vi_step x B i : SInv x -> x.1 i <> 0 -> leads x i ->
  Vi (step x B) i <= Vi x i + (- (kap * Vi x i)) * b2r (i \in val B) + 200 * sg x i.
Proof.
move=> Ix H L; have Q := lead_q2' Ix H L; have [S0 S1] := ssN.
have [w0 w1] := ww_bounds x B i; have s0 := sg_ge0 x i.
case: (Ix) => R0 Ht _; have z0 := sq_ge0 (x.1 i).
have E2 : r2 x = x.1 i ^ 2 + sg x i + x.2 by rewrite /r2 (mass_split x i).
rewrite E2 in Ht.
have Zs : 0 <= zs <= x.1 i ^ 2 by rewrite /zs; lra.
have Es : (step x B).2 = x.2 * (1 - a * seen x (val B)) ^ 2 by [].
rewrite /Vi q_step Es /fac /beB /alB E2 (seen_split2 x B i) /b2r.
case: (i \in val B).
  have A := winner.V_in a ts (x.1 i ^ 2) (sg x i) x.2 (ww x B i) a0 a1 ts0 ts1 z0 s0 R0 w0 w1 Ht.
  have C := winner.V_rate a ts (x.1 i ^ 2) (sg x i) x.2 (ww x B i) a0 a1 ts0 z0 s0 R0 w0 w1 Ht _ Zs.
  rewrite !Rmult_1_r Rpow_mult_distr /kap; cbv zeta in A; lra.
have A := winner.V_out a ts (x.1 i ^ 2) (sg x i) x.2 (ww x B i) a0 a1 ts0 z0 s0 R0 w0 w1 Ht.
rewrite !Rmult_0_r Rplus_0_l Rpow_mult_distr; lra.
Qed.
Lemma V_bounds x i : SInv x -> 0 <= Vi x i <= 17.
Proof.
move=> Ix; have M := mass_le2 ts0 Ix; case: (Ix) => R0 _ _.
have Q := q2_le x i; have z0 := sq_ge0 (x.1 i); rewrite /Vi /full_batch.V.
move: (x.1 i ^ 2) Q z0 => z Q z0; have q0 := sq_ge0 (z ^ 2 - 1).
have z2 : z <= 2 by lra.
have Z2 : 0 <= z ^ 2 <= 4 by move: z0 z2; clear; nra.
have Z4 : (z ^ 2 - 1) ^ 2 <= 9 by move: (z ^ 2) Z2; clear => y Z2; nra.
lra.
Qed.
Lemma sg_le_U x i : SInv x -> x.1 i <> 0 -> leads x i -> sg x i <= 2 * U x i.
Proof.
move=> Ix H L; rewrite /sg /power_sum rsum_mull; apply: rsum_le => j ji.
rewrite (rat_sq j H); have M := mass_le2 ts0 Ix; case: (Ix) => R0 _ _.
have Q := q2_le x i; have z0 := sq_ge0 (x.1 i); have R1 := L j ji; have r0 := rat_ge0 x i j.
have [g0 g1] := g_bounds; have r1 : rat x i j <= pw g (rat x i j) by apply: pw_ge_id; lra.
have A : rat x i j ^ 2 * x.1 i ^ 2 <= rat x i j * 2.
  apply: Rmult_le_compat; try lra; first by apply: sq_ge0.
  by move: (rat x i j) r0 R1 => r r0 R1; nra.
lra.
Qed.

Definition kA := / th + 12 / (pp * g ^ 2).
Definition W x i := kA * U x i + 1 / 68 * Vi x i.
Definition c1 := Rmax (1 - pp * g ^ 2 / 2) (1 - kap * (INR b / N)).
Lemma pp_bounds : 0 < pp <= 1. Proof. exact: p_bounds. Qed.
Lemma pg : 0 < pp * g ^ 2 <= 1.
Proof.
have [g0 g1] := g_bounds; have [p0 p1] := pp_bounds.
have g2 : 0 < g ^ 2 <= 1 by nra.
split; first by apply: Rmult_lt_0_compat; lra.
by rewrite -(Rmult_1_l 1); apply: Rmult_le_compat; lra.
Qed.
Lemma kA_facts : [/\ 0 < kA, / kA <= th & 12 <= kA * (pp * g ^ 2)].
Proof.
have [q0 q1] := pg; have t0 := th_pos n a ts ss; have it0 := Rinv_0_lt_compat _ t0.
have s0 : 0 < 12 / (pp * g ^ 2) by apply: Rdiv_lt_0_compat; lra.
have k0 : 0 < kA by rewrite /kA; lra.
split => //.
  by rewrite -(Rinv_inv th); apply: Rinv_le_contravar => //; rewrite /kA; lra.
have -> : kA * (pp * g ^ 2) = / th * (pp * g ^ 2) + 12 by rewrite /kA; field; have [? ?] := g_bounds; have [? ?] := pp_bounds; lra.
have : 0 < / th * (pp * g ^ 2) by [apply: Rmult_lt_0_compat]; lra.
Qed.
Lemma kap_facts : 0 < kap * (INR b / N) <= 1.
Proof.
have [S0 S1] := ssN; have N1' := N1.
have B1 : 1 <= INR b by rewrite -[1]/(INR 1); apply: le_INR; apply/leP.
have BN : INR b + 1 <= N by rewrite -S_INR; apply: le_INR; apply/leP.
have bN : 0 < INR b / N <= 1.
  split; first by apply: Rdiv_lt_0_compat; lra.
  by apply: (Rmult_le_reg_r N); [lra | rewrite /Rdiv Rmult_assoc Rinv_l; lra].
have A : 0 < 4 * a * (1 - 2 * a) <= 1.
  by split; [apply: Rmult_lt_0_compat; lra | nra].
have Z : 0 < zs ^ 2 <= 1 by rewrite /zs; nra.
have K : 0 < 4 * a * (1 - 2 * a) * zs ^ 2 <= 1.
  split; first by apply: Rmult_lt_0_compat; lra.
  by rewrite -(Rmult_1_l 1); apply: Rmult_le_compat; lra.
have K' : 0 < kap <= 1 by rewrite /kap; lra.
split; first by apply: Rmult_lt_0_compat; lra.
by rewrite -(Rmult_1_l 1); apply: Rmult_le_compat; lra.
Qed.
Lemma c1_bounds : 0 <= c1 < 1.
Proof.
have [p0 p1] := pg; have [k0 k1] := kap_facts; rewrite /c1; split.
  by apply: Rle_trans (Rmax_l _ _); lra.
by apply: Rmax_lub_lt; lra.
Qed.
Lemma W_ge0 x i : SInv x -> 0 <= W x i.
Proof.
move=> Ix; have [v0 v1] := V_bounds i Ix; have [k0 _ _] := kA_facts.
have : 0 <= kA * U x i by [apply: Rmult_le_pos; [lra | exact: U_ge0]].
by rewrite /W; lra.
Qed.
Theorem W_step x i : SInv x -> x.1 i <> 0 -> U x i <= th ->
  avg (fun B => W (step x B) i) <= c1 * W x i.
Proof.
move=> Ix H Ut; have L := @U_leads n b a ts ss Cc x i Ut; have US := @U_step n b a ts ss Cc x i Ix H Ut.
have [k0 _ k2] := kA_facts; have u0 := U_ge0 a ts ss x i; have [v0 v1] := V_bounds i Ix.
have S := sg_le_U Ix H L.
rewrite /W avg_add // !avg_mull //.
have VS : avg (fun B => Vi (step x B) i) <=
    Vi x i + (- (kap * Vi x i)) * (INR b / N) + 200 * sg x i.
  rewrite -[in X in _ <= X](avg_in b_lt_n i) -avg_mull // -[X in _ <= X + _ + _](avg_const T0)
     -[X in _ <= _ + X](avg_const T0) -!avg_add //.
  by apply: avg_le => // B; apply: Vi_step.
have A1 : kA * avg (fun B => U (step x B) i) <= kA * ((1 - pp * g ^ 2) * U x i).
  by apply: Rmult_le_compat_l; lra.
have A2 : 12 * U x i <= kA * (pp * g ^ 2) * U x i by apply: Rmult_le_compat_r.
have C1 : (1 - pp * g ^ 2 / 2) * (kA * U x i) <= c1 * (kA * U x i).
  by apply: Rmult_le_compat_r; [apply: Rmult_le_pos; lra | exact: Rmax_l].
have C2 : (1 - kap * (INR b / N)) * (1 / 68 * Vi x i) <= c1 * (1 / 68 * Vi x i).
  by apply: Rmult_le_compat_r; [lra | exact: Rmax_r].
apply: (Rle_trans _ (kA * ((1 - pp * g ^ 2) * U x i) +
   1 / 68 * (Vi x i + (- (kap * Vi x i)) * (INR b / N) + 200 * sg x i))).
  by apply: Rplus_le_compat; [exact: A1 | apply: Rmult_le_compat_l; [lra | exact: VS]].
lra.
Qed.

(* Psi: the best candidate, capped at 1 *)
Definition liveb x i : bool := Rltb 0 (Rabs (x.1 i)).
Lemma livebP x i : reflect (x.1 i <> 0) (liveb x i).
Proof.
apply: (iffP (RltbP _ _)) => [H E|H]; last exact: Rabs_pos_lt.
by move: H; rewrite E Rabs_R0; lra.
Qed.
Definition Psi x := \big[Rmin/1]_(i : 'I_n | liveb x i) W x i.

Lemma bigmin_le (I : finType) (P : pred I) (F : I -> R) (i : I) : P i -> \big[Rmin/1]_(j | P j) F j <= F i.
Proof.
move=> Pi; have := mem_index_enum i; elim: (index_enum I) => // k r IH.
rewrite inE big_cons => /orP[/eqP<-|ir]; first by rewrite Pi; apply: Rmin_l.
case: (P k); last exact: IH.
by apply: Rle_trans (IH ir); apply: Rmin_r.
Qed.
Lemma bigmin_le1 (I : finType) (P : pred I) (F : I -> R) : \big[Rmin/1]_(j | P j) F j <= 1.
Proof.
elim: (index_enum I) => [|k r IH]; first by rewrite big_nil; lra.
by rewrite big_cons; case: (P k) => //; apply: Rle_trans IH; apply: Rmin_r.
Qed.
Lemma bigmin_case (I : finType) (P : pred I) (F : I -> R) :
  \big[Rmin/1]_(j | P j) F j = 1 \/ exists i : I, P i /\ \big[Rmin/1]_(j | P j) F j = F i.
Proof.
elim/big_ind: _ => [|y z Hy Hz|i Pi]; [by left | by rewrite /Rmin; case: Rle_dec | by right; exists i].
Qed.
Lemma Psi_le1 x : Psi x <= 1. Proof. exact: bigmin_le1. Qed.
Lemma Psi_leW x i : x.1 i <> 0 -> Psi x <= W x i.
Proof. by move=> H; apply: (bigmin_le (P := liveb x) (W x)); apply/livebP. Qed.
Lemma Psi_ge0 x : SInv x -> 0 <= Psi x.
Proof.
move=> Ix; case: (bigmin_case (liveb x) (W x)) => [|[i [_]]]; rewrite -/(Psi x) => ->; first by lra.
exact: W_ge0.
Qed.
Lemma W_lt1 x i : SInv x -> W x i <= 1 -> U x i <= th.
Proof.
move=> Ix Hw; have [k0 k1 k2] := kA_facts; have [v0 v1] := V_bounds i Ix.
apply: Rle_trans k1; apply: (Rmult_le_reg_l kA) => //; rewrite Rinv_r; last by lra.
by move: Hw; rewrite /W; lra.
Qed.
Lemma Psi_W x : Psi x < 1 -> exists i, x.1 i <> 0 /\ Psi x = W x i.
Proof.
move=> H; case: (bigmin_case (liveb x) (W x)) => [E|[i [/livebP Li E]]]; last by exists i.
by rewrite -/(Psi x) in E; lra.
Qed.
Lemma Psi_contract x : SInv x -> Psi x < 1 ->
  avg (fun B => Psi (step x B)) <= c1 * Psi x.
Proof.
move=> Ix H; have [i [Li E]] := Psi_W H.
have Ut : U x i <= th by apply: W_lt1 => //; lra.
rewrite E; apply: Rle_trans (W_step Ix Li Ut).
by apply: avg_le => // B; apply: Psi_leW; exact: (live_step (B := B) Ix Li).
Qed.
Lemma Psi_super x : SInv x -> avg (fun B => Psi (step x B)) <= Psi x.
Proof.
move=> Ix; case: (Rlt_or_le (Psi x) 1) => H.
  apply: Rle_trans (Psi_contract Ix H) _; have := Psi_ge0 Ix; have := c1_bounds => c1b P0.
  by rewrite -{2}(Rmult_1_l (Psi x)); apply: Rmult_le_compat_r; lra.
apply: Rle_trans H; rewrite -[X in _ <= X](avg_const T0).
by apply: avg_le => // B; apply: Psi_le1.
Qed.

End Psi.
