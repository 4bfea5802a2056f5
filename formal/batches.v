(* Uniform b-subsets of n indices: P(i in B), P(i, j in B), P(i not in B), P(i, j not in B), for all n and b. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From SGD Require Import statements.sums.
From SGD Require Import statements.model.
From SGD Require Import sums.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Batches.
Variables n b : nat.
Hypothesis bn : (b < n)%N.
Notation batch := (batch n b).

Lemma card_batch_pred (P : pred {set 'I_n}) :
  #|[pred B : batch | P (val B)]| = #|[set A : {set 'I_n} | P A & #|A| == b]|.
Proof.
rewrite -(card_imset _ val_inj); apply: eq_card => A; rewrite !inE.
apply/imsetP/andP => [[B HB ->]|[PA sA]]; first by split; [exact: HB | exact: (valP B)].
by exists (exist _ A sA).
Qed.

Lemma card_batch : #|{: batch}| = 'C(n, b).
Proof.
rewrite -[in RHS](card_ord n) -card_draws -(@card_batch_pred predT).
  by apply: eq_card => B; rewrite !inE.
Qed.
Lemma batch_pos : (0 < #|{: batch}|)%N.
Proof. by rewrite card_batch bin_gt0 ltnW. Qed.

Lemma card_out (i : 'I_n) : #|[pred B : batch | i \notin val B]| = 'C(n.-1, b).
Proof.
rewrite (card_batch_pred (fun A => i \notin A)).
have -> : n.-1 = #|~: [set i]| by rewrite cardsC1 card_ord.
rewrite -cards_draws; apply: eq_card => A; rewrite !inE.
by congr (_ && _); rewrite subsetC sub1set inE.
Qed.
Lemma card_out2 (i j : 'I_n) : i != j ->
  #|[pred B : batch | (i \notin val B) && (j \notin val B)]| = 'C(n.-2, b).
Proof.
move=> ij; rewrite (card_batch_pred (fun A => (i \notin A) && (j \notin A))).
have -> : n.-2 = #|~: [set i; j]|.
  by rewrite cardsCs setCK cards2 ij card_ord subn2.
rewrite -cards_draws; apply: eq_card => A; rewrite !inE.
by congr (_ && _); rewrite subsetC subUset !sub1set !inE.
Qed.

Let N := INR n.
Let b_ := INR b.
Lemma avg_out (i : 'I_n) : avg (fun B : batch => b2r (i \notin val B)) = (N - b_) / N.
Proof.
have n0 : (0 < n)%N by apply: leq_ltn_trans bn.
have N0 : 0 < N by apply: lt_0_INR; apply/ltP.
rewrite /avg (rsum_b2r [pred B : batch | i \notin val B]) card_out card_batch.
have C0 : 0 < INR 'C(n, b) by apply: lt_0_INR; apply/ltP; rewrite bin_gt0 ltnW.
have E := congr1 INR (mul_bin_down n b).
rewrite !mult_INR minus_INR in E; last by apply/leP; apply: ltnW.
rewrite -/N -/b_ in E.
apply: (Rmult_eq_reg_l (N * INR 'C(n, b))); last by apply: Rmult_integral_contrapositive_currified; lra.
transitivity (N * INR 'C(n.-1, b)); first by field; lra.
by rewrite E; field; lra.
Qed.
Lemma avg_out2 (i j : 'I_n) : i != j ->
  avg (fun B : batch => b2r ((i \notin val B) && (j \notin val B))) =
  (N - b_) * (N - b_ - 1) / (N * (N - 1)).
Proof.
move=> ij.
have n1 : (1 < n)%N.
  case: n i j ij => [|[|m]] i j //; first by case: i.
  by rewrite (ord1 i) (ord1 j) eqxx.
have N0 : 0 < N by apply: lt_0_INR; apply/ltP; apply: ltnW.
have N1 : 1 < N by rewrite /N -[1]/(INR 1); apply: lt_INR; apply/ltP.
rewrite /avg (rsum_b2r [pred B : batch | (i \notin val B) && (j \notin val B)]) card_out2 // card_batch.
have C0 : 0 < INR 'C(n, b) by apply: lt_0_INR; apply/ltP; rewrite bin_gt0 ltnW.
have E := congr1 INR (mul_bin_down n b).
rewrite !mult_INR minus_INR in E; last by apply/leP; apply: ltnW.
have F := congr1 INR (mul_bin_down n.-1 b).
rewrite !mult_INR minus_INR in F; last by apply/leP; rewrite -ltnS prednK // ltnW.
have Np : INR n.-1 = N - 1.
  by rewrite /N -{2}(prednK (ltnW n1)) S_INR; ring.
rewrite Np -/N -/b_ in E F.
apply: (Rmult_eq_reg_l (N * (N - 1) * INR 'C(n, b))); last first.
  by repeat apply: Rmult_integral_contrapositive_currified; lra.
transitivity (N * ((N - 1) * INR 'C(n.-2, b))); first by field; lra.
rewrite F -[N * ((N - 1 - b_) * _)]Rmult_assoc (Rmult_comm N) Rmult_assoc E.
by field; lra.
Qed.

Lemma avg_in (i : 'I_n) : avg (fun B : batch => b2r (i \in val B)) = b_ / N.
Proof.
have n0 : (0 < n)%N by apply: leq_ltn_trans bn.
have N0 : 0 < N by apply: lt_0_INR; apply/ltP.
have -> : avg (fun B : batch => b2r (i \in val B)) =
          avg (fun B : batch => 1 + (-1) * b2r (i \notin val B)).
  by apply: avg_ext => B; case: (i \in val B); rewrite /b2r /=; ring.
rewrite avg_add ?batch_pos // avg_const ?batch_pos // avg_mull ?batch_pos // avg_out.
by field; lra.
Qed.
Lemma avg_in2 (i j : 'I_n) : i != j ->
  avg (fun B : batch => b2r (i \in val B) * b2r (j \in val B)) =
  b_ * (b_ - 1) / (N * (N - 1)).
Proof.
move=> ij.
have n1 : (1 < n)%N.
  case: n i j ij => [|[|m]] i j //; first by case: i.
  by rewrite (ord1 i) (ord1 j) eqxx.
have N1 : 1 < N by rewrite /N -[1]/(INR 1); apply: lt_INR; apply/ltP.
have -> : avg (fun B : batch => b2r (i \in val B) * b2r (j \in val B)) =
   avg (fun B : batch => (1 + (-1) * b2r (i \notin val B)) + ((-1) * b2r (j \notin val B)
                  + b2r ((i \notin val B) && (j \notin val B)))).
  by apply: avg_ext => B; case: (i \in val B); case: (j \in val B); rewrite /b2r /=; ring.
rewrite !avg_add ?batch_pos // !avg_mull ?batch_pos // avg_const ?batch_pos // !avg_out avg_out2 //.
by field; lra.
Qed.
End Batches.
