(* The notion of null set is proper: the set of all sequences is not null. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From Coq Require Import Classical_Prop ClassicalDedekindReals.
From SGD Require Import statements.sums.
From SGD Require Import statements.model.
From SGD Require Import statements.state.
From SGD Require Import sums.
From SGD Require Import runs.
From SGD Require Import null_sets.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Proper.
Variable T : finType.
Hypothesis T_pos : (0 < #|T|)%N.
Variable c : seq T -> bool.
Definition F (u : seq T) (m : nat) : R :=
  avg (fun s : m.-tuple T => \rsum_(M : 'I_(size u + m)) b2r (c (take M (u ++ s)))).
Lemma F_step u m : F u m.+1 = avg (fun B => F (rcons u B) m).
Proof.
rewrite /F avg_tupleS //; apply: avg_ext => B; apply: avg_ext => s.
by rewrite size_rcons addSnnS; apply: eq_bigr => M _; rewrite cat_rcons.
Qed.
Lemma F_mono u m : F u m <= F u m.+1.
Proof.
rewrite {1}/F -(@avg_take T T_pos m m.+1 (fun s => \rsum_(M : 'I_(size u + m)) b2r (c (take M (u ++ s))))) //.
apply: avg_le; first exact: card_tuple_pos.
move=> s; rewrite addnS big_ord_recr -[X in X <= _]Rplus_0_r.
apply: Rplus_le_compat; last exact: b2r_ge0.
apply: rsum_le => M _; right; congr (b2r (c _)).
have E : take M (u ++ take m s) = take M (take (size u + m) (u ++ s)) by rewrite takeD (@take_size_cat _ (size u) u) // drop_size_cat.
by rewrite E take_take // ltnW.
Qed.
Lemma F_le u m k : F u m <= F u (m + k).
Proof. by elim: k => [|k IH]; [rewrite addn0; lra | rewrite addnS; apply: Rle_trans (F_mono _ _)]. Qed.
Definition good u : bool :=
  if sig_forall_dec (fun m => F u m <= 1 / 2) (fun m => Rle_dec _ _) is inright _ then true else false.
Lemma goodP u : reflect (forall m, F u m <= 1 / 2) (good u).
Proof. by rewrite /good; case: sig_forall_dec => [[m H]|H]; constructor => // H'; apply: H; apply: H'. Qed.
Lemma bound_all (f : T -> nat) : exists m, forall B, (f B <= m)%N.
Proof. by exists (\max_B f B) => B; apply: leq_bigmax. Qed.
Lemma good_step u : good u -> exists B, good (rcons u B).
Proof.
move=> /goodP H; apply/existsP; case: (boolP [exists B, _]) => // /existsPn N.
have [f Hf] : exists f : T -> nat, forall B, 1 / 2 < F (rcons u B) (f B).
  exists (fun B => match sig_forall_dec (fun m => F (rcons u B) m <= 1 / 2) (fun m => Rle_dec _ _) with
     inleft m => sval m | inright _ => 0%N end) => B.
  by move: (N B); rewrite /good; case: sig_forall_dec => [[m K]|K] // _ /=; lra.
have [m Hm] := bound_all f.
have : 1 / 2 < F u m.+1.
  rewrite F_step; have /card_gt0P[B0 _] := T_pos.
  have n0 : 0 < INR #|T| by apply: lt_0_INR; apply/ltP.
  rewrite -(avg_const T_pos (1 / 2)) /avg; apply: Rmult_lt_compat_r; first by apply: Rinv_0_lt_compat.
  have G B : 1 / 2 < F (rcons u B) m.
    by apply: Rlt_le_trans (Hf B) _; rewrite -(subnKC (Hm B)); apply: F_le.
  rewrite (bigD1 B0) //= [X in _ < X](bigD1 B0) //=; apply: Rplus_lt_le_compat; first exact: G.
  by apply: rsum_le => B _; left; apply: G.
by have := H m.+1; lra.
Qed.
Variable B0 : T.
Definition choose u : T := odflt B0 [pick B | good (rcons u B)].
Lemma choose_good u : good u -> good (rcons u (choose u)).
Proof. by move=> /good_step[B HB]; rewrite /choose; case: pickP => //= /(_ B); rewrite HB. Qed.
Fixpoint pre m : seq T := if m is m'.+1 then rcons (pre m') (choose (pre m')) else [::].
Definition wit m : T := choose (pre m).
Lemma pre_wit m : mkseq wit m = pre m.
Proof. by elim: m => // m IH; rewrite /mkseq -[X in iota 0 X]addn1 iotaD map_cat -/(mkseq wit m) IH /= cats1. Qed.
Hypothesis start : forall m, F [::] m <= 1 / 2.
Lemma pre_good m : good (pre m).
Proof. by elim: m => [|m IH]; [apply/goodP | apply: choose_good]. Qed.
Lemma never m : ~~ c (mkseq wit m).
Proof.
apply/negP => H; rewrite pre_wit in H; have /goodP/(_ 1%N) := pre_good m.
have : 1 <= F (pre m) 1.
  rewrite -(avg_const (card_tuple_pos T_pos 1) 1); apply: avg_le; first exact: card_tuple_pos.
  move=> s; rewrite addn1 big_ord_recr -[X in X <= _]Rplus_0_l; apply: Rplus_le_compat.
    by apply: rsum_ge0 => M _; apply: b2r_ge0.
  by rewrite /= take_size_cat // H /b2r; lra.
by lra.
Qed.
End Proper.

Theorem null_proper (T : finType) : (0 < #|T|)%N -> ~ null (fun _ : nat -> T => True).
Proof.
move=> T_pos H; have [C [C1 C2]] := H (1 / 2) ltac:(lra).
have /card_gt0P[B0 _] := T_pos.
pose c (v : seq T) := in_tuple v \in C (size v).
have cE M (s : M.-tuple T) : c s = (s \in C M).
  rewrite /c; case: s => v p /=; have E : size v = M by exact/eqP.
  case: M / E p => p.
  suff -> : in_tuple v = Tuple p by [].
  exact: val_inj.
have st m : F c [::] m <= 1 / 2.
  apply: Rle_trans (C2 m); right; rewrite /F /= avg_sum; apply: eq_bigr => M _.
  rewrite (@avg_take T T_pos M m (fun s => b2r (c s))); last by apply: ltnW.
  rewrite -card_tuple (avg_ext (G := fun s : M.-tuple T => b2r (s \in C M))); last by move=> s; rewrite cE.
  by rewrite avg_count; congr (INR _ / _); apply: eq_card => s; rewrite inE.
have [M HM] := C1 (wit c B0) I.
by have := never T_pos B0 st M; rewrite -cE in HM; rewrite HM.
Qed.
