(* GRAD: the generated statement from grad_neuron (gradient.v). *)
From SGD Require Import sums gradient.

(* gate *)
move=> d phi act x w u ne _; exists (grad act x w); split.
  apply: grad_neuron => //; rewrite -u /norm2 /dot; apply: eq_bigr => k _; ring.
move=> k; rewrite /grad (_ : norm2 w = dot w w); first by ring.
by rewrite /norm2 /dot; apply: eq_bigr => i _; ring.
