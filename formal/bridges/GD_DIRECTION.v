(* GD-DIRECTION: dot_sgd and norm_sgd (step.v), for a batch that holds every index. *)
From Coq Require Import FunctionalExtensionality.
From SGD Require Import sums coordinates gradient step necessity descent.

(* gate *)
move=> n d b eta X phi act w w' B j u ne St ux o bn hj.
subst b; have E := proj1 (sgd_step_map eta w B w' o ne) St.
set a := eta / INR n; set x := coordinates act X w.
have SE : seen x (val B) = mass x by exact: seen_all.
have RE : dot w w = mass x + x.2 by rewrite -(r2_coord X act w).
have F i : dot w' (X i) = dot w (X i) * (1 - a * mass x + a * (2 - (mass x + x.2)) * gate_value act (X i) w).
  by rewrite E dot_sgd // SE RE full_batch_in /b2r Rmult_1_r.
have M : \rsum_(i : 'I_n) (dot w' (X i) * gate_value act (X i) w) ^ 2 = mass x * (a * (2 - x.2 - 2 * mass x) + 1) ^ 2.
  rewrite /mass rsum_mulr; apply: eq_bigr => i _; rewrite -/(mass x) F -[x.1 i]/(dot w (X i) * gate_value act (X i) w).
  have H := h01 X act w i; set h := gate_value _ _ _ in H *; set q := dot w (X i).
  rewrite (_ : q * (1 - a * mass x + a * (2 - (mass x + x.2)) * h) * h =
     q * (h * (1 - a * mass x) + a * (2 - (mass x + x.2)) * (h * h))); last by ring.
  by rewrite H; ring.
split; first by rewrite F hj; ring.
split.
  have N2 : norm2 w' = dot w' w' by rewrite /norm2 /dot; apply: eq_bigr => k _; ring.
  by rewrite M N2 E norm_sgd // -/a -/x SE RE; ring.
split; first exact: M.
have Pu : dot (fun k => \rsum_(i in val B) (dot w (X i) * gate_value act (X i) w) * X i k) u = 0.
  by rewrite dot_sum big1 // => i _; rewrite (dotC (X i)) ux; ring.
by rewrite E sgdE dot_lin Pu -/a -/x SE; ring.
