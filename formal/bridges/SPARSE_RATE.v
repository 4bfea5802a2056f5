(* SPARSE-RATE: sgd_sparse_rate (sparse.v); the claim's g, rounds, T and c are those of the development. *)
From SGD Require Import sums coordinates ratios capture psi contract gradient step sparse.

Lemma INR_expn m k : INR (expn m k) = INR m ^ k.
Proof. by elim: k => [|k IH]; rewrite ?expn0 // expnS mult_INR IH. Qed.

(* gate *)
move=> n d b eta X w0 phi act ts ss M ne o bn b1 a1 a0 t1 t2 t0 s1 s2 s0; cbv zeta.
set a := eta / INR b in a1 a0 t1 s2 *.
have B1 : 1 <= INR b by rewrite -[1]/(INR 1); apply: le_INR; apply/leP.
have BN : INR b + 1 <= INR n by rewrite -S_INR; apply: le_INR; apply/leP.
have N1 : 1 < INR n by lra.
set G := 3 * a ^ 2 * ss * ts / _.
have EG : G = g n a ts ss.
  rewrite /G /capture.g /zz /lam; field.
  have P : 0 <= a ^ 2 * ss * ts.
    by apply: Rmult_le_pos; [apply: Rmult_le_pos; [exact: pow2_ge_0 | lra] | lra].
  have Q : 0 <= (2 * a + 1) * (INR n + 3) by apply: Rmult_le_pos; lra.
  have Q' : 0 < (1 + 2 * a) * (INR n + 3) by apply: Rmult_lt_0_compat; lra.
  repeat split; try nra.
rewrite EG => HM.
have [ts1 ss1] : ts <= 1 /\ ss <= (1 - 2 * a) ^ 2 * ts by split; lra.
have ss2 : ss <= 2.
  have P : (1 - 2 * a) ^ 2 <= 1 by rewrite -(pow1 2); apply: pow_incr; lra.
  have Q : (1 - 2 * a) ^ 2 * ts <= 1 * 1 by apply: Rmult_le_compat; try lra; exact: pow2_ge_0.
  lra.
have Cc : capturable n b a ts ss by do 2 (split => //); lra.
have [g0 g1] := @g_bounds n b a ts ss Cc.
have [p0 p1] := p_bounds b1 bn.
have at0 : 0 < a * ts by apply: Rmult_lt_0_compat; lra.
have L0 : 0 < ln (1 + a * ts) by rewrite -ln_1; apply: ln_increasing; lra.
have EM : enough n b a ts ss M.
  rewrite /enough /kA /th -Rpower_Ropp Ropp_involutive.
  move: HM; set v := _ * _ * ln _; set u := ln _ => HM.
  have v0 : 0 < v.
    by rewrite /v (Rplus_comm (a * ts)); apply: Rmult_lt_0_compat => //; apply: Rmult_lt_0_compat; lra.
  apply: (Rle_trans _ u).
    right; rewrite /u; congr ln; field; lra.
  apply: (Rle_trans _ (INR M * v)); last by right; rewrite /v (Rplus_comm (a * ts)); ring.
  apply: (Rmult_le_reg_r (/ v)); first exact: Rinv_0_lt_compat.
  rewrite (Rmult_assoc (INR M)) Rinv_r; last lra.
  by rewrite Rmult_1_r; move: HM; rewrite /Rdiv; lra.
have t1' : ts <= 1 - 10 * a / 27 by lra.
have [T0 c01 H] := @sgd_sparse_rate n d b eta X w0 act o b1 bn a0 a1 ts ss M t0 t2 t1' s0 s1 ss1 EM.
set c := Rmax _ _.
have -> : c = c2 n b a ts ss M.
  rewrite /c /c2 /c1 (Rmax_comm (1 - split_chance n b * _ / 2)); congr Rmax; first congr Rmax.
  - by rewrite /kap /zs; field; lra.
  - by rewrite /Rdiv; ring.
  rewrite INR_expn (_ : (_ * _)%Z = - Z.of_nat (n.-1 * M))%Z; last first.
    by rewrite -subn1 Nat2Z.inj_mul Nat2Z.inj_sub; [ring | apply/leP; apply: leq_ltn_trans bn].
  have C0 : INR 'C(n, b) <> 0.
    by apply: Rgt_not_eq; apply: lt_0_INR; apply/ltP; rewrite bin_gt0 ltnW.
  by rewrite powerRZ_neg // powerRZ_inv // -pow_powerRZ; field; apply: pow_nonzero.
have -> : (M * (n - 1) = n.-1 * M)%N by rewrite subn1 mulnC.
by split => //; split.
