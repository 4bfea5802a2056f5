(* STEP: the generated statement from sgd_step_map, dot_sgd (step.v). *)
From SGD Require Import sums gradient step.

(* gate *)
move=> n d b eta X phi act w w' B j u _ St ou o ne _ _.
have E := proj1 (sgd_step_map eta w B w' o ne) St.
have N2 : norm2 w = dot w w by rewrite /norm2 /dot; apply: eq_bigr => k _; ring.
split; first by rewrite E dot_sgd // N2; ring.
rewrite E sgdE // dot_lin.
have -> : dot (proj X act w (val B)) u = 0.
  rewrite /proj dot_sum big1 // => k _; rewrite (dotC (X k)) ou; ring.
by ring.
