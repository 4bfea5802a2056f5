(* STEP: one step of SGD on vectors in coordinates on orthonormal data, both neurons; runs of it. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From Coq Require Import FunctionalExtensionality.
From SGD Require Import statements.sums.
From SGD Require Import statements.model.
From SGD Require Import statements.state.
From SGD Require Import sums.
From SGD Require Import runs.
From SGD Require Import batches.
From SGD Require Import coordinates.
From SGD Require Import ratios.
From SGD Require Import capture.
From SGD Require Import confine.
From SGD Require Import gradient.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Vectors.
Variables (n d b : nat) (a : R).
Notation vec := ('I_d -> R).
Notation batch := (batch n b).
Variable X : 'I_n -> vec.
Hypothesis ortho0 : orthonormal X.
Let ortho i j : dot (X i) (X j) = b2r (i == j). Proof. exact: ortho0. Qed.
(* the gate: which samples are active; constant for a linear neuron, q > 0 for ReLU *)
Variable act : R -> bool.
Hypothesis act_scale : forall y c, 0 < c -> act (y * c) = act y.
Notation h w j := (gate_value act (X j) w).
Notation grad w j := (grad act (X j) w).
Definition sgd (w : vec) (B : batch) : vec := fun k =>
  w k - a * \rsum_(j in val B) grad w j k.
Notation coord := (coordinates act X).

Lemma dot_sum (P : pred 'I_n) (f : 'I_n -> R) w :
  dot (fun k => \rsum_(j | P j) f j * X j k) w = \rsum_(j | P j) f j * dot (X j) w.
Proof.
rewrite /dot (eq_bigr (fun k => \rsum_(j | P j) f j * X j k * w k)); last first.
  by move=> k _; rewrite rsum_mulr.
by rewrite exchange_big /=; apply: eq_bigr => j _; rewrite rsum_mull; apply: eq_bigr => k _; ring.
Qed.
Lemma h01 w j : h w j * h w j = h w j.
Proof. by rewrite /gate_value /b2r; case: (act _); ring. Qed.

Section Step.
Variables (w : vec) (A : {set 'I_n}).
Let S := seen (coord w) A.
Definition proj : vec := fun k => \rsum_(j in A) (dot w (X j) * h w j) * X j k.
Lemma r2_coord : r2 (coord w) = dot w w.
Proof. by rewrite /r2 /mass /=; ring. Qed.
Lemma dotP j : dot proj (X j) = dot w (X j) * h w j * b2r (j \in A).
Proof.
rewrite /proj dot_sum (eq_bigr (fun i => (dot w (X i) * h w i) * b2r (i == j))); last by move=> i _; rewrite ortho.
case: (boolP (j \in A)) => jB.
  rewrite (bigD1 j) //= big1 ?eqxx /b2r; first by ring.
  by move=> i /andP[_ /negbTE->]; ring.
rewrite big1 /b2r; first by ring.
by move=> i iB; case: eqP => [E|_]; [rewrite E (negbTE jB) in iB | ring].
Qed.
Lemma dotPw : dot proj w = S.
Proof.
rewrite /proj dot_sum /S /seen; apply: eq_bigr => j _; rewrite (dotC (X j)) -[(coord w).1 j]/(dot w (X j) * h w j).
by rewrite -{1}h01; ring.
Qed.
Lemma dotPP : dot proj proj = S.
Proof.
rewrite {1}/proj dot_sum /S /seen; apply: eq_bigr => j jB.
by rewrite (dotC (X j)) dotP jB /b2r -[(coord w).1 j]/(dot w (X j) * h w j); ring.
Qed.
End Step.

Lemma bessel w : 0 <= (coord w).2.
Proof.
set P := proj w setT.
have E : seen (coord w) setT = mass (coord w) by apply: eq_bigl => j; rewrite inE.
have H : 0 <= dot (fun k => 1 * w k + (-1) * P k) (fun k => 1 * w k + (-1) * P k).
  by apply: rsum_ge0 => k _; rewrite -/(Rsqr _); apply: Rle_0_sqr.
move: H; rewrite dot_lin (dotC w) (dotC P) !dot_lin (dotC w P) dotPw dotPP E => H.
by rewrite /= -/(mass (coord w)); lra.
Qed.

Section Step2.
Variables (w : vec) (B : batch).
Let S := seen (coord w) (val B).
Let t := 2 - dot w w.
Let P := proj w (val B).
Lemma sgdE : sgd w B = fun k => (1 - a * S) * w k + (a * t) * P k.
Proof.
apply: functional_extensionality => k; rewrite /sgd /P /proj /S /seen /gradient.grad.
rewrite (eq_bigr (fun j => (coord w).1 j ^ 2 * w k + (- t) * ((dot w (X j) * h w j) * X j k))); last first.
  move=> j _; rewrite /t -[(coord w).1 j]/(dot w (X j) * h w j).
  have H := h01 w j; rewrite (_ : (dot w (X j) * h w j) ^ 2 = dot w (X j) ^ 2 * (h w j * h w j)); last by ring.
  by rewrite H; ring.
by rewrite rsum_add -rsum_mulr -rsum_mull; ring.
Qed.
Lemma dot_sgd j : dot (sgd w B) (X j) =
  dot w (X j) * (1 - a * S + a * t * (h w j * b2r (j \in val B))).
Proof. by rewrite sgdE dot_lin dotP; ring. Qed.
Lemma norm_sgd : dot (sgd w B) (sgd w B) =
  (1 - a * S) ^ 2 * (dot w w - S) + (1 - a * S + a * t) ^ 2 * S.
Proof.
by rewrite {1}sgdE dot_lin (dotC w) (dotC P) sgdE !dot_lin dotPw (dotC w P) dotPw dotPP -/S; ring.
Qed.
End Step2.

Variables ts ss : R.
Hypothesis b_pos : (1 <= b)%N.
Hypothesis b_lt_n : (b < n)%N.
Hypothesis a0 : 0 < a.
Hypothesis a1 : a < 1 / 2.

Lemma coord_sgd w (B : batch) : 0 < ts -> SInv ts ss (coord w) ->
  coord (sgd w B) = step a (coord w) B.
Proof.
move=> t0 Ix; have [F0 F1 F2 F3 F4] := @facs n b a ts ss (Stepping a0 a1 t0) (coord w) B Ix.
rewrite /alB /beB r2_coord in F0 F1 F2 F3 F4.
set S := seen (coord w) (val B) in F0 F1 F2 F3 F4.
have hs j : h (sgd w B) j = h w j.
  rewrite /gate_value dot_sgd -/S act_scale //; rewrite /gate_value /b2r.
  by case: (act _); case: (j \in _); lra.
have C1 j : (coord (sgd w B)).1 j = (step a (coord w) B).1 j.
  rewrite -[LHS]/(dot (sgd w B) (X j) * h (sgd w B) j).
  rewrite -[RHS]/(dot w (X j) * h w j * (1 - a * S + a * (2 - r2 (coord w)) * b2r (j \in val B))).
  rewrite hs dot_sgd r2_coord -/S; have := h01 w j; set q := dot w (X j); set hj := h w j => H.
  set t := a * (2 - dot w w).
  rewrite (_ : q * (1 - a * S + t * (hj * b2r (j \in val B))) * hj =
     q * (hj * (1 - a * S) + t * b2r (j \in val B) * (hj * hj))); last by ring.
  by rewrite H; ring.
have C2 : (coord (sgd w B)).2 = (step a (coord w) B).2.
  rewrite -[LHS]/(dot (sgd w B) (sgd w B) - mass (coord (sgd w B))).
  have -> : mass (coord (sgd w B)) = mass (step a (coord w) B).
    by apply: eq_bigr => j _; rewrite C1.
  rewrite norm_sgd mass_step r2_coord -/S -[(step a (coord w) B).2]/((coord w).2 * (1 - a * S) ^ 2).
  by rewrite -[(coord w).2]/(dot w w - mass (coord w)); ring.
rewrite [LHS]surjective_pairing [RHS]surjective_pairing C2; congr (_, _).
exact: functional_extensionality.
Qed.

Context {Cl : confined n b a ts ss}.
Lemma coord_run w s : SInv ts ss (coord w) ->
  coord (run sgd w s) = run (@step n b a) (coord w) s.
Proof.
elim: s w => // B s IH w Ix.
have E : coord (sgd w B) = step a (coord w) B by apply: coord_sgd => //; exact: ts_pos.
by rewrite -[LHS]/(coord (run sgd (sgd w B) s)) IH E //; apply: SInv_step.
Qed.
End Vectors.

(* Gated coordinates follow the map as long as no factor is negative. *)
Lemma gate_scale0 phi act y c : neuron phi act -> 0 <= c -> y * c * b2r (act (y * c)) = y * b2r (act y) * c.
Proof.
move=> ne [c0|<-]; last by ring.
by rewrite (gate_scale y ne c0); ring.
Qed.
Lemma coord1_sgd n d b a (X : 'I_n -> 'I_d -> R) phi act (w : 'I_d -> R) (B : batch n b) j :
  orthonormal X -> neuron phi act -> 0 <= 1 - a * seen (coordinates act X w) (val B) ->
  0 <= 1 - a * seen (coordinates act X w) (val B) + a * (2 - dot w w) ->
  (coordinates act X (sgd a X act w B)).1 j = (state.step a (coordinates act X w) B).1 j.
Proof.
move=> o ne F0 F1; set S := seen _ _ in F0 F1.
rewrite -[LHS]/(dot (sgd a X act w B) (X j) * b2r (act (dot (sgd a X act w B) (X j)))).
rewrite -[RHS]/(dot w (X j) * gate_value act (X j) w * (1 - a * S + a * (2 - r2 (coordinates act X w)) * b2r (j \in val B))).
rewrite dot_sgd // -/S r2_coord (gate_scale0 (phi := phi)) //.
  have H := h01 X act w j; rewrite -/(gate_value act (X j) w) in H *.
  set h := gate_value _ _ _ in H *; set q := dot w (X j); set c := b2r (j \in val B); set u := a * (2 - dot w w).
  rewrite (_ : q * h * (1 - a * S + u * (h * c)) = q * (h * (1 - a * S) + u * c * (h * h))); last by ring.
  by rewrite H; ring.
by rewrite /gate_value /b2r; case: (act _); case: (j \in _); lra.
Qed.

(* A step of SGD is this map, whatever gradients it is given: they are unique. *)
Lemma sgd_step_map n d b eta (X : 'I_n -> 'I_d -> R) phi act w (B : batch n b) w' :
  orthonormal X -> neuron phi act ->
  sgd_step eta X phi w B w' <-> w' = sgd (eta / INR b) X act w B.
Proof.
move=> o ne; have G j : is_gradient (loss phi (X j)) w (grad act (X j) w).
  by apply: grad_neuron => //; rewrite o eqxx.
split=> [[G' [H1 H2]]|->]; last by exists (fun j => grad act (X j) w).
apply: functional_extensionality => k; rewrite H2 /sgd; congr (_ - _ * _).
by apply: eq_bigr => j _; rewrite (gradient_unique (H1 j) (G j)).
Qed.
Lemma sgd_run_map n d b eta (X : 'I_n -> 'I_d -> R) phi act w0 (B : nat -> batch n b) w :
  orthonormal X -> neuron phi act -> sgd_run eta X phi w0 B w ->
  forall m, w m = run (@sgd n d b (eta / INR b) X act) w0 (mkseq B m).
Proof.
move=> o ne [W0 WS]; elim=> [|m IH]; first by rewrite W0.
have -> : run (@sgd n d b (eta / INR b) X act) w0 (mkseq B m.+1) =
          sgd (eta / INR b) X act (run (@sgd n d b (eta / INR b) X act) w0 (mkseq B m)) (B m).
  by rewrite /mkseq -[X in iota 0 X]addn1 iotaD map_cat /run foldl_cat.
by rewrite -IH; have := WS m; move/(sgd_step_map eta (w m) (B m) (w m.+1) o ne).
Qed.
Lemma sgd_run_exists n d b eta (X : 'I_n -> 'I_d -> R) phi act w0 (B : nat -> batch n b) :
  orthonormal X -> neuron phi act -> exists w, sgd_run eta X phi w0 B w.
Proof.
move=> o ne; exists (fun m => run (@sgd n d b (eta / INR b) X act) w0 (mkseq B m)); split => // m.
apply/(sgd_step_map eta _ (B m) _ o ne).
by rewrite /mkseq -[X in iota 0 X]addn1 iotaD map_cat /run foldl_cat.
Qed.
