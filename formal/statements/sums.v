(* Notation for finite sums of real numbers, and the two ways in which we count.
   'I_n is the type of the numbers 0, ..., n-1; a finType is a type with finitely many elements. *)
From Coq Require Import Reals.
From mathcomp Require Import all_ssreflect.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Notation "\rsum_ ( i | P ) F" := (\big[Rplus/0]_(i | P%B) F)
  (at level 41, F at level 41, i at level 50) : R_scope.
Notation "\rsum_ ( i : t | P ) F" := (\big[Rplus/0]_(i : t | P%B) F)
  (at level 41, F at level 41, i at level 50) : R_scope.
Notation "\rsum_ ( i : t ) F" := (\big[Rplus/0]_(i : t) F)
  (at level 41, F at level 41, i at level 50) : R_scope.
Notation "\rsum_ i F" := (\big[Rplus/0]_i F)
  (at level 41, F at level 41, i at level 0) : R_scope.
Notation "\rsum_ ( i 'in' A ) F" := (\big[Rplus/0]_(i in A) F)
  (at level 41, F at level 41, i, A at level 50) : R_scope.

(* 1 for true, 0 for false; and the comparison of two real numbers as a truth value *)
Definition b2r (c : bool) : R := if c then 1 else 0.
Definition Rltb (x y : R) : bool := if Rlt_dec x y then true else false.

(* the average of F over a finite type: its mean under the uniform law *)
Definition avg (I : finType) (F : I -> R) : R := (\rsum_i F i) / INR #|I|.
