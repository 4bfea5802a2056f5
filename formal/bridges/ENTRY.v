(* ENTRY: norm_sgd (step.v) gives ||w'||^2; the bound is the certificate ENTRY-2. *)
From SGD.certificates Require ENTRY_falls.
From SGD Require Import sums coordinates gradient step band.

(* gate *)
move=> n d b eta X phi act w w' B ne _ St o a0 low high S1 S0.
have E := proj1 (sgd_step_map eta w B w' o ne) St.
have N2 (v : 'I_d -> R) : norm2 v = dot v v by rewrite /norm2 /dot; apply: eq_bigr => k _; ring.
rewrite !N2 in low high S1 *; rewrite E norm_sgd //.
set S := seen _ _ in S1 S0 *; set a := eta / INR b in a0 low high *; set r := dot w w in low high S1 *.
have P0 : a * a <= 4 * (a * (r - 1)).
  have -> : 4 * (a * (r - 1)) = a * (4 * (r - 1)) by ring.
  by apply: Rmult_le_compat_l; lra.
have a2 : a <= 2 by nra.
have P2 : 0 <= a * S by apply: Rmult_le_pos; lra.
have P3 : a * S <= a + a * (r - 1).
  have -> : a + a * (r - 1) = a * r by ring.
  by apply: Rmult_le_compat_l; lra.
have K := ENTRY_falls.nonnegative a (a * (r - 1)) (a * S) ltac:(lra) ltac:(lra) ltac:(lra).
apply: Rminus_le_0; apply: (scaled_ge0 S _ _ _ K); [lra | ring].
