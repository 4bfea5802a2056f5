(* Almost surely, on infinite sequences of batches. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From Coq Require Import Classical_Prop.
From SGD.statements Require Import sums model state.
From SGD Require Import sums runs blocks powers batches coordinates ratios capture confine psi contract null_sets paths.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Limit.
Variables (n b : nat) (a ts ss : R).
Context {Cl : confined n b a ts ss}.
Let Cc : capturable n b a ts ss. Proof. exact: conf_capt. Qed.
Let Cs : stepping a ts. Proof. exact: capt_step. Qed.
#[local] Existing Instance Cc. #[local] Existing Instance Cs.

Notation state := (state n).
Notation batch := (batch n b).
Notation step := (@step n b a).
Notation run := (run step).
Notation pw := power.
Let b_lt_n : (b < n)%N. Proof. exact: batch_lt. Qed.
Let T0 := batch_pos b_lt_n.
Let N := INR n.
Notation SInv := (SInv ts ss).
Notation g := (g n a ts ss).
Notation kA := (kA n b a ts ss).
Notation W := (W b a ts ss).
Notation c2 := (c2 n b a ts ss).
Notation Psi := (Psi b a ts ss).
Implicit Types (x : state) (B : batch) (i j : 'I_n).

(* Almost surely, on infinite sequences of batches. *)
Definition path x (w : nat -> batch) m := run x (mkseq w m).
Lemma path_S x w m : path x w m.+1 = step (path x w m) (w m).
Proof. by rewrite /path /mkseq -[X in iota 0 X]addn1 iotaD map_cat /run foldl_cat. Qed.
Lemma limit_index x w lev K : SInv x -> lev < 1 ->
  (forall m, (K <= m)%N -> Psi (path x w m) <= lev) ->
  exists i, x.1 i <> 0 /\ forall m, (K <= m)%N -> Psi (path x w m) = W (path x w m) i.
Proof.
move=> Ix l1 H.
have [i [Li E]] := Psi_W (Rle_lt_trans _ _ _ (H K (leqnn _)) l1).
have Ip m : SInv (path x w m) by apply: SInv_run.
have Lx k t : (run x t).1 k <> 0 -> x.1 k <> 0.
  by have [f [f0 ->]] := sign_run t k Ix => Q E'; apply: Q; rewrite E'; ring.
have Li0 : x.1 i <> 0 by apply: Lx Li.
exists i; split => // m; elim: m => [|m IH] Km.
  by move: Km; rewrite leqn0 => /eqP K0; rewrite K0 in E.
case: (ltnP m K) => mK.
  by have -> : m.+1 = K by apply/eqP; rewrite eqn_leq Km mK.
have [i' [Li' E']] := Psi_W (Rle_lt_trans _ _ _ (H m.+1 Km) l1).
suff <- : i' = i by [].
apply: (@same_index n b a ts ss Cl (path x w m) (w m)) => //; try exact: Ip.
- exact: (@live_run n b a ts ss Cl _ _ _ Ix Li0).
- by apply: (W_leads (Ip m) l1); rewrite -IH //; apply: H.
- by apply: (@live_run n b a ts ss Cl) => //; apply: Lx Li'.
by rewrite -path_S; apply: (W_leads (Ip m.+1) l1); rewrite -E'; apply: H.
Qed.

Theorem sparse_core_as x : SInv x ->
  null (fun w : nat -> batch => ~ exists i, x.1 i <> 0 /\
     forall dl, 0 < dl -> exists K, forall m, (K <= m)%N -> near dl x.1 i (path x w m)).
Proof.
move=> Ix; apply: (null_of_tails T0) => eps e0.
have [M0 EM] := @enough_exists n b a ts ss Cl; have [Tb0 [c20 c21] Blk] := @block_contract n b a ts ss Cl M0 EM.
set Tb := (n.-1 * M0)%N in Tb0 Blk *; set c2 := c2 M0 in c20 c21 Blk *.
have [J0 HJ0] := pow_lt_1_zero c2 ltac:(rewrite Rabs_pos_eq; lra) eps e0.
have [J HJ] := pow_lt_1_zero c2 ltac:(rewrite Rabs_pos_eq; lra) (1 / 4) ltac:(lra).
have := HJ0 J0 (le_n _); rewrite Rabs_pos_eq; last by apply: pow_le.
move=> {}HJ0; have := HJ J (le_n _); rewrite Rabs_pos_eq; last by apply: pow_le.
move=> {}HJ.
have J1 : (0 < J)%N by case: J HJ => //= ; lra.
pose K k := ((J0 + J * k.+1) * Tb)%N.
pose lev (k : nat) := (1 / 2) ^ k.+1.
have l0 k : 0 < lev k by apply: pow_lt; lra.
have [k0 _ _] := @kA_facts n b a ts ss Cl.
exists (fun k u => (K k <= size u)%N && Rltb (lev k) (Psi (run x u))); split.
- move=> w NA; apply: NNPP => NF; apply: NA.
  have Hk k m : (K k <= m)%N -> Psi (path x w m) <= lev k.
    move=> Km; apply: Rnot_lt_le => L; apply: NF; exists k, m; rewrite size_mkseq Km /=.
    exact/RltbP.
  have [i [Li Hi]] := @limit_index x w (lev 0%N) (K 0%N) Ix ltac:(rewrite /lev /=; lra) (Hk 0%N).
  exists i; split => // dl d0.
  have P0 : 0 < pw g (dl / 2) by rewrite /power; case: RltbP => H; [apply: exp_pos | lra].
  have kP : 0 < kA * pw g (dl / 2) by apply: Rmult_lt_0_compat.
  have d2 : 0 < dl ^ 2 by apply: pow_lt.
  pose y := Rmin (1 / 2) (Rmin (dl ^ 2 / 68) (Rmin (dl / 17) (kA * pw g (dl / 2)))).
  have y0 : 0 < y by rewrite /y; repeat apply: Rmin_pos; lra.
  have L1 : y <= 1 / 2 by apply: Rmin_l.
  have L' := Rmin_r (1 / 2) (Rmin (dl ^ 2 / 68) (Rmin (dl / 17) (kA * pw g (dl / 2)))).
  have L2 := Rmin_l (dl ^ 2 / 68) (Rmin (dl / 17) (kA * pw g (dl / 2))).
  have L2' := Rmin_r (dl ^ 2 / 68) (Rmin (dl / 17) (kA * pw g (dl / 2))).
  have L3 := Rmin_l (dl / 17) (kA * pw g (dl / 2)).
  have L4 := Rmin_r (dl / 17) (kA * pw g (dl / 2)).
  rewrite -/y in L'.
  have [k HK] := pow_lt_1_zero (1 / 2) ltac:(rewrite Rabs_pos_eq; lra) y y0.
  have := HK k.+1 (le_S _ _ (le_n k)); rewrite Rabs_pos_eq; last by apply: pow_le; lra.
  rewrite -/(lev k) => Ly.
  exists (maxn (K 0%N) (K k)) => m; rewrite geq_max => /andP[Ma Mb].
  by apply: (@W_near n b a ts ss Cl dl (lev k)) => //; try lra; rewrite -/(path x w m) -Hi //; apply: Hk.
- move=> k u /andP[H _]; apply: leq_trans H; rewrite /K.
  apply: (@leq_trans (J * k.+1)%N); first by apply: leq_trans (leq_pmull _ J1); apply: leqnSn.
  by apply: leq_trans (leq_addl J0 _) _; apply: leq_pmulr.
move=> k M; case: (leqP (K k) M) => KM.
  have MB := maximal_block T0 (@SInv_step n b a ts ss Cl) (@Psi_ge0 n b a ts ss Cl) (@Psi_super n b a ts ss Cl) c20 Blk (l0 k) Ix KM.
  rewrite mulnK // in MB.
  have C : c2 ^ (J0 + J * k.+1) * Psi x <= eps * (1 / 4) ^ k.+1.
    have Q1 : c2 ^ (J * k.+1) <= (1 / 4) ^ k.+1.
      by rewrite -multE pow_mult; apply: pow_incr; split; [apply: pow_le | lra].
    have q1 : 0 <= c2 ^ (J * k.+1) by apply: pow_le.
    have q0 : 0 <= c2 ^ J0 by apply: pow_le.
    have q4 : 0 <= (1 / 4) ^ k.+1 by apply: pow_le; lra.
    rewrite -plusE pow_add.
    apply: (Rle_trans _ (eps * (1 / 4) ^ k.+1 * 1)); last by lra.
    apply: Rmult_le_compat; [by apply: Rmult_le_pos | exact: (@Psi_ge0 n b a ts ss Cl) | | exact: (@Psi_le1 n b a ts ss)].
    by apply: Rmult_le_compat; lra.
  apply: (Rmult_le_reg_l (lev k)) => //.
  have -> : lev k * (eps * (1 / 2) ^ k.+1) = eps * (1 / 4) ^ k.+1.
    have -> : (1 / 4 : R) = 1 / 2 * (1 / 2) by field.
    by rewrite Rpow_mult_distr /lev; ring.
  apply: Rle_trans C; apply: Rle_trans MB.
  apply: Rmult_le_compat_l; first by left.
  apply: avg_le; first exact: card_tuple_pos.
  move=> s; rewrite /b2r; case: hasP => [[m]|_]; last by case: (hits _ _ _ _ _); lra.
  rewrite mem_iota add0n ltnS => mM /andP[Km Hm].
  have -> : hits step (fun y => Rltb (lev k) (Psi y)) (K k) x s; last by lra.
  by apply/hitsP; exists m; rewrite size_takel ?size_tuple // in Km *.
rewrite (avg_ext (G := fun s : M.-tuple batch => 0)).
  rewrite avg_const; last exact: card_tuple_pos.
  by apply: Rmult_le_pos; [lra | apply: pow_le; lra].
move=> s; rewrite /b2r; case: hasP => // [[m]]; rewrite mem_iota add0n ltnS => mM /andP[Km _].
by move: Km; rewrite size_takel ?size_tuple // leqNgt (leq_ltn_trans mM KM).
Qed.
End Limit.
