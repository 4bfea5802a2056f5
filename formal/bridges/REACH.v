(* REACH: the schedule of reach.v on vectors; only the states of this one run need to be confined. *)
From SGD Require Import sums batches coordinates ratios reach gradient step.

Lemma INR_expn m k : INR (expn m k) = INR m ^ k.
Proof. by elim: k => [|k IH]; rewrite ?expn0 // expnS mult_INR IH. Qed.
Lemma powerRZ_minus (y : R) (z : Z) k : y <> 0 -> (z = - Z.of_nat k)%Z -> powerRZ y z = / y ^ k.
Proof. by move=> y0 ->; rewrite powerRZ_neg // powerRZ_inv // -pow_powerRZ. Qed.

(* run_hold (ratios.v) asks for confinement after every word; that of the prefixes of the word itself is enough *)
Lemma run_hold_along n b a ts ss (Cl : stepping a ts) (s : seq (batch n b)) (x : state n) i j :
  (forall k, (k <= size s)%N -> SInv ts ss (run (@step n b a) x (take k s))) -> x.1 i <> 0 ->
  all (fun B : batch n b => i \in val B) s ->
  ratio (run (@step n b a) x s) i j <= ratio x i j * shrink a ts ^ count (fun B : batch n b => j \notin val B) s.
Proof.
elim: s x => [|B s IH] x Ix H; first by rewrite /=; lra.
rewrite [all _ _]/= => /andP[iB As]; have I0 : SInv ts ss x := Ix 0%N isT.
apply: Rle_trans (IH (step a x B) (fun k => Ix k.+1) (live_step (B := B) I0 H) As) _.
have P : 0 <= shrink a ts ^ count (fun B : batch n b => j \notin val B) s.
  by apply: pow_le; have [? ?] := @shrink_bounds a ts Cl; lra.
apply: Rle_trans (Rmult_le_compat_r _ _ _ P (step_hold j I0 H iB)) _; right.
by rewrite /=; case: (j \in val B); rewrite /= ?add0n ?add1n /=; ring.
Qed.

(* gate *)
move=> n d b eta X phi act ts i M ne o bn b1 a1 a0 t1 t0 _.
set a := eta / INR b in a1 a0 *.
have n1 : (0 < n)%N by apply: leq_ltn_trans bn.
have c0 : INR 'C(n, b) <> 0.
  by apply: Rgt_not_eq; apply: lt_0_INR; apply/ltP; rewrite bin_gt0 ltnW.
split.
  rewrite (@powerRZ_minus _ _ ((n - 1) * M)) //; last first.
    by rewrite Nat2Z.inj_mul Nat2Z.inj_sub; [ring | apply/leP].
  by rewrite card_tuple card_batch INR_expn /Rdiv Rmult_1_l.
rewrite subn1; exists (schedule b1 bn i M) => w0 Li Ri B w [W0 WS] BE conf j ji.
have Cl : stepping a ts by split; lra.
have N2 (v : 'I_d -> R) : norm2 v = dot v v by rewrite /norm2 /dot; apply: eq_bigr => k _; ring.
have Ix k : SInv ts 0 (coordinates act X (w k)).
  split; [exact: bessel | by rewrite r2_coord -N2; exact: conf | by apply: rsum_ge0 => l _; exact: sq_ge0].
have E k : coordinates act X (w k) = run (@step n b a) (coordinates act X w0) (mkseq B k).
  elim: k => [|k IH]; first by rewrite W0.
  have -> : run (@step n b a) (coordinates act X w0) (mkseq B k.+1) = step a (coordinates act X (w k)) (B k).
    by rewrite IH /mkseq -[X in iota 0 X]addn1 iotaD map_cat /run foldl_cat.
  have -> : w k.+1 = sgd a X act (w k) (B k) by have := WS k; move/(sgd_step_map eta (w k) (B k) (w k.+1) o ne).
  apply: (coord_sgd o _ a0 a1 (ts := ts) (ss := 0)) => //; try lra.
  by move=> y c; apply: (gate_scale y ne).
have sE : mkseq B (n.-1 * M) = schedule b1 bn i M.
  apply: (@eq_from_nth _ (B 0%N)); first by rewrite size_mkseq size_tuple.
  by move=> k; rewrite size_mkseq => kT; rewrite nth_mkseq // (BE (Ordinal kT)) (tnth_nth (B 0%N)).
have Q := Rabs_pos_lt _ Li.
have R1 k : ratio (coordinates act X w0) i k <= 1.
  rewrite /ratio; apply: (Rmult_le_reg_r (Rabs ((coordinates act X w0).1 i))) => //.
  by rewrite /Rdiv Rmult_assoc Rinv_l; [have := Ri k; lra | lra].
have at0 : 0 < a * ts by apply: Rmult_lt_0_compat; lra.
have P : 0 <= shrink a ts ^ count (fun B : batch n b => j \notin val B) (rounds b1 bn i M).
  by apply: pow_le; have [? ?] := @shrink_bounds a ts Cl; lra.
rewrite (@powerRZ_minus _ _ ((n - b) * M)); last 2 first.
- lra.
- by rewrite Nat2Z.inj_mul Nat2Z.inj_sub; [ring | apply/leP; exact: ltnW].
rewrite E sE; apply: Rle_trans.
  apply: (run_hold_along (ss := 0) Cl j) Li _; last exact: rounds_hold.
  move=> k; rewrite size_tuple => kT.
  have -> : take k (schedule b1 bn i M) = mkseq B k.
    by rewrite -sE /mkseq -map_take take_iota (minn_idPl kT).
  by rewrite -E; exact: Ix.
have -> : / (a * ts + 1) ^ ((n - b) * M) = 1 * shrink a ts ^ ((n - b) * M).
  by rewrite /shrink -Rinv_pow; [rewrite (Rplus_comm 1) Rmult_1_l | lra].
rewrite -(rounds_leave b1 bn M ji); exact: Rmult_le_compat_r.
