(* SPARSE-TIME: the factor of a pair (term_step), its mean (second moment of the share), Phi, runs and their tail. *)
From SGD Require Import sums runs batches coordinates ratios gradient step sparse_time.

Section Moments.
Variables n b : nat.
Hypothesis b1 : (1 <= b)%N.
Hypothesis bn : (b < n)%N.
Let T0 := batch_pos bn.
Let N1 : 1 < INR n.
Proof. by rewrite -[1]/(INR 1); apply: lt_INR; apply/ltP; apply: leq_ltn_trans bn. Qed.
Variable y : 'I_n -> R.
Hypothesis y1 : \rsum_(k : 'I_n) y k = 1.
Notation pi B := (\rsum_(k : 'I_n) y k * b2r (k \in val B)).
Notation Q := (\rsum_(k : 'I_n) y k ^ 2).
Notation v := (INR b * (INR b - 1) / (INR n * (INR n - 1))).
Lemma avg_pi : avg (fun B : batch n b => pi B) = INR b / INR n.
Proof.
rewrite avg_sum (eq_bigr (fun k => y k * (INR b / INR n))); last by move=> k _; rewrite avg_mull // avg_in.
by rewrite -rsum_mulr y1; ring.
Qed.
Lemma avg_pi2 : avg (fun B : batch n b => pi B * pi B) = v + (INR b / INR n - v) * Q.
Proof.
rewrite (avg_ext (G := fun B : batch n b => \rsum_(k : 'I_n) \rsum_(l : 'I_n)
   y k * y l * (b2r (k \in val B) * b2r (l \in val B)))); last first.
  move=> B; rewrite rsum_mulr; apply: eq_bigr => k _; rewrite rsum_mull; apply: eq_bigr => l _; ring.
rewrite avg_sum (eq_bigr (fun k => y k * v + (INR b / INR n - v) * y k ^ 2)); last first.
  move=> k _; rewrite avg_sum (bigD1 k) //= avg_mull //.
  rewrite (avg_ext (G := fun B : batch n b => b2r (k \in val B))); last first.
    by move=> B; case: (k \in val B); rewrite /b2r; ring.
  rewrite avg_in // (eq_bigr (fun l => y k * v * y l)); last first.
    by move=> l lk; rewrite avg_mull // avg_in2 1?eq_sym //; ring.
  rewrite -rsum_mull; have := y1; rewrite (bigD1 k) //=; set r := \big[_/_]_(_ | _) _ => E.
  have -> : r = 1 - y k by lra.
  by ring.
by rewrite rsum_add; congr (_ + _); [rewrite -rsum_mulr y1; ring | rewrite -rsum_mull].
Qed.
End Moments.

(* gate *)
move=> n d b eta X phi act w w' p' ne St o bn b1 pE a1 a0 dh dl rest share0 share1 members Q1' Q0 slack.
have -> : p' = split_chance n b by rewrite pE /split_chance; congr (_ / _); ring.
set a := eta / INR b in a1 a0 dh dl *; set x := coordinates act X w in rest dh dl share0 share1 Q1' Q0 slack *.
have N2 : norm2 w = dot w w by rewrite /norm2 /dot; apply: eq_bigr => k _; ring.
have R2 : norm2 w = mass x by rewrite N2 -(r2_coord X act w) /r2 -/x rest; ring.
have Ia : Inv a x by split => //; split; lra.
have a0' : 0 < a by lra.
have E B : coordinates act X (w' B) = step a x B.
  have -> : w' B = sgd a X act w B by have := St B; move/(sgd_step_map eta w B (w' B) o ne).
  apply: (coord_sgd o _ (ts := 1 / 2) (ss := 0)) => //; try lra.
    by move=> y c; apply: (gate_scale y ne).
  split; [rewrite -/x rest; lra | rewrite r2_coord -N2 R2 -/x; lra | rewrite -/x; lra].
have s0 : 0 < mass x by lra.
have N1 : 1 < INR n by rewrite -[1]/(INR 1); apply: lt_INR; apply/ltP; apply: leq_ltn_trans bn.
have T0 := batch_pos bn.
have [p0 p1] := p_bounds b1 bn; set p := split_chance n b in p0 p1 *.
set Q := (\rsum_(j : 'I_n) _) in Q1' Q0 *.
have rate : 1 - a ^ 2 * p / 6 = 1 - p * a ^ 2 / 6 by field.
split; last split; last split.
- move=> i j ij; split; last split.
  + move=> B; rewrite E; apply: Rle_trans (term_step a0' a1 B Ia i j) _; right; congr (_ * _).
    by rewrite /sparse_time_pointwise.bnd R2; field; lra.
  + pose y k := x.1 k ^ 2 / mass x.
    have y1 : \rsum_(k : 'I_n) y k = 1 by rewrite /y /Rdiv -rsum_mulr Rinv_r // -/(mass x); lra.
    have piE (B : batch n b) : seen x (val B) / mass x = \rsum_(k : 'I_n) y k * b2r (k \in val B).
      by rewrite seenE /Rdiv rsum_mulr; apply: eq_bigr => k _; rewrite /y; field; lra.
    pose A := a * (2 - norm2 w); pose D := a ^ 2 / 12.
    rewrite (avg_ext (G := fun B : batch n b => 1 + ((A / 2 - D) * b2r (i \in val B) + ((A / 2 - D) * b2r (j \in val B) +
      (2 * D * (b2r (i \in val B) * b2r (j \in val B)) + ((- A - 4 * D) * (\rsum_(k : 'I_n) y k * b2r (k \in val B)) +
      4 * D * ((\rsum_(k : 'I_n) y k * b2r (k \in val B)) * (\rsum_(k : 'I_n) y k * b2r (k \in val B))))))))); last first.
      move=> B; rewrite piE /A /D; set z := \big[_/_]_(_ < n) _; case: (i \in val B); case: (j \in val B); rewrite /b2r; field.
    rewrite !avg_add // !avg_mull // avg_const // !avg_in // avg_in2 // (avg_pi bn y1) // (avg_pi2 bn y1) //.
    by rewrite -/Q /A /D /p /split_chance; field; lra.
  have Q1 : 0 <= a ^ 2 * p * (1 - Q).
    by apply: Rmult_le_pos; [apply: Rmult_le_pos; [exact: pow2_ge_0 | lra] | lra].
  lra.
- rewrite (avg_ext (G := fun B : batch n b => pairs (step a x B))); last by move=> B; rewrite E.
  by have := Phi_step a0' a1 bn Ia; rewrite -/p -rate.
- move=> u1 K; have X0 : x = (x.1, 0) by rewrite -rest -surjective_pairing.
  by have := sparse_time_mean b1 bn a0' a1 (q0 := x.1) u1 K; rewrite -X0 -/p -rate.
move=> u1 K L y KL y0; have X0 : x = (x.1, 0) by rewrite -rest -surjective_pairing.
by have := sparse_time_tail b1 bn a0' a1 (q0 := x.1) u1 KL y0; rewrite -X0 -/p -rate.
