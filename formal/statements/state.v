(* The model in coordinates on orthonormal data, one step of it, and runs.
   The proofs work here; step.v shows that SGD on vectors is this map. *)
From Coq Require Import Reals.
From mathcomp Require Import all_ssreflect.
From SGD.statements Require Import sums model.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

(* (q, rho): the coordinates q_j = <w, x_j>, and the squared length of the rest of w. *)
Definition state (n : nat) : Type := (('I_n -> R) * R)%type.
Definition mass n (x : state n) : R := \rsum_(j : 'I_n) x.1 j ^ 2.
Definition r2 n (x : state n) : R := mass x + x.2.
Definition seen n (x : state n) (B : {set 'I_n}) : R := \rsum_(j in B) x.1 j ^ 2.

(* One step with a = eta/b: q_j is multiplied by 1 - a S, and a (2 - r2) is added to that factor when j
   is in the batch; S is the mass that the batch sees. *)
Definition step n b (a : R) (x : state n) (B : batch n b) : state n :=
  (fun j => x.1 j * (1 - a * seen x (val B) + a * (2 - r2 x) * b2r (j \in val B)),
   x.2 * (1 - a * seen x (val B)) ^ 2).

(* The state after a word of batches. *)
Definition run (T X : Type) (step : X -> T -> X) (x : X) (s : seq T) : X := foldl step x s.

(* The state of a weight.  The gate says which samples are active: all of them for a linear neuron,
   those with <w,x_j> > 0 for a ReLU neuron.  An inactive coordinate counts as rest. *)
Definition open_gate (y : R) : bool := true.
Definition relu_gate (y : R) : bool := Rltb 0 y.
(* An activation with its gate: linear or ReLU. *)
Inductive neuron : (R -> R) -> (R -> bool) -> Prop :=
  | Linear : neuron linear open_gate | ReLU : neuron relu relu_gate.
Definition gate_value d (act : R -> bool) (x w : 'I_d -> R) : R := b2r (act (dot w x)).
Definition coordinates n d (act : R -> bool) (X : 'I_n -> 'I_d -> R) (w : 'I_d -> R) : state n :=
  (fun j => dot w (X j) * gate_value act (X j) w,
   dot w w - \rsum_(j : 'I_n) (dot w (X j) * gate_value act (X j) w) ^ 2).

(* Ratios |q_j/q_i|; their g-th powers, 0^g = 0; U, the sum of those powers over j != i. *)
Definition ratio n (x : state n) (i j : 'I_n) : R := Rabs (x.1 j) / Rabs (x.1 i).
Definition power (g r : R) : R := if Rltb 0 r then Rpower r g else 0.
Definition power_sum n (g : R) (x : state n) (i : 'I_n) : R := \rsum_(j : 'I_n | j != i) power g (ratio x i j).

(* Phi, the sum over pairs of sqrt(|q_i q_j| / s). *)
Definition pairs n (x : state n) : R :=
  \rsum_(e : 'I_n * 'I_n | (e.1 < e.2)%N) sqrt (Rabs (x.1 e.1 * x.1 e.2) / mass x).

(* The chance that i is in a uniform batch and j is not, i != j. *)
Definition split_chance n b : R := INR b * (INR n - INR b) / (INR n * (INR n - 1)).

(* The same chance, counted; and the mean over those batches of a function of the others in the batch. *)
Definition split_probability n b (i j : 'I_n) : R :=
  avg (fun B : batch n b => b2r ((i \in val B) && (j \notin val B))).
Definition split_mean n b (i j : 'I_n) (F : {set 'I_n} -> R) : R :=
  avg (fun B : batch n b => b2r ((i \in val B) && (j \notin val B)) * F (val B :\ i)) / split_probability b i j.

(* x is within dl of the data point x_i: |q_i| of 1, the others and the rest of 0, the sign is that of q0. *)
Definition Rleb (y z : R) : bool := ~~ Rltb z y.
Definition near n (dl : R) (q0 : 'I_n -> R) (i : 'I_n) (x : state n) : bool :=
  [&& Rleb (Rabs (Rabs (x.1 i) - 1)) dl, Rltb 0 (x.1 i * q0 i),
      [forall j : 'I_n, (j != i) ==> Rleb (Rabs (x.1 j)) dl] & Rleb x.2 dl].

(* Sampling with replacement: a batch is a word of b indices.  No theorem is about it; it is here so that a claim
   changed to it can be said, and is refused. *)
Definition sgd_run_replaced n d b (eta : R) (X : 'I_n -> 'I_d -> R) (phi : R -> R)
    (w0 : 'I_d -> R) (B : nat -> b.-tuple 'I_n) (w : nat -> 'I_d -> R) : Prop :=
  w 0%N = w0 /\ forall m, exists G : 'I_n -> 'I_d -> R, (forall j, is_gradient (loss phi (X j)) (w m) (G j)) /\
    forall k, w m.+1 k = w m k - eta / INR b * \rsum_(l : 'I_b) G (tnth (B m) l) k.
