(* The words of the statements mean something: a limit is a limit, almost surely is not nothing, a step is a step. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From SGD.statements Require Import sums model.
From SGD Require Import sums null_sets null_sets_proper gradient.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

(* What never moves tends to itself alone. *)
Theorem tends_constant c l : tends (fun _ => c) l -> c = l.
Proof.
move=> H; case: (Req_dec c l) => // N; exfalso.
have P : 0 < Rabs (c - l) by apply: Rabs_pos_lt; lra.
have [K HK] := H (Rabs (c - l) / 2) ltac:(lra).
by have := HK K (leqnn K); lra.
Qed.
Theorem tends_to_constant d (w v : 'I_d -> R) : tends_to (fun _ => w) v -> forall k, w k = v k.
Proof.
move=> H k; have E : norm2 (fun k => w k - v k) = 0 := @tends_constant (norm2 (fun k => w k - v k)) 0 H.
move: E; rewrite /norm2 (bigD1 k) //=; set q := \big[_/_]_(_ | _) _ => E.
have Q : 0 <= q by apply: rsum_ge0 => l _; apply: sq_ge0.
have S := sq_ge0 (w k - v k); rewrite /= in S.
have Z : (w k - v k) ^ 2 = 0 by rewrite /=; lra.
by have := Rsqr_0_uniq (w k - v k); rewrite Rsqr_pow2 Z => /(_ erefl); lra.
Qed.
(* Two limits of one sequence are the same. *)
Theorem tends_unique f l m : tends f l -> tends f m -> l = m.
Proof.
move=> Hl Hm; case: (Req_dec l m) => // N; exfalso.
have P : 0 < Rabs (l - m) by apply: Rabs_pos_lt; lra.
have [K HK] := Hl (Rabs (l - m) / 4) ltac:(lra); have [J HJ] := Hm (Rabs (l - m) / 4) ltac:(lra).
have A := HK (maxn K J) (leq_maxl K J); have B := HJ (maxn K J) (leq_maxr K J).
have T := Rabs_triang (l - f (maxn K J)) (f (maxn K J) - m).
rewrite (_ : l - f (maxn K J) + (f (maxn K J) - m) = l - m) in T; last by ring.
by have S := Rabs_minus_sym l (f (maxn K J)); lra.
Qed.
(* The set of all sequences does not have outer measure 0; so the empty set does not have probability 1. *)
Theorem outer_proper (T : finType) : (0 < #|T|)%N -> ~ outer_le (fun _ : nat -> T => True) 0.
Proof.
move=> T0 H; apply: (null_proper T0) => e e0; have [C [C1 C2]] := H e e0; exists C; split => // M0.
by have := C2 M0; lra.
Qed.
Theorem never_is_not_almost_sure (T : finType) : (0 < #|T|)%N -> ~ probability (fun _ : nat -> T => False) 1.
Proof.
move=> T0 [_ H]; apply: (outer_proper T0) => e e0; have [C [C1 C2]] := H e e0; exists C; split.
  by move=> w _; apply: C1.
by move=> M0; have := C2 M0; lra.
Qed.
(* A sequence that converges: the powers of one half. *)
Theorem halves_tend : tends (fun m => (1 / 2) ^ m) 0.
Proof.
move=> e e0; have [K HK] := pow_lt_1_zero (1 / 2) ltac:(rewrite Rabs_pos_eq; lra) e e0.
by exists K => m Km; rewrite Rminus_0_r; apply: Rlt_le; apply: HK; apply/leP.
Qed.
(* The first letter lies in S with probability #S/#T. *)
Lemma first_letter_le (T : finType) (S : {set T}) : (0 < #|T|)%N ->
  outer_le (fun w : nat -> T => w 0%N \in S) (INR #|S| / INR #|T|).
Proof.
move=> T0 e e0; exists (fun M => if M is 1 then [set u : M.-tuple T | all (fun x => x \in S) u] else set0); split.
  by move=> w wS; exists 1%N; rewrite inE; apply/allP => x; rewrite inE => /eqP->.
have E : #|[set u : 1.-tuple T | all (fun x => x \in S) u]| = #|S|.
  rewrite -(card_imset S (f := fun x => [tuple x])) => [|x y [] //].
  apply: eq_card => u; rewrite inE; apply/idP/imsetP => [|[x xS ->]]; last by rewrite /= xS.
  by case/tupleP: u => x u; rewrite tuple0 /= andbT => xS; exists x.
pose c := INR #|S| / INR #|T|; rewrite -/c.
have F : INR #|S| / INR (#|T| ^ 1) = c by rewrite expn1.
have I0 : INR 0 = 0 by [].
have P : 0 <= c.
  by apply: Rmult_le_pos; [exact: pos_INR | left; apply: Rinv_0_lt_compat; apply: lt_0_INR; apply/ltP].
clearbody c.
case=> [|[|M0]]; first by rewrite big_ord0; lra.
  by rewrite big_ord_recl big_ord0 /= cards0 I0 {1}/Rdiv Rmult_0_l; lra.
rewrite big_ord_recl big_ord_recl big1 => [|M _]; last by rewrite /= cards0 I0 /Rdiv Rmult_0_l.
have -> : nat_of_ord (lift ord0 (ord0 : 'I_M0.+1)) = 1%N by [].
by rewrite [nat_of_ord ord0]/= E F cards0 I0 {1}/Rdiv Rmult_0_l /=; lra.
Qed.
Theorem first_letter (T : finType) (S : {set T}) : (0 < #|T|)%N ->
  probability (fun w : nat -> T => w 0%N \in S) (INR #|S| / INR #|T|).
Proof.
move=> T0; have N0 : 0 < INR #|T| by apply: lt_0_INR; apply/ltP.
split; first exact: first_letter_le.
have -> : 1 - INR #|S| / INR #|T| = INR #|~: S| / INR #|T|.
  by rewrite -(cardsC S) plus_INR in N0 *; field; lra.
move=> e e0; have [C [C1 C2]] := first_letter_le (~: S) T0 e0; exists C; split => // w /negP wS.
by apply: C1; rewrite inE.
Qed.
(* Every set of b indices is a batch, and no other. *)
Theorem batches_are n b (A : {set 'I_n}) : #|A| = b <-> exists B : batch n b, val B = A.
Proof.
by split=> [/eqP H|[B <-]]; [exists (exist _ A H) | exact: (eqP (valP B))].
Qed.
(* With step size 0 nothing moves; a run begins at its start. *)
Theorem still n d b (X : 'I_n -> 'I_d -> R) phi w0 (B : nat -> batch n b) w :
  sgd_run 0 X phi w0 B w -> forall m k, w m k = w0 k.
Proof.
case=> W0 WS; elim=> [|m IH] k; first by rewrite W0.
by have [G [_ H]] := WS m; rewrite H IH /Rdiv Rmult_0_l Rmult_0_l; ring.
Qed.
Theorem signs y : 0 < y -> sgn y = 1 /\ sgn (- y) = -1.
Proof. by move=> y0; rewrite /sgn; split; case: RltbP => //; lra. Qed.
(* A step is determined by the gradients, and goes against them. *)
Theorem step_is n d b eta (X : 'I_n -> 'I_d -> R) phi w (B : batch n b) (G : 'I_n -> 'I_d -> R) w' :
  (forall j, is_gradient (loss phi (X j)) w (G j)) ->
  sgd_step eta X phi w B w' <-> forall k, w' k = w k - eta * (\rsum_(j : 'I_n | j \in val B) G j k) / INR b.
Proof.
move=> HG; split=> [[G' [HG' H]] k|H].
  have -> : \rsum_(j | j \in val B) G j k = \rsum_(j in val B) G' j k.
    by apply: eq_bigr => j _; rewrite (gradient_unique (HG j) (HG' j)).
  by rewrite H /Rdiv; ring.
exists G; split => // k; rewrite H; have -> : \rsum_(j | j \in val B) G j k = \rsum_(j in val B) G j k by [].
by rewrite /Rdiv; ring.
Qed.
Theorem run_is n d b eta (X : 'I_n -> 'I_d -> R) phi w0 (B : nat -> batch n b) w :
  sgd_run eta X phi w0 B w <-> (forall k, w 0%N k = w0 k) /\ forall m v, v = w m.+1 -> sgd_step eta X phi (w m) (B m) v.
Proof.
split=> [[-> WS]|[W0 WS]]; first by split=> // m v ->.
by split=> [|m]; [apply: FunctionalExtensionality.functional_extensionality | apply: WS].
Qed.
Theorem orthonormal_is n d (X : 'I_n -> 'I_d -> R) : orthonormal X <->
  (forall i, norm2 (X i) = 1) /\ forall i j, i != j -> dot (X i) (X j) = 0.
Proof.
have N i : norm2 (X i) = dot (X i) (X i) by apply: eq_bigr => k _; ring.
split=> [H|[H1 H0] i j]; first by split=> [i|i j /negbTE ij]; [rewrite N H eqxx | rewrite H ij].
by case: (eqVneq i j) => [->|ij]; [rewrite -N | apply: H0].
Qed.
(* The five ways to write a sum. *)
Theorem sums_are (f : bool -> R) : [/\ \rsum_i f i = f true + f false, \rsum_(i : bool) f i = f true + f false,
  \rsum_(i : bool | i) f i = f true, \rsum_(i | ~~ i) f i = f false & \rsum_(i in pred1 true) f i = f true].
Proof.
have E (P : pred bool) : \rsum_(i : bool | P i) f i = (if P true then f true else 0) + (if P false then f false else 0).
  by rewrite big_mkcond big_bool.
by split; rewrite E /=; ring.
Qed.
