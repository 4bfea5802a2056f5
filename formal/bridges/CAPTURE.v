(* CAPTURE: U_step (capture.v) on the state of the weight; coord_sgd (step.v) says that a step of SGD is the map. *)
From SGD Require Import sums coordinates ratios capture gradient step.

(* gate *)
move=> n d b eta X phi act w w' i ts ss p ne St Li o bn b1 pE a1 a0 T t1 t0 Sm s2 s0.
set a := eta / INR b in a1 a0 *; set x := coordinates act X w in Li Sm *; cbv zeta.
have Cs : stepping a ts by split; lra.
have Cc : capturable n b a ts ss by split.
have N2 : norm2 w = dot w w by rewrite /norm2 /dot; apply: eq_bigr => k _; ring.
have Ix : SInv ts ss x.
  split; [exact: bessel | by rewrite r2_coord -N2 | exact: Sm].
have E B : coordinates act X (w' B) = step a x B.
  have -> : w' B = sgd a X act w B by have := St B; move/(sgd_step_map eta w B (w' B) o ne).
  apply: (coord_sgd o _ a0 a1 (ts := ts) (ss := ss)) => //; try lra.
  by move=> y c; apply: (gate_scale y ne).
have N0 : 0 <= INR n by apply: pos_INR.
set G := (_ / _); have -> : G = g n a ts ss.
  rewrite /G /capture.g /zz /lam; field.
  have P : 0 <= a ^ 2 * ss * ts.
    by apply: Rmult_le_pos; [apply: Rmult_le_pos; [exact: pow2_ge_0 | lra] | lra].
  have Q : 0 <= (2 * a + 1) * (INR n + 3) by apply: Rmult_le_pos; lra.
  have Q' : 0 < (1 + 2 * a) * (INR n + 3) by apply: Rmult_lt_0_compat; lra.
  repeat split; try nra.
rewrite (_ : avg _ = avg (fun B : batch n b => power_sum (g n a ts ss) (step a x B) i)); last first.
  by apply: avg_ext => B; rewrite E.
move=> Hu; have := @U_step n b a ts ss Cc x i Ix Li; rewrite /th.
rewrite (_ : - g n a ts ss = -1 * g n a ts ss); last by ring.
move=> /(_ Hu) Du; split; last by rewrite pE -/(split_chance n b); lra.
have Ht : power_sum (g n a ts ss) x i <= th n a ts ss.
  by rewrite /th (_ : - g n a ts ss = -1 * g n a ts ss) //; ring.
move=> j ji; have := @U_leads n b a ts ss Cc x i Ht j ji; rewrite /ratio => Rj.
have Q := Rabs_pos_lt _ Li; apply: (Rmult_le_reg_r (/ Rabs (x.1 i))); first exact: Rinv_0_lt_compat.
by rewrite (_ : Rabs (x.1 i) / 2 * / Rabs (x.1 i) = 1 / 2); [exact: Rj | field; lra].
