(* The model: a tied-weight neuron, SGD on its loss, and "almost surely".
   Everything that one must read to know what the theorems on vectors say; see formal/README.md. *)
From Coq Require Import Reals.
From mathcomp Require Import all_ssreflect.
From SGD.statements Require Import sums.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

(* A vector of R^d is the function of its d coordinates. *)
Definition dot d (u v : 'I_d -> R) : R := \rsum_(k : 'I_d) u k * v k.
Definition norm2 d (u : 'I_d -> R) : R := \rsum_(k : 'I_d) u k ^ 2.

(* The loss of the sample x at the weight w: half the squared distance of x from phi(<w,x>) w. *)
Definition loss (phi : R -> R) d (x w : 'I_d -> R) : R :=
  / 2 * norm2 (fun k => x k - phi (dot w x) * w k).
Definition linear (y : R) : R := y.
Definition relu (y : R) : R := Rmax 0 y.

(* G is the gradient of f at w: <G, v> is the derivative at 0 of u |-> f(w + u v), for every v. *)
Definition is_gradient d (f : ('I_d -> R) -> R) (w G : 'I_d -> R) : Prop :=
  forall v, derivable_pt_lim (fun u => f (fun k => w k + u * v k)) 0 (dot G v).

(* x_1, ..., x_n are orthonormal. *)
Definition orthonormal n d (X : 'I_n -> 'I_d -> R) : Prop :=
  forall i j, dot (X i) (X j) = if i == j then 1 else 0.

(* A batch is a set of b of the n indices; all of them are equally likely. *)
Definition batch n b := {B : {set 'I_n} | #|B| == b}.

(* w' comes from w by one step of SGD: eta/b times the sum of the gradients over the batch is subtracted. *)
Definition sgd_step n d b (eta : R) (X : 'I_n -> 'I_d -> R) (phi : R -> R)
    (w : 'I_d -> R) (B : batch n b) (w' : 'I_d -> R) : Prop :=
  exists G : 'I_n -> 'I_d -> R, (forall j, is_gradient (loss phi (X j)) w (G j)) /\
    forall k, w' k = w k - eta / INR b * \rsum_(j in val B) G j k.

(* w is the run of SGD from w0 along the sequence B of batches. *)
Definition sgd_run n d b (eta : R) (X : 'I_n -> 'I_d -> R) (phi : R -> R)
    (w0 : 'I_d -> R) (B : nat -> batch n b) (w : nat -> 'I_d -> R) : Prop :=
  w 0%N = w0 /\ forall m, sgd_step eta X phi (w m) (B m) (w m.+1).

(* The sign of a number that is not 0. *)
Definition sgn (y : R) : R := if Rltb 0 y then 1 else -1.

(* The numbers f(0), f(1), ... tend to l; the vectors w(0), w(1), ... tend to v. *)
Definition tends (f : nat -> R) (l : R) : Prop :=
  forall e, 0 < e -> exists K, forall m, (K <= m)%N -> Rabs (f m - l) <= e.
Definition tends_to d (w : nat -> 'I_d -> R) (v : 'I_d -> R) : Prop :=
  tends (fun m => norm2 (fun k => w m k - v k)) 0.

(* The outer measure of a set A of infinite sequences over a finite alphabet T, each letter drawn uniformly
   and independently, is at most c: for every eps > 0 there are sets C(0), C(1), ... of words, C(M) of words
   of length M, such that every sequence in A begins with a word of some C(M), and the chances
   #C(M) / #T^M of the sets add up to at most c + eps. *)
Definition outer_le (T : finType) (A : (nat -> T) -> Prop) (c : R) : Prop :=
  forall eps, 0 < eps -> exists C : forall M, {set M.-tuple T},
    (forall w, A w -> exists M, [tuple of mkseq w M] \in C M) /\
    forall M0, \rsum_(M : 'I_M0) (INR #|C M| / INR (#|T| ^ M)) <= c + eps.

(* A has probability c.  For c = 1 this says: outside a set of measure 0, almost surely. *)
Definition probability (T : finType) (A : (nat -> T) -> Prop) (c : R) : Prop :=
  outer_le A c /\ outer_le (fun w => ~ A w) (1 - c).
