(* Q-GRAM: law_moment, modes_move, fixed_diagonal (gram.v) for subsets (batches.v) and for words. *)
From SGD Require Import sums batches gradient runs gram.

(* gate *)
move=> n p b eta J y ts T th th1 th2 U l top T0 KU cols rows _ _ _ [St1 St2] n2 b1 _.
have N1 : 1 < INR n by rewrite -[1]/(INR 1); apply: lt_INR; apply/ltP.
have B1 : 1 <= INR b by rewrite -[1]/(INR 1); apply: le_INR; apply/leP.
have n0 : (0 < n)%N by apply: ltnW.
have N0 : INR n <> 0 by lra.
have b0 : INR b <> 0 by lra.
have I0 : (0 < #|'I_n|)%N by rewrite card_ord.
split=> noise.
  have bn : (b < n)%N.
    apply/ltP/INR_lt/Rnot_le_lt => nb; have P : 0 < / (INR b * (INR n - 1)).
      by apply: Rinv_0_lt_compat; apply: Rmult_lt_0_compat; lra.
    have := Rmult_le_compat_r _ (INR n - INR b) 0 (Rlt_le _ _ P) ltac:(lra).
    by rewrite /Rdiv in noise; lra.
  have mo (i j : 'I_n) : i != j -> avg (fun B : batch n b => b2r (i \in val B) * b2r (j \in val B)) / INR b ^ 2 =
      (1 - (INR n - INR b) / (INR b * (INR n - 1))) / INR n ^ 2.
    by move=> ij; rewrite avg_in2 //; field; lra.
  have me (i : 'I_n) : avg (fun B : batch n b => b2r (i \in val B) * b2r (i \in val B)) / INR b ^ 2 =
      (INR n - INR b) / (INR b * (INR n - 1)) / INR n + (1 - (INR n - INR b) / (INR b * (INR n - 1))) / INR n ^ 2.
    rewrite (avg_ext (G := fun B : batch n b => b2r (i \in val B))) ?avg_in //; first by field; lra.
    by move=> B; rewrite /b2r; case: (i \in val B); ring.
  have St s B : exists G : 'I_n -> 'I_p -> R,
      (forall i, is_gradient (fun t => / 2 * (dot t (J i) - y i) ^ 2) (th s) (G i)) /\
      forall q, th1 s B q = th s q - eta / INR b * \rsum_(i : 'I_n) b2r (i \in val B) * G i q.
    have [G [HG E]] := St1 s B; exists G; split=> // q; rewrite E; congr (_ - _ * _).
    by rewrite big_mkcond; apply: eq_bigr => h _; rewrite /b2r; case: (h \in val B); ring.
  have ES i j := law_moment T0 (batch_pos bn) N0 b0 St (avg_in bn) mo me i j.
  split=> //; split=> //; split; first exact: ES.
  move=> pole; split; first exact: (modes_move KU cols N0 ES pole).
  exact: (fixed_diagonal KU cols rows N0 ES pole).
have mo (i j : 'I_n) : i != j -> avg (fun B : b.-tuple 'I_n => INR (count_mem i B) * INR (count_mem j B)) / INR b ^ 2 =
    (1 - / INR b ^ 1) / INR n ^ 2.
  by move=> /negbTE ij; rewrite word_square // ij /b2r; field.
have me (i : 'I_n) : avg (fun B : b.-tuple 'I_n => INR (count_mem i B) * INR (count_mem i B)) / INR b ^ 2 =
    / INR b ^ 1 / INR n + (1 - / INR b ^ 1) / INR n ^ 2.
  by rewrite word_square // eqxx /b2r; field.
have St s B : exists G : 'I_n -> 'I_p -> R,
    (forall i, is_gradient (fun t => / 2 * (dot t (J i) - y i) ^ 2) (th s) (G i)) /\
    forall q, th2 s B q = th s q - eta / INR b * \rsum_(i : 'I_n) INR (count_mem i B) * G i q.
  have [G [HG E]] := St2 s B; exists G; split=> // q; rewrite E; congr (_ - _ * _).
  exact: (word_sum B (fun i => G i q)).
have ES i j := law_moment T0 (card_tuple_pos I0 b) N0 b0 St (@word_mean n n0 b) mo me i j.
split=> //; split=> //; split; first exact: ES.
move=> pole; split; first exact: (modes_move KU cols N0 ES pole).
exact: (fixed_diagonal KU cols rows N0 ES pole).
