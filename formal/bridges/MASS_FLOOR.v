(* MASS-FLOOR: the gated coordinates after a step whose factors are not negative. *)
From SGD Require Import sums coordinates gradient step.

Lemma mass_sgd n d b a (X : 'I_n -> 'I_d -> R) phi act (w : 'I_d -> R) (B : batch n b) :
  orthonormal X -> neuron phi act -> 0 < a -> a * seen (coordinates act X w) (val B) <= 1 -> 0 <= 2 - dot w w ->
  mass (coordinates act X (sgd a X act w B)) = mass (step a (coordinates act X w) B).
Proof.
move=> o ne a0 aS t0; have T : 0 <= a * (2 - dot w w) by apply: Rmult_le_pos; lra.
by apply: eq_bigr => j _; rewrite (coord1_sgd (phi := phi)) //; lra.
Qed.

(* gate *)
move=> n d b eta X phi act w w' B _ St o ne _ aS a0 S0 t0.
have E := proj1 (sgd_step_map eta w B w' o ne) St.
have N2 : norm2 w = dot w w by rewrite /norm2 /dot; apply: eq_bigr => k _; ring.
rewrite N2 in t0 *; rewrite E (@mass_sgd _ _ _ _ _ phi) //; try lra.
rewrite mass_step r2_coord.
have S1 := seen_le (coordinates act X w) (val B).
set S := seen _ _ in aS S0 S1 *; set a := eta / INR b in aS a0 *; set s := mass _ in S1 *; set r := dot w w in t0 *.
split; first by ring.
have F : 0 <= 1 - a * S by lra.
have T : 0 <= a * (2 - r) by apply: Rmult_le_pos; lra.
have Q : (1 - a * S) ^ 2 <= (1 - a * S + a * (2 - r)) ^ 2 by apply: pow_incr; lra.
have P : (1 - a * S) ^ 2 * S <= (1 - a * S + a * (2 - r)) ^ 2 * S by apply: Rmult_le_compat_r; lra.
have Z : s * (- (S * a) + 1) ^ 2 = (1 - a * S) ^ 2 * s by ring.
by rewrite ?Z; lra.
