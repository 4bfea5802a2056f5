(* SGD-SPARSE's hypotheses are needed: the full batch, a dead start, and a 2-cycle for every a > 1/2. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From SGD.statements Require Import sums model state.
From SGD Require Import sums coordinates.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

(* b = n: the batch holds every index, so one step keeps all ratios, along any run. *)
Lemma full_batch_in n (B : batch n n) k : k \in val B.
Proof.
have : val B == setT by rewrite eqEcard subsetT cardsT card_ord (eqP (valP B)) leqnn.
by move/eqP->; rewrite inE.
Qed.
Theorem full_batch_keeps_ratios n a (x : state n) (u : seq (batch n n)) (i j : 'I_n) :
  (run (@step n n a) x u).1 i * x.1 j = x.1 i * (run (@step n n a) x u).1 j.
Proof.
suff [c H] : exists c, forall k, (run (@step n n a) x u).1 k = c * x.1 k by rewrite !H; ring.
elim: u x => [|B u IH] x; first by exists 1 => k; rewrite /=; ring.
have [c H] := IH (step a x B).
exists (c * (1 - a * seen x (val B) + a * (2 - r2 x))) => k.
rewrite -[run _ _ _]/(run (@step n n a) (step a x B) u) H /= full_batch_in /b2r; ring.
Qed.

(* No live coordinate: nothing moves. *)
Theorem dead_start_stays n b a (x : state n) (u : seq (batch n b)) : mass x = 0 ->
  (forall k, (run (@step n b a) x u).1 k = 0) /\ (run (@step n b a) x u).2 = x.2.
Proof.
move=> M0; have Z k : x.1 k = 0.
  case: (Req_dec (x.1 k) 0) => // K; exfalso; move: M0; rewrite /mass (bigD1 k) //=.
  set q := \big[_/_]_(_ | _) _; have : 0 <= q by apply: rsum_ge0 => l _; apply: sq_ge0.
  have : 0 < x.1 k ^ 2 by rewrite -Rsqr_pow2; apply: Rlt_0_sqr.
  by rewrite /=; lra.
have : forall k, x.1 k = 0 by [].
elim: u x {M0 Z} => [|B u IH] x Z; first by split.
have S0 : seen x (val B) = 0 by rewrite /seen big1 // => k _; rewrite Z /=; ring.
have [H1 H2] : (forall k, (run (@step n b a) (step a x B) u).1 k = 0) /\
    (run (@step n b a) (step a x B) u).2 = (step a x B).2.
  by apply: IH => k; rewrite /= Z; ring.
split; first exact: H1.
by rewrite -[run _ x _]/(run (@step n b a) (step a x B) u) H2 /= S0; ring.
Qed.

(* a > 1/2: two numbers, both inside the radius and neither 1, which a draw of the only live index exchanges. *)
Lemma cycle_numbers a : 1 / 2 < a -> exists x y, [/\ 0 < x, 0 < y, x * y = / (2 * a), x ^ 2 + y ^ 2 = 1 + / (2 * a) & x < y].
Proof.
move=> a0; pose h := / (2 * a).
have h0 : 0 < h by apply: Rinv_0_lt_compat; lra.
have h1 : h < 1 by rewrite -Rinv_1; apply: Rinv_lt_contravar; lra.
(* (x + y)^2 = 1 + 3 h, (y - x)^2 = 1 - h *)
have P : sqrt (1 + 3 * h) ^ 2 = 1 + 3 * h by rewrite pow2_sqrt //; lra.
have Q : sqrt (1 - h) ^ 2 = 1 - h by rewrite pow2_sqrt //; lra.
have p0 : 0 < sqrt (1 - h) by apply: sqrt_lt_R0; lra.
have pq : sqrt (1 - h) < sqrt (1 + 3 * h) by apply: sqrt_lt_1; lra.
exists ((sqrt (1 + 3 * h) - sqrt (1 - h)) / 2), ((sqrt (1 + 3 * h) + sqrt (1 - h)) / 2); rewrite -/h.
set u := sqrt (1 + 3 * h) in P pq *; set v := sqrt (1 - h) in Q p0 pq *.
have E1 : (u - v) / 2 * ((u + v) / 2) = (u ^ 2 - v ^ 2) / 4 by field.
have E2 : ((u - v) / 2) ^ 2 + ((u + v) / 2) ^ 2 = (u ^ 2 + v ^ 2) / 2 by field.
by split; rewrite ?E1 ?E2; lra.
Qed.
Definition alone n (i : 'I_n) (x : R) : state n := (fun j => if j == i then x else 0, 0).
Lemma mass_alone n (i : 'I_n) x : mass (alone i x) = x ^ 2.
Proof.
rewrite /mass (bigD1 i) //= eqxx big1; first by ring.
by move=> k /negbTE->; ring.
Qed.
Lemma seen_alone n b (i : 'I_n) x (B : batch n b) : seen (alone i x) (val B) = b2r (i \in val B) * x ^ 2.
Proof.
rewrite seenE (bigD1 i) //= eqxx big1; first by ring.
by move=> k /negbTE->; ring.
Qed.
Theorem two_cycle n b a (i : 'I_n) : 1 / 2 < a -> exists x y, [/\ x ^ 2 < 1, 1 < y ^ 2 < 2 &
  forall B : batch n b, forall j, let z := if i \in val B then y else x in
    [/\ (step a (alone i x) B).1 j = (alone i z).1 j, (step a (alone i x) B).2 = 0,
        (step a (alone i y) B).1 j = (alone i (if i \in val B then x else y)).1 j & (step a (alone i y) B).2 = 0]].
Proof.
move=> a0; have [x [y [x0 y0 xy s xly]]] := cycle_numbers a0; exists x, y.
have h0 : 0 < / (2 * a) by apply: Rinv_0_lt_compat; lra.
have h1 : / (2 * a) < 1 by rewrite -Rinv_1; apply: Rinv_lt_contravar; lra.
(* (1 - x^2)(1 - y^2) = h^2 - h < 0 *)
have D : (1 - x ^ 2) * (1 - y ^ 2) = (x * y) ^ 2 - / (2 * a).
  by rewrite (_ : (1 - x ^ 2) * (1 - y ^ 2) = 1 - (x ^ 2 + y ^ 2) + (x * y) ^ 2); [rewrite s; ring | ring].
rewrite xy in D; have D0 : (1 - x ^ 2) * (1 - y ^ 2) < 0 by rewrite D; nra.
have xy2 : x ^ 2 < y ^ 2 by nra.
have X1 : x ^ 2 < 1 by apply: Rnot_le_lt => K; nra.
have Y1 : 1 < y ^ 2 by apply: Rnot_le_lt => K; nra.
split => //; first by split => //; have := sq_ge0 x; lra.
move=> B j /=.
have key u v : u * v = / (2 * a) -> u ^ 2 + v ^ 2 = 1 + / (2 * a) ->
   u * (1 - a * u ^ 2 + a * (2 - (u ^ 2 + 0))) = v.
  move=> uv ss; have A : 2 * a * (u * v) = 1 by rewrite uv; field; lra.
  have B2 : 2 * a * (u ^ 2 + v ^ 2) = 2 * a + 1 by rewrite ss; field; lra.
  transitivity (u * (1 + 2 * a - 2 * a * u ^ 2)); first by ring.
  rewrite (_ : 1 + 2 * a - 2 * a * u ^ 2 = 2 * a * v ^ 2); last by lra.
  by rewrite (_ : u * (2 * a * v ^ 2) = 2 * a * (u * v) * v); [rewrite A; ring | ring].
rewrite !seen_alone /r2 !mass_alone /=; case: (eqVneq j i) => [->|ji]; split; try ring.
- by case: (i \in val B); rewrite /b2r; [rewrite -[RHS](key x y) //; ring | ring].
- by case: (i \in val B); rewrite /b2r; [rewrite -[RHS](key y x) //; [ring | lra | lra] | ring].
Qed.

(* A start outside the radius may be caught: where the rest is above 2 and the mass small beside it, the mass only falls,
   and the rest never loses more than 2 rho / y times what the mass loses, y being half of what the rest has above 2. *)
Section Caught.
Variables (n b : nat) (a rho0 s0 : R).
Hypothesis a0 : 0 < a.
Hypothesis above : 2 < rho0.
Hypothesis small : 8 * rho0 * s0 <= (rho0 - 2) ^ 2.
Hypothesis slow : a * (2 * s0 + rho0 - 2) <= 1.
Let y := (rho0 - 2) / 2.
(* what holds for ever *)
Definition caught (x : state n) : Prop :=
  [/\ mass x <= s0, x.2 <= rho0 & rho0 - 2 * rho0 * s0 <= x.2 * y - 2 * rho0 * mass x + rho0 * (1 - y)].

Lemma caught_above x : caught x -> 2 + y <= x.2.
Proof.
case=> M R C; have y0 : 0 < y by rewrite /y; lra.
have m0 : 0 <= mass x by apply: rsum_ge0 => j _; apply: sq_ge0.
have P : 0 <= 2 * rho0 * mass x by apply: Rmult_le_pos; lra.
have K : 2 * rho0 * s0 <= y * y by rewrite /y; lra.
apply: (Rmult_le_reg_r y) => //; rewrite (_ : rho0 = 2 + 2 * y) in C K P *; last by rewrite /y; field.
lra.
Qed.
Lemma caught_step x (B : batch n b) : caught x -> caught (step a x B).
Proof.
move=> Cx; have A := caught_above Cx; case: Cx => M R C.
have y0 : 0 < y by rewrite /y; lra.
set S := seen x (val B); have S0 : 0 <= S := seen_ge0 x (val B); have S1 : S <= mass x := seen_le x (val B).
rewrite /caught mass_step -/S; set al := 1 - a * S; set be := al + a * (2 - r2 x).
have aS : 0 <= a * S by apply: Rmult_le_pos; lra.
have aM : a * (S + mass x + x.2 - 2) <= a * (2 * s0 + rho0 - 2) by apply: Rmult_le_compat_l; lra.
have be0 : 0 <= be by rewrite /be /al /r2; lra.
have ay : a * y <= a * (x.2 - 2 + mass x) by apply: Rmult_le_compat_l; lra.
have ay0 : 0 < a * y by apply: Rmult_lt_0_compat.
have be1 : be <= 1 - a * y by rewrite /be /al /r2; lra.
have al1 : al <= 1 by rewrite /al; lra.
have al0 : 0 <= al by have : be <= al by [rewrite /be /r2; lra]; lra.
have al2 : 0 <= al ^ 2 <= 1 by nra.
have be2 : be ^ 2 <= 1 - a * y by nra.
have m1 : al ^ 2 * (mass x - S) <= 1 * (mass x - S) by apply: Rmult_le_compat_r; lra.
have m2 : be ^ 2 * S <= (1 - a * y) * S by apply: Rmult_le_compat_r.
have E2 : (step a x B).2 = x.2 * al ^ 2 by [].
have r1 : x.2 * al ^ 2 <= x.2 * 1 by apply: Rmult_le_compat_l; lra.
have ayS : 0 <= a * y * S by apply: Rmult_le_pos; lra.
rewrite E2; split; [lra | lra | ].
(* the rest loses at most 2 a S rho0, the mass at least a y S *)
have G : x.2 - 2 * (a * S) * rho0 <= x.2 * al ^ 2.
  have : 2 * (a * S) * x.2 <= 2 * (a * S) * rho0 by apply: Rmult_le_compat_l; lra.
  have : 0 <= x.2 * (a * S) ^ 2 by apply: Rmult_le_pos; [lra | apply: sq_ge0].
  by rewrite /al; nra.
have G2 : (x.2 - 2 * (a * S) * rho0) * y <= x.2 * al ^ 2 * y by apply: Rmult_le_compat_r; lra.
have : 2 * rho0 * (al ^ 2 * (mass x - S) + be ^ 2 * S) <= 2 * rho0 * (mass x - a * y * S) by apply: Rmult_le_compat_l; lra.
lra.
Qed.
Lemma caught_run x u : caught x -> caught (run (@step n b a) x u).
Proof. by elim: u x => // B u IH x Cx; apply: IH; apply: caught_step. Qed.
End Caught.
Theorem caught_start n b a (x : state n) (u : seq (batch n b)) : 0 < a -> 2 < x.2 ->
  8 * x.2 * mass x <= (x.2 - 2) ^ 2 -> a * (2 * mass x + x.2 - 2) <= 1 -> 2 < r2 (run (@step n b a) x u).
Proof.
move=> a0 above small slow; set y := run _ _ _.
have Cx : caught x.2 (mass x) x by split; lra.
have Cy : caught x.2 (mass x) y by apply: (caught_run a0 above small slow).
have := caught_above above small Cy.
have : 0 <= mass y by apply: rsum_ge0 => j _; apply: sq_ge0.
by rewrite /r2; lra.
Qed.
(* so the radius 2 of SGD-SPARSE can be no larger, for any n, b and step size *)
Theorem radius_needed n b a r (i : 'I_n) : 0 < a -> 2 < r -> exists x : state n,
  [/\ r2 x < r, 0 < mass x, 0 <= x.2 & forall u : seq (batch n b), 2 < r2 (run (@step n b a) x u)].
Proof.
move=> a0 rr; have ia : 0 < / a by apply: Rinv_0_lt_compat.
(* the rest 2 + y, the mass e^2 *)
pose y := Rmin (1 / 2) (Rmin ((r - 2) / 2) (/ a / 2)).
have y0 : 0 < y by rewrite /y; repeat apply: Rmin_pos; lra.
have y1 : y <= 1 / 2 by apply: Rmin_l.
have y2 : y <= (r - 2) / 2 by apply: Rle_trans (Rmin_r _ _) (Rmin_l _ _).
have y3 : y <= / a / 2 by apply: Rle_trans (Rmin_r _ _) (Rmin_r _ _).
pose x : state n := ((alone i (y / 5)).1, 2 + y).
have M : mass x = (y / 5) ^ 2 by rewrite -(mass_alone i).
have M1 : (y / 5) ^ 2 <= y / 4 by nra.
have X2 : x.2 = 2 + y by [].
exists x; split; rewrite /r2 ?M ?X2; [lra | by apply: pow_lt; lra | lra | ] => u.
rewrite -/(r2 _); apply: caught_start => //; rewrite ?M ?X2; [lra | nra | ].
apply: (Rle_trans _ (a * / a)); last by rewrite Rinv_r; lra.
by apply: Rmult_le_compat_l; lra.
Qed.
