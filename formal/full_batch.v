(* A Lyapunov function of the full batch, V = (z^2 - 1)^2 + 4 rho (GD-CONVERGES). *)
From Coq Require Import Reals Lra Psatz.
From SGD.certificates Require GD_CONVERGES_decrease_1 GD_CONVERGES_decrease_2.
From SGD Require Import band.
Open Scope R_scope.

Definition V z rho := (z ^ 2 - 1) ^ 2 + 4 * rho.

Lemma full_batch a z rho : 0 < a -> a < 1 / 2 -> 0 <= z -> 0 <= rho -> z + rho <= 2 ->
  V (z * (1 + a * (2 - rho - 2 * z)) ^ 2) (rho * (1 - a * z) ^ 2) <=
  V z rho - 4 * a * (1 - 2 * a) * z * (z * (z - 1) ^ 2 + rho).
Proof.
  intros a0 a1 z0 r0 R.
  assert (az : 0 <= a * z) by (apply Rmult_le_pos; lra).
  apply Rminus_le, Ropp_le_cancel. rewrite Ropp_0.
  destruct (Rle_or_lt z 1) as [H | H].
  - pose proof (GD_CONVERGES_decrease_1.nonnegative a z rho ltac:(lra) ltac:(lra) ltac:(lra)) as K.
    refine (scaled_ge0 (a * z) _ _ az K _). unfold V. ring.
  - pose proof (GD_CONVERGES_decrease_2.nonnegative a z rho ltac:(lra) ltac:(lra) ltac:(lra)) as K.
    refine (scaled_ge0 (a * z) _ _ az K _). unfold V. ring.
Qed.
