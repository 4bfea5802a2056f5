(* Finite sums and averages of real numbers: R is an addition and a multiplication for mathcomp's big operators. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From SGD Require Import statements.sums.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Lemma RplusA : associative Rplus. Proof. by move=> x y z; ring. Qed.
Lemma RplusC : commutative Rplus. Proof. by move=> x y; ring. Qed.
Lemma Rplus0x : left_id 0 Rplus. Proof. by move=> x; ring. Qed.
Lemma Rplusx0 : right_id 0 Rplus. Proof. by move=> x; ring. Qed.
Lemma RmultA : associative Rmult. Proof. by move=> x y z; ring. Qed.
Lemma RmultC : commutative Rmult. Proof. by move=> x y; ring. Qed.
Lemma Rmult1x : left_id 1 Rmult. Proof. by move=> x; ring. Qed.
Lemma Rmultx1 : right_id 1 Rmult. Proof. by move=> x; ring. Qed.
Lemma Rmult0x : left_zero 0 Rmult. Proof. by move=> x; ring. Qed.
Lemma Rmultx0 : right_zero 0 Rmult. Proof. by move=> x; ring. Qed.
Lemma RmultDl : left_distributive Rmult Rplus. Proof. by move=> x y z; ring. Qed.
Lemma RmultDr : right_distributive Rmult Rplus. Proof. by move=> x y z; ring. Qed.

Canonical Rplus_monoid := Monoid.Law RplusA Rplus0x Rplusx0.
Canonical Rplus_comoid := Monoid.ComLaw RplusC.
Canonical Rmult_monoid := Monoid.Law RmultA Rmult1x Rmultx1.
Canonical Rmult_comoid := Monoid.ComLaw RmultC.
Canonical Rmult_muloid := Monoid.MulLaw Rmult0x Rmultx0.
Canonical Rplus_addoid := Monoid.AddLaw RmultDl RmultDr.

Section Sums.
Variable I : finType.
Implicit Types (P : pred I) (F G : I -> R).

Lemma rsum_ge0 P F : (forall i, P i -> 0 <= F i) -> 0 <= \rsum_(i | P i) F i.
Proof. by move=> H; apply: big_ind => //; [lra | move=> x y; lra]. Qed.

Lemma rsum_le P F G : (forall i, P i -> F i <= G i) ->
  \rsum_(i | P i) F i <= \rsum_(i | P i) G i.
Proof. by move=> H; apply: (big_ind2 Rle) => //; [lra | move=> *; lra]. Qed.

Lemma rsum_const P c : \rsum_(i | P i) c = INR #|P| * c.
Proof.
rewrite big_const; elim: #|P| => [|m IH]; first by rewrite /= Rmult_0_l.
by rewrite iterS IH S_INR; ring.
Qed.

Lemma rsum_constT c : \rsum_(i : I) c = INR #|I| * c.
Proof. by rewrite rsum_const; congr (INR _ * _); apply: eq_card. Qed.

Lemma rsum_mulr P F c : (\rsum_(i | P i) F i) * c = \rsum_(i | P i) (F i * c).
Proof. by rewrite big_distrl. Qed.
Lemma rsum_mull P F c : c * (\rsum_(i | P i) F i) = \rsum_(i | P i) (c * F i).
Proof. by rewrite big_distrr. Qed.
Lemma rsum_opp P F : - (\rsum_(i | P i) F i) = \rsum_(i | P i) - F i.
Proof. by apply: (big_morph Ropp); [move=> x y; ring | ring]. Qed.
Lemma rsum_add P F G :
  \rsum_(i | P i) (F i + G i) = \rsum_(i | P i) F i + \rsum_(i | P i) G i.
Proof. by rewrite big_split. Qed.

Hypothesis I_pos : (0 < #|I|)%N.
Let N_pos : 0 < INR #|I|. Proof. by apply: lt_0_INR; apply/ltP. Qed.
Lemma avg_le F G : (forall i, F i <= G i) -> avg F <= avg G.
Proof.
move=> H; apply: Rmult_le_compat_r; first by left; apply: Rinv_0_lt_compat.
by apply: rsum_le.
Qed.
Lemma avg_const c : avg (fun _ : I => c) = c.
Proof. by rewrite /avg rsum_constT; field; lra. Qed.
Lemma avg_add F G : avg (fun i => F i + G i) = avg F + avg G.
Proof. by rewrite /avg rsum_add; field; lra. Qed.
Lemma avg_mull c F : avg (fun i => c * F i) = c * avg F.
Proof. by rewrite /avg -rsum_mull; field; lra. Qed.
Lemma avg_ext F G : F =1 G -> avg F = avg G.
Proof. by move=> E; congr (_ / _); apply: eq_bigr => i _; apply: E. Qed.
Lemma avg_ge0 F : (forall i, 0 <= F i) -> 0 <= avg F.
Proof. by move=> H; rewrite -(avg_const 0); apply: avg_le. Qed.
End Sums.

Lemma avg_sum (I J : finType) (P : pred J) (F : I -> J -> R) :
  avg (fun i => \rsum_(j | P j) F i j) = \rsum_(j | P j) avg (fun i => F i j).
Proof. by rewrite /avg exchange_big /= /Rdiv rsum_mulr. Qed.

Lemma RltbP x y : reflect (x < y) (Rltb x y).
Proof. by rewrite /Rltb; case: Rlt_dec => H; constructor. Qed.
Lemma sq_ge0 (y : R) : 0 <= y ^ 2. Proof. by rewrite -Rsqr_pow2; apply: Rle_0_sqr. Qed.
Lemma b2r_ge0 x : 0 <= b2r x. Proof. by case: x; rewrite /b2r; lra. Qed.
Lemma rsum_b2r (I : finType) (P : pred I) : \rsum_(i : I) b2r (P i) = INR #|P|.
Proof.
rewrite -[RHS]Rmult_1_r -rsum_const [RHS]big_mkcond; apply: eq_bigr => i _.
by rewrite /b2r.
Qed.
(* the average of an indicator is a fraction *)
Lemma avg_count (I : finType) (P : pred I) :
  avg (fun i => b2r (P i)) = INR #|[set i | P i]| / INR #|I|.
Proof. by rewrite /avg rsum_b2r; congr (INR _ / _); apply: eq_card => i; rewrite inE. Qed.
