(* Second derivatives along lines, their trace, and the mean loss on a cell of gates. *)
From Coq Require Import Reals.
From mathcomp Require Import all_ssreflect.
From SGD.statements Require Import sums model.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

(* c is the second derivative at 0 of u |-> f(w + u v). *)
Definition second_derivative d (f : ('I_d -> R) -> R) (w v : 'I_d -> R) (c : R) : Prop :=
  exists g : R -> R, (forall u, derivable_pt_lim (fun u => f (fun k => w k + u * v k)) u (g u)) /\
    derivable_pt_lim g 0 c.

(* t is the trace of the Hessian of f at w: the sum of the second derivatives along the d axes. *)
Definition is_trace d (f : ('I_d -> R) -> R) (w : 'I_d -> R) (t : R) : Prop :=
  exists H : 'I_d -> R, (forall i, second_derivative f w (fun k => b2r (k == i)) (H i)) /\ t = \rsum_(i : 'I_d) H i.

(* The mean loss where exactly the samples in A are active: an inactive one is answered by 0, a ReLU neuron's value there. *)
Definition closed (y : R) : R := 0.
Definition cell_loss n d (A : {set 'I_n}) (X : 'I_n -> 'I_d -> R) (w : 'I_d -> R) : R :=
  / INR n * \rsum_(j : 'I_n) loss (if j \in A then linear else closed) (X j) w.

(* w is a unit vector in the span of the samples in A. *)
Definition unit_in_span n d (A : {set 'I_n}) (X : 'I_n -> 'I_d -> R) (w : 'I_d -> R) : Prop :=
  norm2 w = 1 /\ exists c : 'I_n -> R, forall k, w k = \rsum_(j in A) c j * X j k.
