(* WALK-DRIFT: pair moments (batches.v), and exchanging i with j in the batches that hold j alone. *)
From mathcomp Require Import perm.
From SGD Require Import sums batches exchange coordinates capture gradient step.

Lemma ln_quot u v : 0 < u -> 0 < v -> ln (u / v) = ln u - ln v.
Proof. by move=> u0 v0; rewrite /Rdiv ln_mult ?ln_Rinv //; apply: Rinv_0_lt_compat. Qed.
Lemma log_change qi qj fi fj : qi <> 0 -> qj <> 0 -> 0 < fi -> 0 < fj ->
  ln (Rabs (qi * fi) / Rabs (qj * fj)) - ln (Rabs qi / Rabs qj) = ln fi - ln fj.
Proof.
move=> i0 j0 fi0 fj0; have Qi := Rabs_pos_lt _ i0; have Qj := Rabs_pos_lt _ j0.
rewrite !Rabs_mult (Rabs_pos_eq fi) ?(Rabs_pos_eq fj); try lra.
by rewrite !ln_quot ?ln_mult //; try (by apply: Rmult_lt_0_compat); ring.
Qed.

Section Walk.
Variables n b : nat.
Hypothesis bn : (b <= n)%N.
Variables i j : 'I_n.
Hypothesis ij : i != j.
Notation splits B := ((i \in val B) && (j \notin val B)).

