(* Bounded supermartingales that contract once in every block of Tb steps: mean decay and the maximal inequality. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From SGD Require Import statements.sums.
From SGD Require Import statements.state.
From SGD Require Import sums.
From SGD Require Import runs.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Block.
Variables (T : finType) (X : Type) (step : X -> T -> X).
Hypothesis T_pos : (0 < #|T|)%N.
Variables (Inv : X -> Prop) (Phi : X -> R).
Hypothesis Inv_step : forall x B, Inv x -> Inv (step x B).
Hypothesis Phi_ge0 : forall x, Inv x -> 0 <= Phi x.
Hypothesis Phi_super : forall x, Inv x -> avg (fun B => Phi (step x B)) <= Phi x.
Notation run := (run step).
Definition mean (k : nat) (F : X -> R) (x : X) : R := avg (fun s : k.-tuple T => F (run x s)).

Lemma tp k : (0 < #|{: k.-tuple T}|)%N. Proof. exact: card_tuple_pos. Qed.

Lemma mean0 F x : mean 0 F x = F x.
Proof. by rewrite /mean avg_tuple0. Qed.
Lemma meanS k F x : mean k.+1 F x = avg (fun B => mean k F (step x B)).
Proof. by rewrite /mean avg_tupleS. Qed.
Lemma mean_add k m F x : mean (k + m) F x = mean k (mean m F) x.
Proof.
elim: k x => [|k IH] x; first by rewrite mean0.
by rewrite addSn !meanS; apply: avg_ext => B; apply: IH.
Qed.
Lemma Inv_run x s : Inv x -> Inv (run x s).
Proof. by elim: s x => // B s IH x Ix; apply: IH; apply: Inv_step. Qed.
Lemma mean_le k F G x : Inv x -> (forall y, Inv y -> F y <= G y) -> mean k F x <= mean k G x.
Proof. by move=> Ix H; apply: avg_le; [exact: tp | move=> s; apply: H; apply: Inv_run]. Qed.
Lemma mean_super k x : Inv x -> mean k Phi x <= Phi x.
Proof.
elim: k x => [|k IH] x Ix; first by rewrite mean0; lra.
rewrite meanS; apply: Rle_trans (Phi_super Ix).
by apply: avg_le => // B; apply: IH; apply: Inv_step.
Qed.

Variables (Tb : nat) (c : R).
Hypothesis c_ge0 : 0 <= c.
Hypothesis block : forall x, Inv x -> mean Tb Phi x <= c * Phi x.

Lemma mean_blocks j x : Inv x -> mean (j * Tb) Phi x <= c ^ j * Phi x.
Proof.
elim: j x => [|j IH] x Ix; first by rewrite mul0n mean0 /=; lra.
rewrite mulSn mean_add.
apply: (Rle_trans _ (mean Tb (fun y => c ^ j * Phi y) x)); first by apply: mean_le.
rewrite /mean avg_mull; last exact: tp.
rewrite (_ : c ^ j.+1 * Phi x = c ^ j * (c * Phi x)); last by rewrite /=; ring.
by apply: Rmult_le_compat_l; [apply: pow_le | apply: block].
Qed.
Lemma mean_decay_block k x : Inv x -> mean k Phi x <= c ^ (k %/ Tb) * Phi x.
Proof.
move=> Ix; rewrite {1}(divn_eq k Tb) mean_add.
apply: Rle_trans (mean_blocks _ Ix).
by apply: mean_le => // y; apply: mean_super.
Qed.

Variable lev : R.
Hypothesis lev_pos : 0 < lev.
Let bad y := Rltb lev (Phi y).
Lemma maximal_block K M x : Inv x -> (K <= M)%N ->
  lev * avg (fun s : M.-tuple T => b2r (hits step bad K x s)) <= c ^ (K %/ Tb) * Phi x.
Proof.
move=> Ix KM; apply: Rle_trans (mean_decay_block K Ix).
elim: K M x Ix KM => [|K IH] M x Ix KM.
  rewrite mean0; apply: (maximal0 T_pos (Inv := Inv) (c := 1)) => //; try lra.
  by move=> y Iy; have := Phi_super Iy; lra.
case: M KM => // M KM.
rewrite avg_tupleS // -avg_mull // meanS.
by apply: avg_le => // B /=; apply: IH => //; apply: Inv_step.
Qed.
End Block.
