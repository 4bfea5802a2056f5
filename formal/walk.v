(* The walk of log|q_i/q_j|: the larger coordinate gains, and what that does to a small power of the ratio. *)
From Coq Require Import Reals Lra Psatz.
From SGD Require Import mass.
Open Scope R_scope.

Section One.
Variables a ts : R.
Hypothesis a0 : 0 < a.
Hypothesis a1 : a < 1 / 2.
Hypothesis ts0 : 0 < ts.
Hypothesis ts1 : ts <= 1 - 10 * a / 27.

(* Only i drawn, against only j drawn with the same companions. *)
Lemma swap lam r C x y : 0 <= C -> 0 <= y -> lam <= x - y -> 0 < lam -> C + x + y <= r -> ts <= 2 - r ->
  let al S := 1 - a * S in let be S := 1 - a * S + a * (2 - r) in
  (1 + a ^ 2 * ts * lam / (1 + 2 * a)) * (be (C + y) / al (C + y)) <= be (C + x) / al (C + x).
Proof.
  intros C0 y0 L L0 R0 T al be.
  destruct (factors a ts a0 a1 ts0 r (C + x) ltac:(lra) ltac:(lra) T) as ((F0 & F1) & F2 & F3 & F4).
  destruct (factors a ts a0 a1 ts0 r (C + y) ltac:(lra) ltac:(lra) T) as ((G0 & G1) & G2 & G3 & G4).
  fold (al (C + x)) in *. fold (al (C + y)) in *. 
  change (al (C + x) + a * (2 - r)) with (be (C + x)) in *.
  change (al (C + y) + a * (2 - r)) with (be (C + y)) in *.
  apply (Rmult_le_reg_r (al (C + y) * al (C + x))); [apply Rmult_lt_0_compat; lra |].
  replace ((1 + a ^ 2 * ts * lam / (1 + 2 * a)) * (be (C + y) / al (C + y)) * (al (C + y) * al (C + x)))
    with (be (C + y) * al (C + x) + a ^ 2 * ts * lam / (1 + 2 * a) * (be (C + y) * al (C + x))) by (field; lra).
  replace (be (C + x) / al (C + x) * (al (C + y) * al (C + x))) with (be (C + x) * al (C + y))
    by (field; lra).
  assert (P : 0 <= a ^ 2 * ts * lam / (1 + 2 * a)).
  { apply Rmult_le_pos; [| left; apply Rinv_0_lt_compat; lra].
    apply Rmult_le_pos; [apply Rmult_le_pos; [apply pow2_ge_0 |] |]; lra. }
  assert (B0 : 0 <= be (C + y)).
  { unfold be. assert (0 <= a * (2 - r)) by (apply Rmult_le_pos; lra). 
    unfold al in G1. lra. }
  assert (B1 : be (C + y) <= (1 + 2 * a) * 1).
  { apply Rle_trans with ((1 + 2 * a) * al (C + y)); [lra |]. apply Rmult_le_compat_l; lra. }
  assert (Q : be (C + y) * al (C + x) <= (1 + 2 * a) * 1) by (apply Rmult_le_compat; lra).
  assert (K : a ^ 2 * ts * lam / (1 + 2 * a) * (be (C + y) * al (C + x)) <= a ^ 2 * ts * lam).
  { apply Rle_trans with (a ^ 2 * ts * lam / (1 + 2 * a) * (1 + 2 * a)); [apply Rmult_le_compat_l; lra |].
    right; field; lra. }
  assert (E : be (C + x) * al (C + y) - be (C + y) * al (C + x) = a ^ 2 * ((2 - r) * (x - y)))
    by (unfold be, al; ring).
  assert (Z : a ^ 2 * (ts * lam) <= a ^ 2 * ((2 - r) * (x - y))).
  { apply Rmult_le_compat_l; [apply pow2_ge_0 |]. apply Rmult_le_compat; lra. }
  lra.
Qed.
End One.

