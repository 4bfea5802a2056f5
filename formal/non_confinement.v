(* NHRW: bounded jumps away from o on average, with a second moment of at least v, leave [o - W, o + W] in mean time
   ((W + J)^2 - y^2) / v.  For every past-dependent law on a finite alphabet, and every horizon K. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From SGD.statements Require Import sums walks.
From SGD Require Import sums.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Exit.
Variables (T : finType) (A : R -> bool) (X : seq T -> R).
Notation exit := (exit A X).

Lemma exit_rcons u s x : (size u < exit s u)%N ->
  exit s (rcons u x) = (size u + (A (X (s ++ rcons u x)))).+1.
Proof.
elim: u s => [|z u IH] s /=; case: (A (X s)) => //.
  by rewrite cats1; case: (A _); rewrite ?addn1 ?addn0.
by rewrite ltnS => H; rewrite IH // addSn cat_rcons.
Qed.

Variable law : seq T -> T -> R.
Hypothesis law_ge0 : forall s x, 0 <= law s x.
Hypothesis law_sum : forall s, \rsum_(x : T) law s x = 1.

Lemma sum_words K (F : K.+1.-tuple T -> R) :
  \rsum_(u : K.+1.-tuple T) F u = \rsum_(x : T) \rsum_(u : K.-tuple T) F [tuple of x :: u].
Proof.
rewrite pair_big /= (reindex (fun p : T * K.-tuple T => [tuple of p.1 :: p.2])) //=.
exists (fun u : K.+1.-tuple T => (thead u, [tuple of behead u])) => [[x u] _ | u _] /=.
  by congr (_, _); apply: val_inj.
by rewrite [RHS](tuple_eta u).
Qed.
Lemma sum_chance K s : \rsum_(u : K.-tuple T) chance law s u = 1.
Proof.
elim: K s => [|K IH] s.
  rewrite (eq_bigr (fun=> 1)) => [|u _]; last by rewrite tuple0.
  by rewrite rsum_constT card_tuple expn0 /=; ring.
rewrite sum_words -(law_sum s); apply: eq_bigr => x _.
by rewrite /= -rsum_mull IH; ring.
Qed.

(* the mean of what is left of the exit time after s, within K letters *)
Fixpoint mean_exit K s : R :=
  if K is K'.+1 then if A (X s) then 1 + \rsum_(x : T) law s x * mean_exit K' (rcons s x) else 0 else 0.
Lemma mean_exitE K s : \rsum_(u : K.-tuple T) chance law s u * INR (minn K (exit s u)) = mean_exit K s.
Proof.
elim: K s => [|K IH] s; first by rewrite big1 // => u _; rewrite min0n; exact: Rmult_0_r.
rewrite sum_words /=; case AX: (A (X s)); last first.
  by rewrite big1 // => x _; rewrite big1 // => u _; rewrite minn0; exact: Rmult_0_r.
rewrite -[in RHS](law_sum s) -rsum_add; apply: eq_bigr => x _.
rewrite (eq_bigr (fun u : K.-tuple T => law s x * chance law (rcons s x) u +
   law s x * (chance law (rcons s x) u * INR (minn K (exit (rcons s x) u))))) => [|u _]; last first.
  by rewrite minnSS S_INR; ring.
by rewrite rsum_add -!rsum_mull IH sum_chance; ring.
Qed.

Variables (o W J v : R).
Hypothesis W0 : 0 <= W.
Hypothesis J0 : 0 <= J.
Hypothesis v0 : 0 < v.
Notation before s := (size s < exit [::] s)%N.
Notation jump s x := (X (rcons s x) - X s).
Hypothesis inside : forall s, before s -> (X s - o) ^ 2 <= W ^ 2.
Hypothesis bounded : forall s x, before s -> 0 < law s x -> jump s x ^ 2 <= J ^ 2.
Hypothesis outward : forall s, before s -> 0 <= (X s - o) * \rsum_(x : T) law s x * jump s x.
Hypothesis spread : forall s, before s -> v <= \rsum_(x : T) law s x * jump s x ^ 2.
Let h y := (W + J) ^ 2 - (y - o) ^ 2.

Lemma near_band s x : before s -> 0 < law s x -> 0 <= h (X (rcons s x)).
Proof.
move=> Bs lx; have I := inside Bs; have B := bounded Bs lx; rewrite /h.
have P : Rabs (X s - o) <= W by apply: Rsqr_incr_0_var => //; rewrite -Rsqr_abs !Rsqr_pow2.
have Q : Rabs (jump s x) <= J by apply: Rsqr_incr_0_var => //; rewrite -Rsqr_abs !Rsqr_pow2.
have R := Rabs_triang (X s - o) (jump s x); have R0 := Rabs_pos (X s - o + jump s x).
have : (X (rcons s x) - o) ^ 2 <= (W + J) ^ 2; last by lra.
rewrite -pow2_abs (_ : X (rcons s x) - o = X s - o + jump s x); last by ring.
by apply: pow_incr; lra.
Qed.
Lemma mean_exit_le K s : 0 <= h (X s) -> (A (X s) -> before s) -> v * mean_exit K s <= h (X s).
Proof.
elim: K s => [|K IH] s h0 Bs /=; first by lra.
case AX: (A (X s)); last by lra.
have {}Bs : before s := Bs AX.
have L : \rsum_(x : T) law s x * (v * mean_exit K (rcons s x)) <= \rsum_(x : T) law s x * h (X (rcons s x)).
  apply: rsum_le => x _; case: (law_ge0 s x) => [lx|<-]; last by lra.
  apply: Rmult_le_compat_l; first by lra.
  apply: IH; first exact: near_band.
  by move=> Ax; have := exit_rcons x Bs; rewrite cat0s Ax addn1 => ->; rewrite size_rcons.
have E : \rsum_(x : T) law s x * h (X (rcons s x)) =
    h (X s) - 2 * ((X s - o) * \rsum_(x : T) law s x * jump s x) - \rsum_(x : T) law s x * jump s x ^ 2.
  rewrite rsum_mull rsum_mull -[h (X s)]Rmult_1_l -(law_sum s) rsum_mulr /Rminus !rsum_opp -!rsum_add.
  by apply: eq_bigr => x _; rewrite /h; ring.
have O := outward Bs; have S := spread Bs.
rewrite Rmult_plus_distr_l rsum_mull (eq_bigr (fun x => law s x * (v * mean_exit K (rcons s x)))) => [|x _]; last by ring.
lra.
Qed.
Theorem mean_exit_bound K y : X [::] = o + y -> - (W + J) <= y <= W + J ->
  \rsum_(u : K.-tuple T) chance law [::] u * INR (minn K (exit [::] u)) <= ((W + J) ^ 2 - y ^ 2) / v.
Proof.
move=> X0 Y; rewrite mean_exitE; apply: (Rmult_le_reg_l v) => //.
have E : h (X [::]) = (W + J) ^ 2 - y ^ 2 by rewrite /h X0; ring.
rewrite (_ : v * (((W + J) ^ 2 - y ^ 2) / v) = h (X [::])); last by rewrite E; field; lra.
apply: mean_exit_le; first by rewrite E; nra.
by move=> Ax; rewrite /= Ax.
Qed.
End Exit.
