(* RADIUS-TWO: norm_sgd (step.v) at squared norm 2, where both factors are 1 - a S. *)
From SGD Require Import sums coordinates gradient step.

(* gate *)
move=> n d b eta X phi act w w' B ne _ St o r a1 a0 S2 S0.
have E := proj1 (sgd_step_map eta w B w' o ne) St.
have N2 (v : 'I_d -> R) : norm2 v = dot v v by rewrite /norm2 /dot; apply: eq_bigr => k _; ring.
rewrite N2 in r; rewrite !N2 E norm_sgd // r.
set S := seen _ _ in S2 S0 *; set a := eta / INR b in a0 a1 *.
have P : 0 < S * a by apply: Rmult_lt_0_compat.
have Q : S * a < 2 by have : S * a <= 2 * a by [apply: Rmult_le_compat_r; lra]; lra.
by split; [ring | nra].
