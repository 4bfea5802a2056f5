(* REACH: n - 1 batches that all hold i and leave every other index out exactly n - b times. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From SGD.statements Require Import sums model state.
From SGD Require Import sums powers batches coordinates ratios.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Lemma card_below m c : (c <= m)%N -> #|[set y : 'I_m | (y < c)%N]| = c.
Proof.
by move=> H; rewrite cardsE -sum1_card (big_ord_narrow H) sum1_card card_ord.
Qed.
(* Adding k modulo m permutes 0, ..., m-1: each residue class of c places is visited c times. *)
Lemma card_rotated m c k : (c <= m)%N -> #|[set r : 'I_m | ((r + k) %% m < c)%N]| = c.
Proof.
case: m => [|m] H; first by move: H; rewrite leqn0 => /eqP->; apply: eq_card0 => -[].
pose f (r : 'I_m.+1) : 'I_m.+1 := Ordinal (ltn_pmod (r + k) (ltn0Sn m)).
have f_inj : injective f.
  move=> r r' /(congr1 val)/eqP /= E; apply/val_inj/eqP.
  by move: E; rewrite eqn_modDr !modn_small ?ltn_ord.
transitivity #|f @^-1: [set y : 'I_m.+1 | (y < c)%N]|; last by rewrite card_preimset // card_below.
by apply: eq_card => r; rewrite !inE.
Qed.
Lemma count_tuple (T : Type) m (F : 'I_m -> T) (P : pred T) :
  count P [tuple F k | k < m] = #|[set k | P (F k)]|.
Proof.
rewrite -sum1_count /= big_map big_enum_cond -sum1_card.
by apply: eq_bigl => k; rewrite inE.
Qed.

Lemma pred_sub n b : (1 <= b)%N -> (b < n)%N -> (n.-1 - b.-1 = n - b)%N.
Proof. by case: b n => [|b] [|n] //= _ _; rewrite subSS. Qed.
Lemma pred_le n b : (b < n)%N -> (b.-1 <= n.-1)%N.
Proof. by case: b n => [|b] [|n] //= H; apply: ltnW. Qed.

Section Rotation.
Variables n b : nat.
Hypothesis b_pos : (1 <= b)%N.
Hypothesis b_lt_n : (b < n)%N.
Notation batch := (batch n b).
Variable i : 'I_n.
Let m := n.-1.
(* the k-th batch: i, and the b - 1 others whose place, moved by k, is below b - 1 *)
Definition companions (k : nat) : {set 'I_m} := [set r : 'I_m | ((r + k) %% m < b.-1)%N].
Definition rotated (k : nat) : {set 'I_n} := i |: [set lift i r | r in companions k].
Let c_le : (b.-1 <= m)%N.
Proof. exact: pred_le. Qed.
Lemma in_rotated k r : (lift i r \in rotated k) = ((r + k) %% m < b.-1)%N.
Proof.
rewrite /rotated !inE eq_sym (negbTE (neq_lift i r)) /= mem_imset ?inE //; exact: lift_inj.
Qed.
Lemma card_rotated_batch k : #|rotated k| == b.
Proof.
rewrite /rotated cardsU1 card_imset; last exact: lift_inj.
rewrite /companions card_rotated //.
suff -> : i \notin [set lift i r | r in companions k] by rewrite /= add1n prednK.
by apply/imsetP => -[r _ E]; move: (neq_lift i r); rewrite -E eqxx.
Qed.
Definition rotated_batch (k : nat) : batch := exist _ (rotated k) (card_rotated_batch k).
Definition rotation : m.-tuple batch := [tuple rotated_batch k | k < m].
Lemma rotation_holds : all (fun B : batch => i \in val B) rotation.
Proof. by apply/allP => B /mapP[k _ ->]; rewrite /= /rotated !inE eqxx. Qed.
Lemma rotation_leaves j : j != i -> count (fun B : batch => j \notin val B) rotation = (n - b)%N.
Proof.
move=> ji; rewrite /rotation count_tuple.
have [r ->] : exists r, j = lift i r.
  by case: (unliftP i j) => [r|] E; [exists r | rewrite E eqxx in ji].
have -> : [set k : 'I_m | lift i r \notin val (rotated_batch k)] = ~: [set k : 'I_m | ((k + r) %% m < b.-1)%N].
  by apply/setP => k; rewrite [LHS]inE [RHS]in_setC inE -[val _]/(rotated k) in_rotated addnC.
by rewrite cardsCs setCK card_rotated // card_ord /m pred_sub.
Qed.

(* M rounds of it *)
Definition rounds M : seq batch := flatten (nseq M (tval rotation)).
Lemma size_rounds M : size (rounds M) == (n.-1 * M)%N.
Proof. by rewrite size_flatten /shape map_nseq sumn_nseq size_tuple. Qed.
Lemma rounds_hold M : all (fun B : batch => i \in val B) (rounds M).
Proof. by elim: M => // M IH; rewrite /rounds /= all_cat rotation_holds. Qed.
Lemma rounds_leave j M : j != i -> count (fun B : batch => j \notin val B) (rounds M) = ((n - b) * M)%N.
Proof. by move=> ji; elim: M => [|M IH]; rewrite ?muln0 // /rounds /= count_cat rotation_leaves // IH mulnS. Qed.
Definition schedule M : (n.-1 * M).-tuple batch := Tuple (size_rounds M).

Variables (a ts ss : R).
Context {St : stepping a ts}.
Theorem reach (x : state n) M : (forall u, SInv ts ss (run (@step n b a) x u)) ->
  x.1 i <> 0 -> (forall j, ratio x i j <= 1) -> forall j, j != i ->
  ratio (run (@step n b a) x (schedule M)) i j <= shrink a ts ^ ((n - b) * M).
Proof.
move=> Ix Li Ri j ji; rewrite -(rounds_leave M ji).
have := @run_hold n b a ts ss St (rounds M) x i j Ix Li (rounds_hold M).
have P : 0 <= shrink a ts ^ count (fun B : batch => j \notin val B) (rounds M).
  by apply: pow_le; have [? ?] := @shrink_bounds a ts St; lra.
by move=> H; apply: Rle_trans H _; rewrite -{2}[shrink a ts ^ _]Rmult_1_l; apply: Rmult_le_compat_r.
Qed.
End Rotation.
