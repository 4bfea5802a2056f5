(* The norm is confined: 2 - r2 >= t_* is kept by every step (BAND-WIDE below, ENTRY above). *)
From Coq Require Import Reals Lra Psatz.
From SGD.certificates Require BAND_WIDE_upper ENTRY_falls.
Open Scope R_scope.

Lemma scaled_ge0 k x y : 0 <= k -> 0 <= x -> y = k * x -> 0 <= y.
Proof. intros H1 H2 ->. apply Rmult_le_pos; assumption. Qed.

Lemma Rminus_le_0 : forall p q, 0 <= q - p -> p <= q.
Proof. intros; lra. Qed.

Section One.
Variables a ts : R.
Hypothesis a0 : 0 < a.
Hypothesis a1 : a < 1 / 2.
Hypothesis ts0 : 0 < ts.
Hypothesis ts1 : ts <= 1 - 10 * a / 27.

Lemma confine r S : 0 <= S -> S <= r -> ts <= 2 - r ->
  ts <= 2 - ((1 - a * S) ^ 2 * (r - S) + (1 - a * S + a * (2 - r)) ^ 2 * S).
Proof.
  intros S0 S1 T.
  destruct (Rle_or_lt (27 * (r - 1)) (10 * a)) as [H | H].
  - pose proof (BAND_WIDE_upper.nonnegative a (r - 1) S ltac:(lra) ltac:(lra) ltac:(lra)) as K.
    apply Rle_trans with (1 - 10 * a / 27); [lra |].
    apply Rminus_le, Ropp_le_cancel. rewrite Ropp_0.
    refine (scaled_ge0 (/ 27) _ _ _ K _); [lra | field].
  - assert (D : 0 < r - 1 <= 1) by lra.
    assert (P0 : a * a <= 4 * (a * (r - 1))).
    { replace (4 * (a * (r - 1))) with (a * (4 * (r - 1))) by ring.
      apply Rmult_le_compat_l; lra. }
    assert (P1 : a * (r - 1) <= 1 * 1) by (apply Rmult_le_compat; lra).
    assert (P2 : 0 <= a * S) by (apply Rmult_le_pos; lra).
    assert (P3 : a * S <= a + a * (r - 1)).
    { replace (a + a * (r - 1)) with (a * r) by ring. apply Rmult_le_compat_l; lra. }
    pose proof (ENTRY_falls.nonnegative a (a * (r - 1)) (a * S) ltac:(lra) ltac:(lra) ltac:(lra)) as K.
    apply Rle_trans with (2 - r); [lra |].
    apply Rminus_le, Ropp_le_cancel. rewrite Ropp_0.
    refine (scaled_ge0 S _ _ S0 K _). ring.
Qed.

End One.
