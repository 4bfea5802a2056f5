(* The factors of a step are positive, and the live mass has a floor (SIGN, MASS-FLOOR). *)
From Coq Require Import Reals Lra Psatz.
From SGD Require Import band.
Open Scope R_scope.

Section One.
Variables a ts : R.
Hypothesis a0 : 0 < a.
Hypothesis a1 : a < 1 / 2.
Hypothesis ts0 : 0 < ts.
Hypothesis ts1 : ts <= 1 - 10 * a / 27.

Lemma factors r S : 0 <= S -> S <= r -> ts <= 2 - r ->
  0 < 1 - 2 * a < 1 - a * S /\ 1 - a * S <= 1 /\
  (1 + a * ts) * (1 - a * S) <= 1 - a * S + a * (2 - r) <= (1 + 2 * a) * (1 - a * S).
Proof.
  intros S0 S1 T.
  assert (A0 : 0 <= a * S) by (apply Rmult_le_pos; lra).
  assert (A1 : a * S < a * 2) by (apply Rmult_lt_compat_l; lra).
  assert (A2 : a * ts * (1 - a * S) <= a * (2 - r) * 1).
  { apply Rmult_le_compat; try lra. apply Rmult_le_pos; lra. apply Rmult_le_compat_l; lra. }
  assert (A3 : 2 * (a * S) <= 1 * r).
  { replace (2 * (a * S)) with ((2 * a) * S) by ring. apply Rmult_le_compat; lra. }
  assert (A4 : a * (2 - r) <= a * (2 - 2 * (a * S))) by (apply Rmult_le_compat_l; lra).
  repeat split; try lra.
Qed.

Lemma floor ss r s S : 0 <= S -> S <= s -> s <= r -> ts <= 2 - r ->
  0 < ss -> ss <= s -> ss <= (1 - 2 * a) ^ 2 * ts ->
  ss <= (1 - a * S) ^ 2 * (s - S) + (1 - a * S + a * (2 - r)) ^ 2 * S.
Proof.
  intros S0 S1 S2 T ss0 H1 H2.
  destruct (factors r S S0 ltac:(lra) T) as ((F0 & F1) & F2 & F3 & F4).
  destruct (Rle_or_lt s (2 - r)) as [H | H].
  - apply Rle_trans with s; [lra |]. set (t := 2 - r) in *.
    assert (X : 0 <= 2 * (t - s) + a * (s * S - 2 * t * S + t ^ 2)).
    { assert (S * (2 * t - s) <= s * (2 * t - s)) by (apply Rmult_le_compat_r; lra).
      assert (0 <= (t - s) ^ 2) by apply pow2_ge_0.
      assert (0 <= a * (s * S - 2 * t * S + t ^ 2)) by (apply Rmult_le_pos; [lra | nra]).
      lra. }
    apply Rminus_le, Ropp_le_cancel. rewrite Ropp_0.
    refine (scaled_ge0 (a * S) _ _ _ X _); [apply Rmult_le_pos; lra | ring].
  - apply Rle_trans with ((1 - a * S) ^ 2 * s).
    + apply Rle_trans with ((1 - 2 * a) ^ 2 * ts); [lra |].
      apply Rmult_le_compat; try lra. apply pow2_ge_0. apply pow_incr; lra.
    + assert ((1 - a * S) ^ 2 <= (1 - a * S + a * (2 - r)) ^ 2).
      { apply pow_incr. split; [lra |]. assert (0 <= a * (2 - r)) by (apply Rmult_le_pos; lra). lra. }
      assert ((1 - a * S) ^ 2 * S <= (1 - a * S + a * (2 - r)) ^ 2 * S) by (apply Rmult_le_compat_r; lra).
      replace ((1 - a * S) ^ 2 * (s - S)) with ((1 - a * S) ^ 2 * s - (1 - a * S) ^ 2 * S) by ring.
      lra.
Qed.

End One.
