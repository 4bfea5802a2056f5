(* From every state, one word of T batches makes Psi at most 1/2; so Psi contracts over every block of T steps. *)
From Coq Require Import Reals Lra Lia Psatz.
From mathcomp Require Import all_ssreflect.
From SGD.statements Require Import sums model state.
From SGD Require Import sums runs blocks powers batches coordinates ratios capture confine psi reach.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Lemma Znat_max z : (z <= Z.of_nat (Z.to_nat z))%Z.
Proof. clear; lia. Qed.

Section Contract.
Variables (n b : nat) (a ts ss : R).
Context {Cl : confined n b a ts ss}.
Let Cc : capturable n b a ts ss. Proof. exact: conf_capt. Qed.
Let Cs : stepping a ts. Proof. exact: capt_step. Qed.
#[local] Existing Instance Cc. #[local] Existing Instance Cs.

Notation state := (state n).
Notation batch := (batch n b).
Notation step := (@step n b a).
Notation run := (run step).
Notation rat := ratio.
Notation pw := power.
Let b_pos : (1 <= b)%N. Proof. exact: batch_ge1. Qed.
Let b_lt_n : (b < n)%N. Proof. exact: batch_lt. Qed.
Let a0 : 0 < a. Proof. exact: a_pos. Qed.
Let ts0 : 0 < ts. Proof. exact: ts_pos. Qed.
Let ss0 : 0 < ss. Proof. exact: ss_pos. Qed.
Let T0 := batch_pos b_lt_n.
Let N := INR n.
Notation SInv := (SInv ts ss).
Let N1 : 1 < N. Proof. exact: capture.N1. Qed.
Notation g := (g n a ts ss).
Notation th := (th n a ts ss).
Notation shrink := (shrink a ts).
Notation U := (power_sum g).
Notation kA := (kA n b a ts ss).
Notation c1 := (c1 n b a ts ss).
Notation Psi := (Psi b a ts ss).
Implicit Types (x : state) (B : batch) (i j : 'I_n).

Lemma exists_max (F : 'I_n -> R) (i0 : 'I_n) : exists i, forall j, F j <= F i.
Proof.
have [i Hi] : exists i, forall j, j \in enum 'I_n -> F j <= F i.
  elim: (enum 'I_n) => [|k r [i Hi]]; first by exists i0.
  case: (Rle_or_lt (F k) (F i)) => K.
    by exists i => j; rewrite inE => /orP[/eqP->|/Hi].
  by exists k => j; rewrite inE => /orP[/eqP->|/Hi]; lra.
by exists i => j; apply: Hi; rewrite mem_enum.
Qed.
Lemma argmax x : SInv x -> exists i, x.1 i <> 0 /\ forall j, rat x i j <= 1.
Proof.
case=> _ _ Hs; have n0 : (0 < n)%N by apply: leq_ltn_trans b_lt_n.
have [i Hi] := exists_max (fun j => Rabs (x.1 j)) (Ordinal n0).
have L : x.1 i <> 0.
  move=> E; have Z j : x.1 j = 0.
    case: (Req_dec (x.1 j) 0) => // /Rabs_pos_lt; have := Hi j; rewrite E Rabs_R0; lra.
  have : mass x = 0 by rewrite /mass big1 // => j _; rewrite Z; ring.
  lra.
exists i; split => // j; have Q := Rabs_pos_lt _ L; rewrite /ratio.
by apply: (Rmult_le_reg_r (Rabs (x.1 i))) => //; rewrite /Rdiv Rmult_assoc Rinv_l; have := Hi j; lra.
Qed.

Lemma exp_pow_nat (y : R) (k : nat) : exp (INR k * y) = exp y ^ k.
Proof. by elim: k => [|k IH]; [rewrite Rmult_0_l exp_0 | rewrite S_INR Rmult_plus_distr_r Rmult_1_l exp_plus IH /=; ring]. Qed.
Lemma Rpower_powr y M : 0 < y -> Rpower (y ^ M) g = Rpower y g ^ M.
Proof.
move=> y0; elim: M => [|M IH]; first by rewrite /= Rpower1.
by rewrite -[y ^ M.+1]/(y * y ^ M) -Rpower_mult_distr ?IH //; apply: pow_lt.
Qed.
Lemma pw_le r r' : 0 <= r -> r <= r' -> pw g r <= pw g r'.
Proof.
by move=> r0 [H|->]; [left; apply: pw_lt => //; by have [? ?] := @g_bounds n b a ts ss Cc | right].
Qed.

(* M rounds of the schedule are enough when M (n - b) g log(1 + a ts) >= log(4 A (n - 1)). *)
Definition enough (M : nat) : Prop :=
  ln (4 * kA * (N - 1)) <= INR M * ((N - INR b) * (g * ln (1 + a * ts))).
Lemma enough_shrink M : enough M -> kA * ((N - 1) * pw g (shrink ^ ((n - b) * M))) <= 1 / 4.
Proof.
move=> HM; have [h0 h1] := @shrink_bounds a ts Cs; have [g0 g1] := @g_bounds n b a ts ss Cc.
have [k0 _ _] := @kA_facts n b a ts ss Cl.
set k := ((n - b) * M)%N; have hk : 0 < shrink ^ k by apply: pow_lt.
have ats : 0 < a * ts by apply: Rmult_lt_0_compat.
have nb : INR (n - b) = N - INR b by rewrite minus_INR //; apply/leP; apply: ltnW.
have D : 0 < 4 * kA * (N - 1) by apply: Rmult_lt_0_compat; lra.
have E : pw g (shrink ^ k) = exp (- (INR M * ((N - INR b) * (g * ln (1 + a * ts))))).
  rewrite /power; case: RltbP => // _; rewrite Rpower_powr // /Rpower /ratios.shrink ln_Rinv; last lra.
  rewrite -exp_pow_nat; congr exp; rewrite /k mult_INR nb; ring.
have L : pw g (shrink ^ k) <= / (4 * kA * (N - 1)).
  rewrite E -[X in _ <= X](exp_ln _ (Rinv_0_lt_compat _ D)) ln_Rinv //.
  move: HM; rewrite /enough; set u := ln _; set v := INR M * _ => HM.
  by case: HM => [HM|->]; [left; apply: exp_increasing; lra | right].
have P0 : 0 <= pw g (shrink ^ k) by apply: pw_ge0.
have kN : 0 <= kA * (N - 1) by apply: Rmult_le_pos; lra.
have : kA * (N - 1) * pw g (shrink ^ k) <= kA * (N - 1) * / (4 * kA * (N - 1)) by apply: Rmult_le_compat_l.
by rewrite (_ : kA * (N - 1) * / (4 * kA * (N - 1)) = 1 / 4); [lra | field; lra].
Qed.
Lemma enough_exists : exists M, enough M.
Proof.
have [g0 g1] := @g_bounds n b a ts ss Cc; have ats : 0 < a * ts by apply: Rmult_lt_0_compat.
have L : 0 < ln (1 + a * ts) by rewrite -ln_1; apply: ln_increasing; lra.
have BN : INR b + 1 <= N by rewrite -S_INR; apply: le_INR; apply/leP.
have D : 0 < (N - INR b) * (g * ln (1 + a * ts)).
  by apply: Rmult_lt_0_compat; [lra | apply: Rmult_lt_0_compat].
set v := (N - INR b) * _ in D; set u := ln (4 * kA * (N - 1)).
have [U1 _] := archimed (u / v); exists (Z.to_nat (up (u / v))); rewrite /enough -/u -/v.
have U2 : IZR (up (u / v)) <= INR (Z.to_nat (up (u / v))).
  by rewrite INR_IZR_INZ; apply: IZR_le; exact: Znat_max.
apply: (Rmult_le_reg_r (/ v)); first by apply: Rinv_0_lt_compat.
rewrite Rmult_assoc Rinv_r; last by lra.
by rewrite Rmult_1_r; rewrite /Rdiv in U1 U2 *; lra.
Qed.
Lemma enough_pos M : enough M -> (0 < M)%N.
Proof.
case: M => // H; exfalso; move: H; rewrite /enough Rmult_0_l => H.
have [k0 k1 _] := @kA_facts n b a ts ss Cl; have t1 : th <= 1.
  rewrite (@th_pw n a ts ss) /power; case: RltbP => [_|_]; last by lra.
  have [g0 g1] := @g_bounds n b a ts ss Cc.
  apply: (Rle_trans _ (Rpower (1 / 2) 0)); last by rewrite Rpower_O; lra.
  rewrite /Rpower; left; apply: exp_increasing.
  have L2 : ln (1 / 2) < 0 by rewrite -ln_1; apply: ln_increasing; lra.
  by have : 0 < g * - ln (1 / 2) by [apply: Rmult_lt_0_compat; lra]; lra.
have K1 : 1 <= kA.
  have : kA * / kA <= kA * 1 by apply: Rmult_le_compat_l; lra.
  by rewrite Rinv_r; lra.
have N2 : 1 <= N - 1.
  have : 2 <= N by rewrite /N (_ : 2 = INR 2) //; apply: le_INR; apply/leP; apply: leq_ltn_trans b_lt_n.
  lra.
have : 1 < 4 * kA * (N - 1) by nra.
move=> /(ln_increasing 1 _ ltac:(lra)); rewrite ln_1; lra.
Qed.
Lemma reach_half M : enough M -> forall x, SInv x -> exists s : (n.-1 * M).-tuple batch, Psi (run x s) <= 1 / 2.
Proof.
move=> HM x Ix; have [i [Li Ri]] := argmax Ix.
exists (schedule b_pos b_lt_n i M); set y := state.run _ _ _.
have Is u : SInv (run x u) by apply: SInv_run.
have Iy : SInv y by apply: Is.
have Ly : y.1 i <> 0 by apply: live_run.
have [h0 h1] := @shrink_bounds a ts Cs; have [k0 _ _] := @kA_facts n b a ts ss Cl.
have [v0 v1] := @V_bounds n b a ts ss Cl y i Iy.
have hM : 0 <= shrink ^ ((n - b) * M) by apply: pow_le; lra.
have Rj j : j != i -> ratio y i j <= shrink ^ ((n - b) * M).
  by move=> ji; apply: (reach b_pos b_lt_n M Is Li Ri ji).
have Uy : U y i <= (N - 1) * pw g (shrink ^ ((n - b) * M)).
  apply: (Rle_trans _ (\rsum_(j : 'I_n | j != i) pw g (shrink ^ ((n - b) * M)))).
    by apply: rsum_le => j ji; apply: pw_le; [apply: rat_ge0 | apply: Rj].
  rewrite rsum_const; apply: Rmult_le_compat_r; first exact: pw_ge0.
  rewrite (eq_card (B := predC1 i)) // cardC1 card_ord -subn1 minus_INR; last by apply/leP; apply: leq_ltn_trans b_lt_n.
  by rewrite /N; right.
apply: Rle_trans (Psi_leW b a ts ss Ly) _; rewrite /psi.W.
have : kA * U y i <= kA * ((N - 1) * pw g (shrink ^ ((n - b) * M))) by apply: Rmult_le_compat_l; lra.
have := enough_shrink HM; lra.
Qed.
Lemma avg_good (I : finType) (F : I -> R) (s0 : I) : (forall s, F s <= 1) -> F s0 <= 1 / 2 ->
  avg F <= 1 - / 2 / INR #|I|.
Proof.
move=> H1 H0; have I0 : (0 < #|I|)%N by apply/card_gt0P; exists s0.
have n0 : 0 < INR #|I| by apply: lt_0_INR; apply/ltP.
have -> : avg F = 1 + (-1) * avg (fun s => 1 - F s).
  rewrite -avg_mull // -[X in X + _](avg_const I0) -avg_add //.
  by apply: avg_ext => s; ring.
have : / 2 / INR #|I| <= avg (fun s => 1 - F s).
  apply: Rmult_le_compat_r; first by left; apply: Rinv_0_lt_compat.
  rewrite (bigD1 s0) //; set q := \big[_/_]_(_ | _) _.
  have Q : 0 <= q by apply: rsum_ge0 => s _; have := H1 s; lra.
  by move: Q; rewrite /=; lra.
lra.
Qed.

(* Psi contracts over a block of T = (n-1) M steps, by an explicit factor. *)
Definition c2 (M : nat) : R := Rmax c1 (1 - / 2 / INR ('C(n, b) ^ (n.-1 * M))).
Lemma block_contract M : enough M -> [/\ (0 < n.-1 * M)%N, 0 <= c2 M < 1 &
  forall x, SInv x -> mean step (n.-1 * M) Psi x <= c2 M * Psi x].
Proof.
move=> HM; have HT := reach_half HM; have M0 := enough_pos HM.
have n1 : (1 < n)%N by apply: leq_ltn_trans b_lt_n.
set Tb := (n.-1 * M)%N in HT *; have Tb0 : (0 < Tb)%N by rewrite muln_gt0 M0 andbT -ltnS prednK // ltnW.
have CT : INR ('C(n, b) ^ Tb) = INR #|{: Tb.-tuple batch}| by rewrite card_tuple card_batch.
rewrite /c2 -/Tb CT.
set D := INR #|{: Tb.-tuple batch}|.
have D1 : 1 <= D by rewrite -[1]/(INR 1); apply: le_INR; apply/leP; apply: card_tuple_pos.
have iD : 0 < / D <= 1.
  by split; [apply: Rinv_0_lt_compat; lra | rewrite -Rinv_1; apply: Rinv_le_contravar; lra].
have [p0 p1] := @c1_bounds n b a ts ss Cl.
split => //.
  split; first by apply: Rle_trans (Rmax_l _ _).
  by apply: Rmax_lub_lt => //; rewrite /Rdiv; lra.
move=> x Ix; have P0 := @Psi_ge0 n b a ts ss Cl x Ix; case: (Rlt_or_le (Psi x) 1) => H.
  apply: (Rle_trans _ (c1 * Psi x)); last by apply: Rmult_le_compat_r => //; apply: Rmax_l.
  case: Tb Tb0 HT CT D D1 iD => // k _ _ _ _ _ _; rewrite meanS //.
  apply: Rle_trans (@Psi_contract n b a ts ss Cl x Ix H); apply: avg_le => // B.
  by apply: (mean_super T0 (@SInv_step n b a ts ss Cl)) => //; [apply: Psi_super | apply: SInv_step].
have E : Psi x = 1 by have := @Psi_le1 n b a ts ss x; lra.
have [s Hs] := HT x Ix; rewrite E Rmult_1_r; apply: Rle_trans (Rmax_r _ _).
by apply: (avg_good (s0 := s)) => // s'; apply: Psi_le1.
Qed.
End Contract.
