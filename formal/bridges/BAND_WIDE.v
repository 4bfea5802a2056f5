(* BAND-WIDE: norm_sgd (step.v) gives ||w'||^2; the upper bound is the certificate BAND-WIDE-upper. *)
From SGD.certificates Require BAND_WIDE_upper.
From SGD Require Import sums coordinates gradient step band.

(* r > 0 is kept while a S < 2 r ... : both parts of the mass are scaled by squares that do not vanish together *)
Lemma stays_positive a r S : 0 < a -> a <= 1 / 2 -> 0 <= S -> S <= r -> 0 < r -> r <= 1 + 10 * a / 27 ->
  0 < (1 - a * S) ^ 2 * (r - S) + (1 - a * S + a * (2 - r)) ^ 2 * S.
Proof.
intros a0 a1 S0 S1 r0 r1.
assert (A1 : a * S <= 1 / 2 * (1 + 10 * a / 27)) by (apply Rmult_le_compat; lra).
assert (A0 : 0 <= a * S) by (apply Rmult_le_pos; lra).
assert (F : 0 < 1 - a * S) by lra.
assert (T : 0 <= a * (2 - r)) by (apply Rmult_le_pos; lra).
assert (Q : 0 < (1 - a * S) ^ 2) by (apply pow_lt; lra).
assert (Q2 : (1 - a * S) ^ 2 <= (1 - a * S + a * (2 - r)) ^ 2) by (apply pow_incr; lra).
assert (P1 : (1 - a * S) ^ 2 * S <= (1 - a * S + a * (2 - r)) ^ 2 * S) by (apply Rmult_le_compat_r; lra).
assert (P2 : 0 < (1 - a * S) ^ 2 * r) by (apply Rmult_lt_0_compat; lra).
lra.
Qed.

(* gate *)
move=> n d b eta X phi act w w' B ne _ St o a0 a1 r0 dl S1 S0.
have E := proj1 (sgd_step_map eta w B w' o ne) St.
have N2 (v : 'I_d -> R) : norm2 v = dot v v by rewrite /norm2 /dot; apply: eq_bigr => k _; ring.
rewrite !N2 in r0 dl S1 *; rewrite E norm_sgd //.
set S := seen _ _ in S1 S0 *; set a := eta / INR b in a0 a1 dl *; set r := dot w w in r0 dl S1 *.
split; first by have := @stays_positive a r S ltac:(lra) ltac:(lra) ltac:(lra) ltac:(lra) ltac:(lra) ltac:(lra); lra.
have K := BAND_WIDE_upper.nonnegative a (r - 1) S ltac:(lra) ltac:(lra) ltac:(lra).
apply: Rminus_le_0; apply: (scaled_ge0 (/ 27) _ _ _ K); [lra | field].
