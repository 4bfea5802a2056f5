(* Exchanging two data points is a symmetry of uniform batches. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From mathcomp Require Import perm.
From SGD Require Import statements.sums.
From SGD Require Import statements.model.
From SGD Require Import sums.
From SGD Require Import batches.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Swap.
Variables n b : nat.
Variables i j : 'I_n.
Definition swap_set (B : {set 'I_n}) : {set 'I_n} := [set tperm i j k | k in B].
Lemma in_swap B k : (k \in swap_set B) = (tperm i j k \in B).
Proof. by rewrite -{1}(tpermK i j k) /swap_set mem_imset //; apply: perm_inj. Qed.
Lemma swap_setK : involutive swap_set.
Proof. by move=> B; apply/setP => k; rewrite !in_swap tpermK. Qed.
Lemma card_swap (B : batch n b) : #|swap_set (val B)| == b.
Proof. by rewrite card_imset; [exact: (valP B) | exact: perm_inj]. Qed.
Definition swap (B : batch n b) : batch n b := exist _ (swap_set (val B)) (card_swap B).
Lemma swapK : involutive swap.
Proof. by move=> B; apply: val_inj; rewrite /= swap_setK. Qed.
Lemma avg_swap (F : batch n b -> R) : avg F = avg (fun B => F (swap B)).
Proof.
rewrite /avg; congr (_ / _); rewrite (reindex swap) //=.
by exists swap => B _; apply: swapK.
Qed.
Hypothesis bn : (b < n)%N.
Lemma avg_sym (F : batch n b -> R) : avg F = avg (fun B => / 2 * (F B + F (swap B))).
Proof.
rewrite avg_mull ?batch_pos // avg_add ?batch_pos // -avg_swap; field.
Qed.
End Swap.
