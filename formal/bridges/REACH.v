(* REACH: the schedule of reach.v; confinement along every word is all that its proof uses. *)
From SGD Require Import sums batches coordinates ratios reach.

Lemma rest_run n b a (x : state n) (v : seq (batch n b)) : 0 <= x.2 -> 0 <= (run (@step n b a) x v).2.
Proof. by elim: v x => //= B v IH x x0; apply: IH; apply: Rmult_le_pos => //; exact: pow2_ge_0. Qed.
Lemma INR_expn m k : INR (expn m k) = INR m ^ k.
Proof. by elim: k => [|k IH]; rewrite ?expn0 // expnS mult_INR IH. Qed.
Lemma powerRZ_minus (y : R) (z : Z) k : y <> 0 -> (z = - Z.of_nat k)%Z -> powerRZ y z = / y ^ k.
Proof. by move=> y0 ->; rewrite powerRZ_neg // powerRZ_inv // -pow_powerRZ. Qed.

(* gate *)
move=> n b a ts i M bn b1 a1 a0 t1 t0 _.
have n1 : (0 < n)%N by apply: leq_ltn_trans bn.
have c0 : INR 'C(n, b) <> 0.
  by apply: Rgt_not_eq; apply: lt_0_INR; apply/ltP; rewrite bin_gt0 ltnW.
split.
  rewrite (@powerRZ_minus _ _ ((n - 1) * M)) //; last first.
    by rewrite Nat2Z.inj_mul Nat2Z.inj_sub; [ring | apply/leP].
  by rewrite card_tuple card_batch INR_expn /Rdiv Rmult_1_l.
rewrite subn1; exists (schedule b1 bn i M) => x x0 conf Li Ri j ji.
have St : stepping a ts by split; lra.
have Ix u : SInv ts 0 (run (@step n b a) x u).
  by split; [exact: rest_run | exact: conf | apply: rsum_ge0 => k _; exact: sq_ge0].
have Q := Rabs_pos_lt _ Li.
have R1 k : ratio x i k <= 1.
  rewrite /ratio; apply: (Rmult_le_reg_r (Rabs (x.1 i))) => //.
  by rewrite /Rdiv Rmult_assoc Rinv_l; [have := Ri k; lra | lra].
have := @reach n b b1 bn i a ts 0 St x M Ix Li R1 j ji.
have at0 : 0 < a * ts by apply: Rmult_lt_0_compat; lra.
rewrite (@powerRZ_minus _ _ ((n - b) * M)); last 2 first.
- lra.
- by rewrite Nat2Z.inj_mul Nat2Z.inj_sub; [ring | apply/leP; exact: ltnW].
by rewrite /shrink -Rinv_pow; [rewrite (Rplus_comm 1) | lra].
