(* TRACE: trace_at_minimum, trace_unique, mean_size (hessian.v). *)
From SGD Require Import sums hessian.

(* gate *)
move=> n d k k0 X A A0 A1 w w' w0 w1 kA kA0 kA1 o [m [m' [m1 m0]]] s1 s2 s3 _ _.
have T (B : {set 'I_n}) (v : 'I_d -> R) t : unit_in_span B X v ->
    is_trace (cell_loss B X) v t <-> t = (INR d + 4 - INR #|B|) / INR n.
  move=> mB; split=> [H|->]; last exact: trace_at_minimum.
  by apply: trace_unique H _; apply: trace_at_minimum.
have n1 : (1 <= n)%N by apply: leq_trans s2 s3.
have N0 : 0 < INR n by apply: lt_0_INR; apply/ltP.
split; first by move=> t; rewrite (T A) // kA.
split; first by move=> t; rewrite (T setT) // cardsT card_ord.
split; first by move=> t1 t0 /(T _ _ _ m1)-> /(T _ _ _ m0)->; rewrite kA0 kA1 [INR 1]/=; field; lra.
have two : 1 < 2 ^ n.
  by case: (n) n1 => // i _; have := pow_R1_Rle 2 i ltac:(lra); rewrite -[2 ^ i.+1]/(2 * 2 ^ i); lra.
have p0 : 0 < / 2 ^ n by apply: Rinv_0_lt_compat; lra.
have p1 : / 2 ^ n < 1 by rewrite -Rinv_1; apply: Rinv_lt_contravar; lra.
rewrite mean_size // -pow_powerRZ (_ : (1 / 2) ^ n = / 2 ^ n); first by field; lra.
by rewrite (_ : 1 / 2 = / 2); [rewrite pow_inv | field].