Lemma batches_exist : (0 < #|{: batch n b}|)%N.
Proof. by rewrite card_batch bin_gt0. Qed.
Lemma full_batch_all (B : batch n b) k : b = n -> k \in val B.
Proof.
move=> E; have : val B == setT by rewrite eqEcard subsetT cardsT card_ord (eqP (valP B)) E leqnn.
by move/eqP->; rewrite inE.
Qed.
Lemma splitE : (1 <= b)%N -> split_probability b i j = INR b * (INR n - INR b) / (INR n * (INR n - 1)).
Proof.
move=> b1; rewrite /split_probability; case: (ltngtP b n) bn => // [lt _|E _]; last first.
  rewrite (avg_ext (G := fun B : batch n b => 0)); last by move=> B; rewrite full_batch_all //= (full_batch_all B j E).
  rewrite avg_const ?batches_exist // E; rewrite Rminus_diag_eq // Rmult_0_r /Rdiv; ring.
have n1 : (1 < n)%N by apply: (leq_ltn_trans b1 lt).
have N1 : 1 < INR n by rewrite -[1]/(INR 1); apply: lt_INR; apply/ltP.
rewrite (avg_ext (G := fun B : batch n b => b2r (i \in val B) + (-1) * (b2r (i \in val B) * b2r (j \in val B)))).
  by rewrite avg_add ?batches_exist // avg_mull ?batches_exist // avg_in // avg_in2 //; field; lra.
by move=> B; case: (i \in val B); case: (j \in val B); rewrite /b2r /=; ring.
Qed.
Lemma no_split : split_probability b i j = 0 -> forall B : batch n b, splits B = false.
Proof.
move=> P0 B; apply/negP => HB; move: P0; rewrite /split_probability /avg.
have N0 : 0 < INR #|{: batch n b}| by apply: lt_0_INR; apply/ltP; exact: batches_exist.
have : 1 <= \rsum_(C : batch n b) b2r (splits C).
  rewrite (bigD1 B) //= HB /=; set q := \big[_/_]_(_ | _) _.
  have : 0 <= q by apply: rsum_ge0 => C _; apply: b2r_ge0.
  by rewrite /b2r; lra.
move=> H E; have : \rsum_(C : batch n b) b2r (splits C) = 0.
  by rewrite -[LHS](Rmult_1_r) -(Rinv_l (INR #|{: batch n b}|)); [rewrite -Rmult_assoc -/(Rdiv _ _) E; ring | lra].
lra.
Qed.
(* the mean over splitting batches of p F is the plain mean of F over them *)
Lemma split_mean_p F : split_mean b i j (fun C => split_probability b i j * F C) =
  avg (fun B : batch n b => b2r (splits B) * F (val B :\ i)).
Proof.
rewrite /split_mean; set P := split_probability b i j.
rewrite (avg_ext (G := fun B : batch n b => P * (b2r (splits B) * F (val B :\ i)))); last by move=> B; ring.
rewrite avg_mull ?batches_exist //; case: (Req_dec P 0) => P0; last by rewrite /Rdiv (Rmult_comm P) Rmult_assoc Rinv_r // Rmult_1_r.
rewrite P0 Rmult_0_l /Rdiv Rmult_0_l (avg_ext (G := fun B : batch n b => 0)) ?avg_const ?batches_exist //.
by move=> B; rewrite no_split // /b2r; ring.
Qed.
End Walk.

(* gate *)
move=> n d b eta X phi act w w' i j ne St ij o bn b1 _ Li Lj al0' be0'.
split; first by rewrite splitE //; field_simplify_eq; ring.
set a := eta / INR b in al0' be0' *; set x := coordinates act X w in Li Lj al0' be0' *; set t := 2 - norm2 w in be0' *.

have N2 : norm2 w = dot w w by rewrite /norm2 /dot; apply: eq_bigr => k _; ring.
have T0 := batches_exist bn.
pose al (B : batch n b) := 1 - a * seen x (val B); pose be B := al B + a * t.
have al0 B : 0 < al B by rewrite /al; have := al0' B; lra.
have be0 B : 0 < be B by rewrite /be /al; have := be0' B; lra.
pose L B := ln (be B) - ln (al B).
have E B k : (coordinates act X (w' B)).1 k = x.1 k * (if k \in val B then be B else al B).
  have -> : w' B = sgd a X act w B by have := St B; move/(sgd_step_map eta w B (w' B) o ne).
  have A0 := al0 B; have B0 := be0 B; rewrite /be /al /t N2 in A0 B0.
  rewrite (coord1_sgd (phi := phi)) // -/x; [|lra|lra].
  rewrite -[LHS]/(x.1 k * (1 - a * seen x (val B) + a * (2 - r2 x) * b2r (k \in val B))) r2_coord.
  by rewrite /be /al /t N2 /b2r; case: (k \in val B); ring.
have pf (B : batch n b) k : 0 < (if k \in val B then be B else al B) by case: (k \in val B).
have Qi := Rabs_pos_lt _ Li; have Qj := Rabs_pos_lt _ Lj.
have change B : ln (Rabs ((coordinates act X (w' B)).1 i) / Rabs ((coordinates act X (w' B)).1 j)) -
    ln (Rabs (x.1 i) / Rabs (x.1 j)) =
    b2r ((i \in val B) && (j \notin val B)) * L B + (-1) * (b2r ((j \in val B) && (i \notin val B)) * L B).
  rewrite !E log_change //; try exact: pf.
  by rewrite /L; case: (i \in val B); case: (j \in val B); rewrite /b2r /=; ring.
rewrite (avg_ext change) avg_add // avg_mull //.
rewrite [X in _ + -1 * X](avg_swap i j).
rewrite -avg_mull // -avg_add //.
rewrite split_mean_p //.
apply: avg_ext => B.
rewrite !in_swap tpermL tpermR andbC.
case iB: (i \in val B); case jB: (j \in val B); rewrite /= /b2r; try ring.
have [E1 E2 C0 _] := @seen_split n b x B i j iB (negbT jB).
rewrite /L /be /al E1 E2; set C := seen x (val B :\ i) in E1 E2 C0 *.
have P1 := al0 B; have P2 := be0 B; have P3 := al0 (swap i j B); have P4 := be0 (swap i j B).
rewrite /be /al E1 ?E2 in P1 P2 P3 P4.
set qi := x.1 i ^ 2 in E1 P1 P2 *; set qj := x.1 j ^ 2 in E2 P3 P4 *.
have Pr : 0 < (1 - a * (C + qi)) * (a * t + 1 - a * (C + qj)) by apply: Rmult_lt_0_compat; lra.
pose Y := (1 - a * (C + qi) + a * t) * (1 - a * (C + qj)) / ((1 - a * (C + qi)) * (a * t + 1 - a * (C + qj))).
have -> : a ^ 2 * t * (qi - qj) / ((1 - a * (C + qi)) * (a * t + 1 - a * (C + qj))) + 1 = Y.
  by rewrite /Y; field; split; lra.
have P5 : 0 < (1 - a * (C + qi) + a * t) * (1 - a * (C + qj)) by apply: Rmult_lt_0_compat; lra.
rewrite /Y ln_quot // !ln_mult //; try lra.
by rewrite (_ : a * t + 1 - a * (C + qj) = 1 - a * (C + qj) + a * t); ring.