Lemma exp_quad x : - (1 / 3) <= x -> x <= 1 / 3 -> exp x <= 1 + x + x ^ 2.
Proof.
  intros H0 H1.
  assert (E : forall y, 1 - y <= / exp y).
  { intro y. rewrite <- exp_Ropp. destruct (Req_dec y 0) as [-> | N].
    - rewrite Ropp_0, exp_0. lra.
    - pose proof (exp_ineq1 (- y) ltac:(lra)). lra. }
  destruct (Rle_or_lt x 0) as [N | N].
  - pose proof (E x) as K. pose proof (exp_pos x) as P.
    assert (exp x * (1 - x) <= 1).
    { apply (Rmult_le_reg_r (/ exp x)); [now apply Rinv_0_lt_compat |].
      rewrite (Rmult_comm (exp x)), Rmult_assoc, Rinv_r; lra. }
    nra.
  - pose proof (E (x / 2)) as K. pose proof (exp_pos (x / 2)) as P.
    assert (X : exp x = exp (x / 2) * exp (x / 2)) by (rewrite <- exp_plus; f_equal; field).
    assert (U : exp (x / 2) * (1 - x / 2) <= 1).
    { apply (Rmult_le_reg_r (/ exp (x / 2))); [now apply Rinv_0_lt_compat |].
      rewrite (Rmult_comm (exp (x / 2))), Rmult_assoc, Rinv_r; lra. }
    assert (W : exp x * (1 - x / 2) ^ 2 <= 1).
    { rewrite X. replace (exp (x / 2) * exp (x / 2) * (1 - x / 2) ^ 2)
       with ((exp (x / 2) * (1 - x / 2)) * (exp (x / 2) * (1 - x / 2))) by ring.
      assert (0 <= exp (x / 2) * (1 - x / 2)) by (apply Rmult_le_pos; lra).
      replace 1 with (1 * 1) at 3 by ring. apply Rmult_le_compat; lra. }
    assert (Y : 1 <= (1 + x + x ^ 2) * (1 - x / 2) ^ 2).
    { replace ((1 + x + x ^ 2) * (1 - x / 2) ^ 2) with (1 + x ^ 2 / 4 * (1 - 3 * x + x ^ 2)) by field.
      assert (0 <= x ^ 2 / 4 * (1 - 3 * x + x ^ 2)).
      { apply Rmult_le_pos; [pose proof (pow2_ge_0 x) | pose proof (pow2_ge_0 x)]; lra. }
      lra. }
    assert (0 < (1 - x / 2) ^ 2) by (apply pow_lt; lra).
    apply (Rmult_le_reg_r ((1 - x / 2) ^ 2)); lra.
Qed.

(* li, lj: growth of log|q_i/q_j| when i alone is drawn, and its fall when j alone is; li gains 2 g on lj. *)
Lemma pair_of_powers g li lj : 0 < g -> g <= 1 / 4 -> 0 <= lj -> li <= 7 / 10 -> lj + 2 * g <= li ->
  exp (- (g * li)) + exp (g * lj) <= 2 - g ^ 2.
Proof.
  intros g0 g1 L0 L1 L.
  assert (A : 0 <= g * li <= 1 / 3).
  { split; [apply Rmult_le_pos; lra |]. apply Rle_trans with (1 / 4 * (7 / 10)); [| lra].
    apply Rmult_le_compat; lra. }
  assert (B : 0 <= g * lj <= 1 / 3).
  { split; [apply Rmult_le_pos; lra |]. apply Rle_trans with (1 / 4 * (7 / 10)); [| lra].
    apply Rmult_le_compat; lra. }
  pose proof (exp_quad (- (g * li)) ltac:(lra) ltac:(lra)) as X.
  pose proof (exp_quad (g * lj) ltac:(lra) ltac:(lra)) as Y.
  assert (I2 : li ^ 2 <= 1 / 2) by nra. assert (J2 : lj ^ 2 <= 1 / 2) by nra.
  assert (G : 0 <= g ^ 2) by apply pow2_ge_0.
  assert (g ^ 2 * li ^ 2 <= g ^ 2 * (1 / 2)) by (apply Rmult_le_compat_l; lra).
  assert (g ^ 2 * lj ^ 2 <= g ^ 2 * (1 / 2)) by (apply Rmult_le_compat_l; lra).
  assert (g * (lj + 2 * g) <= g * li) by (apply Rmult_le_compat_l; lra).
  nra.
Qed.
