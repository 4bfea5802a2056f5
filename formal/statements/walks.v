(* A random process that may depend on its whole past, in finite form, and the time at which it leaves a set. *)
From Coq Require Import Reals.
From mathcomp Require Import all_ssreflect.
From SGD.statements Require Import sums.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

(* The past is a word over a finite alphabet.  After the word s the next letter is x with the chance law s x;
   the chance that the word u follows the word s is a product. *)
Fixpoint chance (T : finType) (law : seq T -> T -> R) (s u : seq T) : R :=
  if u is x :: u' then law s x * chance law (rcons s x) u' else 1.

(* X s is where the process is after the word s.  Along the word u after the word s: how many of the places at
   s, and after each letter of u, come before the first one outside A; all size u + 1 of them where none is outside. *)
Fixpoint exit (T : finType) (A : R -> bool) (X : seq T -> R) (s u : seq T) : nat :=
  if A (X s) then (if u is x :: u' then exit A X (rcons s x) u' else 0%N).+1 else 0%N.
