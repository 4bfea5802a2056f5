(* Powers r^g of non-negative numbers, with 0^g = 0, and the logarithm beside its tangent. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From SGD Require Import statements.sums.
From SGD Require Import statements.state.
From SGD Require Import sums.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Notation pw := power.
Lemma pw_ge0 g r : 0 <= pw g r.
Proof.
rewrite /power; case: RltbP => H; last by lra.
by left; apply: exp_pos.
Qed.
Lemma pw_mul g r c : 0 <= r -> 0 < c -> pw g (r * c) = pw g r * Rpower c g.
Proof.
move=> r0 c0; rewrite /power; case: RltbP => H; case: RltbP => K; try lra.
- by rewrite Rpower_mult_distr.
- have E : r = 0 by lra.
  by rewrite E in H; lra.
by case: H; apply: Rmult_lt_0_compat.
Qed.
Lemma pw_lt g r r' : 0 < g -> 0 <= r -> r < r' -> pw g r < pw g r'.
Proof.
move=> g0 r0 H; rewrite /power; case: RltbP => K; case: RltbP => L; try lra.
  by apply: Rlt_Rpower_l; lra.
exact: exp_pos.
Qed.
Lemma pw_mono g r r' : 0 < g -> 0 <= r -> r <= r' -> pw g r <= pw g r'.
Proof. by move=> g0 r0 [H|->]; [left; apply: pw_lt | right]. Qed.
Lemma pw_ge_id g r : g <= 1 -> 0 <= r -> r <= 1 -> r <= pw g r.
Proof.
move=> g1 r0 r1; rewrite /power; case: RltbP => K; last by lra.
rewrite -{1}(exp_ln r) // /Rpower.
have L : ln r <= 0.
  case: (Req_dec r 1) => [->|N]; first by rewrite ln_1; lra.
  by left; rewrite -ln_1; apply: ln_increasing; lra.
have M : ln r <= g * ln r by nra.
by case: M => [M|M]; [left; apply: exp_increasing | rewrite -M; right].
Qed.


Lemma Rpower1 y : Rpower 1 y = 1.
Proof. by rewrite /Rpower ln_1 Rmult_0_r exp_0. Qed.
Lemma ln_le_id y : 0 < y -> ln (1 + y) <= y.
Proof.
move=> y0; rewrite -{2}(ln_exp y).
have H : 1 + y <= exp y by left; apply: exp_ineq1; lra.
by case: H => [H|->]; [left; apply: ln_increasing; lra | right].
Qed.
Lemma ln_ge y : 0 < y -> y / (1 + y) <= ln (1 + y).
Proof.
move=> y0; have L : ln (/ (1 + y)) <= - (y / (1 + y)).
  have P : 0 < / (1 + y) by apply: Rinv_0_lt_compat; lra.
  have E : exp (- (y / (1 + y))) >= / (1 + y).
    have -> : / (1 + y) = 1 + - (y / (1 + y)) by field; lra.
    have Q : 0 < y / (1 + y) by apply: Rdiv_lt_0_compat; lra.
    by apply: Rgt_ge; apply: exp_ineq1; lra.
  rewrite -[X in _ <= X]ln_exp.
  by case: E => [E|->]; [left; apply: ln_increasing | right].
by move: L; rewrite ln_Rinv; lra.
Qed.
(* log 2 <= 7/10: (1 + 7/400)^40 > 2 *)
Lemma ln2_le : ln 2 <= 7 / 10.
Proof.
have E1 : 407 / 400 <= exp (7 / 400) by have := exp_ineq1 (7 / 400) ltac:(lra); lra.
have dbl x y z : 0 <= y -> y <= exp x -> z <= y * y -> z <= exp (x + x).
  by move=> y0 H Hz; rewrite exp_plus; apply: Rle_trans Hz _; apply: Rmult_le_compat.
have E2 := dbl _ (407 / 400) (10353 / 10000) ltac:(lra) E1 ltac:(lra).
have E4 := dbl _ (10353 / 10000) (107184 / 100000) ltac:(lra) E2 ltac:(lra).
have E8 := dbl _ (107184 / 100000) (114884 / 100000) ltac:(lra) E4 ltac:(lra).
have E16 := dbl _ (114884 / 100000) (131983 / 100000) ltac:(lra) E8 ltac:(lra).
have E32 := dbl _ (131983 / 100000) (174195 / 100000) ltac:(lra) E16 ltac:(lra).
set x8 := 7 / 400 + 7 / 400 + (7 / 400 + 7 / 400) + (7 / 400 + 7 / 400 + (7 / 400 + 7 / 400)) in E8.
set x32 := x8 + x8 + (x8 + x8) in E32.
have E40 : 2 <= exp (x32 + x8).
  have M : 174195 / 100000 * (114884 / 100000) <= exp x32 * exp x8.
    by apply: Rmult_le_compat; lra.
  by rewrite exp_plus; apply: Rle_trans M; lra.
rewrite -(ln_exp (7 / 10)) (_ : 7 / 10 = x32 + x8); last by rewrite /x32 /x8; field.
case: E40 => [E|->]; last by right.
by left; apply: ln_increasing; lra.
Qed.
