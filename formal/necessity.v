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
