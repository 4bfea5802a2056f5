(* GRAD: the gradient of one sample's loss, from the loss; it is unique. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From Coq Require Import FunctionalExtensionality.
From SGD Require Import statements.sums.
From SGD Require Import statements.model.
From SGD Require Import statements.state.
From SGD Require Import sums.
From SGD Require derivatives.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Lemma dotC d (u v : 'I_d -> R) : dot u v = dot v u.
Proof. by apply: eq_bigr => k _; ring. Qed.
Lemma dot_lin d (u v w : 'I_d -> R) c e : dot (fun k => c * u k + e * v k) w = c * dot u w + e * dot v w.
Proof. by rewrite /dot !rsum_mull -rsum_add; apply: eq_bigr => k _; ring. Qed.

(* The gradient of one sample's loss, as GRAD claims it. *)
Definition grad d (act : R -> bool) (x w : 'I_d -> R) : 'I_d -> R := fun k =>
  gate_value act x w * (dot w x ^ 2 * w k + dot w x * (dot w w - 2) * x k).

Lemma lossE phi d (x w : 'I_d -> R) : dot x x = 1 ->
  phi (dot w x) * dot w x = phi (dot w x) ^ 2 ->
  loss phi x w = / 2 * (1 - phi (dot w x) ^ 2 * (2 - dot w w)).
Proof.
move=> x1 H; rewrite /loss /norm2; set f := phi (dot w x) in H *.
rewrite (eq_bigr (fun k => x k * x k + ((- (2 * f)) * (w k * x k) + f ^ 2 * (w k * w k)))); last first.
  by move=> k _; ring.
rewrite !rsum_add -!rsum_mull -/(dot x x) -/(dot w x) -/(dot w w) x1.
by rewrite (_ : - (2 * f) * dot w x = - 2 * (f * dot w x)); [rewrite H; field | ring].
Qed.

Section Grad.
Variables (d : nat) (x : 'I_d -> R) (phi dsq : R -> R) (act : R -> bool).
Hypothesis unit : dot x x = 1.
Hypothesis phi_sq : forall y, phi y * y = phi y ^ 2.
Hypothesis sq_der : forall y, derivable_pt_lim (fun y => phi y ^ 2) y (dsq y).
Hypothesis gate_sq : forall y, phi y ^ 2 = b2r (act y) * y ^ 2.
Hypothesis gate_dsq : forall y, dsq y = 2 * (b2r (act y) * y).
Lemma grad_is_gradient w : is_gradient (loss phi x) w (grad act x w).
Proof.
move=> v.
have E : (fun u => loss phi x (fun k => w k + u * v k)) =
  (fun u => / 2 * (1 - phi (dot w x + u * dot v x) ^ 2 *
     (2 - (dot w w + 2 * u * dot w v + u ^ 2 * dot v v)))).
  apply: functional_extensionality => u; rewrite lossE //.
  set z := fun k => w k + u * v k.
  have L y : dot z y = dot w y + u * dot v y.
    by rewrite /dot rsum_mull -rsum_add; apply: eq_bigr => k _; rewrite /z; ring.
  have -> : dot z z = dot w w + 2 * u * dot w v + u ^ 2 * dot v v.
    by rewrite L (dotC w z) (dotC v z) !L (dotC v w); ring.
  by rewrite L.
rewrite E.
have -> : dot (grad act x w) v =
  phi (dot w x) ^ 2 * dot w v - / 2 * dsq (dot w x) * dot v x * (2 - dot w w).
  rewrite gate_sq gate_dsq /grad /gate_value; set q := dot w x; set c := b2r _.
  transitivity (dot (fun k => (c * q ^ 2) * w k + (c * q * (dot w w - 2)) * x k) v).
    by apply: eq_bigr => k _; ring.
  by rewrite dot_lin (dotC x); field.
exact: (@derivatives.loss_line (fun y => phi y ^ 2) dsq sq_der).
Qed.
End Grad.


Theorem grad_neuron d phi act (x w : 'I_d -> R) : neuron phi act -> dot x x = 1 ->
  is_gradient (loss phi x) w (grad act x w).
Proof.
case=> x1.
  apply: (@grad_is_gradient d x linear (fun y => 2 * y) open_gate) => //.
  - by move=> y; rewrite /linear; ring.
  - exact: derivatives.lin_square.
  - by move=> y; rewrite /linear /open_gate /b2r; ring.
  by move=> y; rewrite /open_gate /b2r; ring.
apply: (@grad_is_gradient d x relu (fun y => 2 * Rmax 0 y) relu_gate) => //.
- by move=> y; rewrite /relu /Rmax; case: Rle_dec => H; ring.
- exact: derivatives.relu_square.
- move=> y; rewrite /relu /relu_gate /b2r /Rmax; case: Rle_dec => H; case: RltbP => K; try lra; try ring.
  have Y : y = 0 by lra.
  by rewrite Y; ring.
move=> y; rewrite /relu_gate /b2r /Rmax; case: Rle_dec => H; case: RltbP => K; lra.
Qed.
Lemma gradient_unique d (f : ('I_d -> R) -> R) w G G' : is_gradient f w G -> is_gradient f w G' -> G = G'.
Proof.
move=> H H'; apply: functional_extensionality => k.
pose v : 'I_d -> R := fun k' => b2r (k' == k).
have dv U : dot U v = U k.
  rewrite /dot (bigD1 k) //= big1 /v ?eqxx /b2r; first by ring.
  by move=> k' /negbTE->; ring.
by have := uniqueness_limite _ _ _ _ (H v) (H' v); rewrite !dv.
Qed.


Lemma gate_scale phi act y c : neuron phi act -> 0 < c -> act (y * c) = act y.
Proof.
case=> // c0; rewrite /relu_gate; case: RltbP => H; case: RltbP => K //; exfalso.
  by apply: K; apply: (Rmult_lt_reg_r c) => //; lra.
by apply: H; apply: Rmult_lt_0_compat.
Qed.
