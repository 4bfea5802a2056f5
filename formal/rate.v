(* The finite form with its geometric rate: all but a small fraction of the words of batches lead near one data point and stay. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From SGD.statements Require Import sums model state.
From SGD Require Import sums runs blocks powers batches coordinates ratios capture confine psi contract paths.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Rate.
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
Notation c2 := (c2 n b a ts ss).
Notation enough := (enough n b a ts ss).
Notation Psi := (Psi b a ts ss).
Implicit Types (x : state) (B : batch) (i j : 'I_n).

Definition settles dl x K M (s : seq batch) : bool :=
  [exists i : 'I_n, [forall m : 'I_M.+1, (K <= m)%N ==> near dl x.1 i (run x (take m s))]].

(* Geometric rate: Tb and c2 do not depend on the accuracy dl. *)
Theorem sparse_rate x M0 : SInv x -> enough M0 -> [/\ (0 < n.-1 * M0)%N, 0 <= c2 M0 < 1 &
  forall dl, 0 < dl -> exists lev, 0 < lev /\ forall K M, (K <= M)%N ->
    1 - c2 M0 ^ (K %/ (n.-1 * M0)) / lev <= avg (fun s : M.-tuple batch => b2r (settles dl x K M s))].
Proof.
move=> Ix EM; have [Tb0 [c20 c21] Blk] := @block_contract n b a ts ss Cl M0 EM.
split => // dl d0; have [k0 _ _] := @kA_facts n b a ts ss Cl.
set Tb := (n.-1 * M0)%N in Tb0 Blk *; set c2 := c2 M0 in c20 c21 Blk *.
have P0 : 0 < pw g (dl / 2) by rewrite /power; case: RltbP => H; [apply: exp_pos | lra].
have kP : 0 < kA * pw g (dl / 2) by apply: Rmult_lt_0_compat.
pose lev := Rmin (1 / 2) (Rmin (dl ^ 2 / 68) (Rmin (dl / 17) (kA * pw g (dl / 2) / 2))).
have d2 : 0 < dl ^ 2 by apply: pow_lt.
have l0 : 0 < lev by rewrite /lev; repeat apply: Rmin_pos; lra.
have L1 : lev <= 1 / 2 by apply: Rmin_l.
have L' := Rmin_r (1 / 2) (Rmin (dl ^ 2 / 68) (Rmin (dl / 17) (kA * pw g (dl / 2) / 2))).
have L2 := Rmin_l (dl ^ 2 / 68) (Rmin (dl / 17) (kA * pw g (dl / 2) / 2)).
have L2' := Rmin_r (dl ^ 2 / 68) (Rmin (dl / 17) (kA * pw g (dl / 2) / 2)).
have L3 := Rmin_l (dl / 17) (kA * pw g (dl / 2) / 2).
have L4 := Rmin_r (dl / 17) (kA * pw g (dl / 2) / 2).
rewrite -/lev in L'.
exists lev; split => // K M KM.
pose bad (y : state) := Rltb lev (Psi y).
have MB := maximal_block T0 (@SInv_step n b a ts ss Cl) (@Psi_ge0 n b a ts ss Cl) (@Psi_super n b a ts ss Cl) c20 Blk l0 Ix KM.
have q0 := pow_le _ (K %/ Tb) c20.
have HB : avg (fun s : M.-tuple batch => b2r (hits step bad K x s)) <= c2 ^ (K %/ Tb) / lev.
  apply: (Rmult_le_reg_l lev) => //.
  rewrite (_ : lev * (c2 ^ (K %/ Tb) / lev) = c2 ^ (K %/ Tb) * 1); last by field; lra.
  apply: Rle_trans MB _; apply: Rmult_le_compat_l => //; exact: (@Psi_le1 n b a ts ss).
have tpos := card_tuple_pos T0 M.
apply: (Rle_trans _ (avg (fun s : M.-tuple batch => 1 + (-1) * b2r (hits step bad K x s)))).
  rewrite avg_add // avg_const // avg_mull //.
  apply: (Rle_trans _ (1 + (-1) * (c2 ^ (K %/ Tb) / lev))); first by lra.
  by apply: Rplus_le_compat_l; apply: Rmult_le_compat_neg_l; [lra | exact: HB].
apply: avg_le => // s; case Hh: (hits _ _ _ _ _); rewrite /b2r; first by case: (settles _ _ _ _ _); lra.
suff -> : settles dl x K M s by lra.
have NB m' : (K <= m')%N -> (m' <= M)%N -> Psi (run x (take m' s)) <= lev.
  move=> K' M'; apply: Rnot_lt_le => L; move/negP: Hh; apply; apply/hitsP.
  by exists m'; rewrite size_tuple; split => //; apply/RltbP.
have [i [Li Hi]] := @one_index n b a ts ss Cl lev x s K M Ix ltac:(lra) KM ltac:(by rewrite size_tuple) NB.
apply/existsP; exists i; apply/forallP => m; apply/implyP => Km.
by apply: (@W_near n b a ts ss Cl dl lev) => //; try lra; apply: Hi => //; rewrite -ltnS; apply: ltn_ord.
Qed.
Theorem sparse_core x dl eps : SInv x -> 0 < dl -> 0 < eps ->
  exists K, forall M, (K <= M)%N ->
    1 - eps <= avg (fun s : M.-tuple batch => b2r (settles dl x K M s)).
Proof.
move=> Ix d0 e0; have [M0 EM] := @enough_exists n b a ts ss Cl; have [Tb0 [c20 c21] H] := sparse_rate Ix EM.
set Tb := (n.-1 * M0)%N in Tb0 H *; set c2 := c2 M0 in c20 c21 H *.
have [lev [l0 Hl]] := H dl d0.
have [K0 HK] := pow_lt_1_zero c2 ltac:(rewrite Rabs_pos_eq; lra) (eps * lev) (Rmult_lt_0_compat _ _ e0 l0).
have := HK K0 (le_n _); rewrite Rabs_pos_eq; last by apply: pow_le.
move=> {}HK; exists (K0 * Tb)%N => M KM; apply: Rle_trans (Hl _ _ KM); rewrite mulnK //.
have : c2 ^ K0 / lev <= eps.
  apply: (Rmult_le_reg_r lev) => //; rewrite /Rdiv Rmult_assoc Rinv_l; lra.
lra.
Qed.

End Rate.
