(* Rational functions as written, and brought over one denominator. *)

Require Import Reals List ZArith Lra Lia Bool.
Require Import Bernstein.homogeneous Bernstein.tensor Bernstein.cover Bernstein.polynomial.
Import ListNotations.
Open Scope R_scope.

Inductive term :=
  | Int (z : Z)
  | Ratio (z : Z) (d : positive)
  | Var (j : nat)
  | Opp (e : term)
  | Add (e f : term)
  | Sub (e f : term)
  | Mul (e f : term)
  | Div (e f : term)
  | Inv (e : term)
  | Pow (e : term) (k : nat).

Fixpoint value (xs : list R) (e : term) : R :=
  match e with
  | Int z => IZR z
  | Ratio z d => IZR z / IZR (Zpos d)
  | Var j => nth j xs 0
  | Opp e => - value xs e
  | Add e f => value xs e + value xs f
  | Sub e f => value xs e - value xs f
  | Mul e f => value xs e * value xs f
  | Div e f => value xs e / value xs f
  | Inv e => / value xs e
  | Pow e k => value xs e ^ k
  end.

Fixpoint same (e f : term) : bool :=
  match e, f with
  | Int z, Int y => Z.eqb z y
  | Ratio z d, Ratio y c => Z.eqb z y && Pos.eqb d c
  | Var i, Var j => Nat.eqb i j
  | Opp e, Opp f | Inv e, Inv f => same e f
  | Add e e', Add f f' | Sub e e', Sub f f' | Mul e e', Mul f f' | Div e e', Div f f' =>
      same e f && same e' f'
  | Pow e k, Pow f m => same e f && Nat.eqb k m
  | _, _ => false
  end.

Lemma same_correct e f : same e f = true -> e = f.
Proof.
  revert f; induction e; intros f H; destruct f; cbn [same] in H; try discriminate;
    repeat (apply andb_true_iff in H as [H ?]);
    repeat match goal with
    | H : Z.eqb _ _ = true |- _ => apply Z.eqb_eq in H
    | H : Pos.eqb _ _ = true |- _ => apply Pos.eqb_eq in H
    | H : Nat.eqb _ _ = true |- _ => apply Nat.eqb_eq in H
    end; f_equal; auto.
Qed.

(* ---- which denominators are known not to vanish *)

Fixpoint known (ds : list term) (e : term) : bool :=
  existsb (same e) ds ||
  match e with
  | Int z => negb (Z.eqb z 0)
  | Opp e => known ds e
  | Mul e f => known ds e && known ds f
  | Pow e _ => known ds e
  | _ => false
  end.

Definition nonzero (xs : list R) (ds : list term) : Prop := Forall (fun d => value xs d <> 0) ds.

Lemma known_correct xs ds e : nonzero xs ds -> known ds e = true -> value xs e <> 0.
Proof.
  intros N.
  assert (X : forall e, existsb (same e) ds = true -> value xs e <> 0).
  { intros f H. apply existsb_exists in H as (d & I & S). apply same_correct in S. subst f.
    unfold nonzero in N. rewrite Forall_forall in N. auto. }
  induction e; intros H; cbn [known] in H; apply orb_true_iff in H as [H | H]; auto;
    try discriminate; cbn [value].
  - apply not_0_IZR. intros ->. discriminate.
  - apply Ropp_neq_0_compat. auto.
  - apply andb_true_iff in H as [H1 H2]. apply Rmult_integral_contrapositive. auto.
  - apply pow_nonzero. auto.
Qed.

(* Every variable is one of the first n, every denominator is known. *)
Fixpoint sound_term (n : nat) (ds : list term) (e : term) : bool :=
  match e with
  | Int _ | Ratio _ _ => true
  | Var j => Nat.ltb j n
  | Opp e | Pow e _ => sound_term n ds e
  | Add e f | Sub e f | Mul e f => sound_term n ds e && sound_term n ds f
  | Div e f => sound_term n ds e && sound_term n ds f && known ds f
  | Inv e => sound_term n ds e && known ds e
  end.

(* ---- over one denominator *)

Fixpoint zerob (n : nat) : T n -> bool :=
  match n with O => Z.eqb 0 | S k => forallb (zerob k) end.

Lemma zerob_correct n p us : zerob n p = true -> tev n p us = 0.
Proof.
  revert p us; induction n as [| n IH]; intros p us H; cbn [zerob tev] in *.
  - apply Z.eqb_eq in H. subst p. reflexivity.
  - induction p as [| c p IHp]; [reflexivity |]. cbn [forallb map hom] in *.
    apply andb_true_iff in H as [H1 H2]. rewrite IHp, IH by assumption. ring.
Qed.

Definition minus (n : nat) (p q : T n) : T n := plus n p (tscale n (-1) q).

Fixpoint power (n : nat) (p : T n) (k : nat) : T n :=
  match k with O => constant n 1 | S k' => mult n p (power n p k') end.

Definition fraction (n : nat) : Type := (T n * T n)%type.

Definition fadd (n : nat) (p q : fraction n) : fraction n :=
  if zerob n (minus n (snd p) (snd q)) then (plus n (fst p) (fst q), snd p)
  else (plus n (mult n (fst p) (snd q)) (mult n (fst q) (snd p)), mult n (snd p) (snd q)).

Definition fopp (n : nat) (p : fraction n) : fraction n := (tscale n (-1) (fst p), snd p).

Definition fmul (n : nat) (p q : fraction n) : fraction n :=
  (mult n (fst p) (fst q), mult n (snd p) (snd q)).

Definition finv (n : nat) (p : fraction n) : fraction n := (snd p, fst p).

Fixpoint over (n : nat) (e : term) : fraction n :=
  match e with
  | Int z => (constant n z, constant n 1)
  | Ratio z d => (constant n z, constant n (Zpos d))
  | Var j => (variable n j, constant n 1)
  | Opp e => fopp n (over n e)
  | Add e f => fadd n (over n e) (over n f)
  | Sub e f => fadd n (over n e) (fopp n (over n f))
  | Mul e f => fmul n (over n e) (over n f)
  | Div e f => fmul n (over n e) (finv n (over n f))
  | Inv e => finv n (over n e)
  | Pow e k => let p := over n e in (power n (fst p) k, power n (snd p) k)
  end.

Lemma minus_ev n p q u :
  tev n (minus n p q) (powers u) = tev n p (powers u) - tev n q (powers u).
Proof. unfold minus. rewrite plus_ev, tscale_ev. lra. Qed.

Lemma power_ev n p k u : tev n (power n p k) (powers u) = tev n p (powers u) ^ k.
Proof.
  induction k as [| k IH]; cbn [power pow]; [apply constant_ev |]. rewrite mult_ev, IH. reflexivity.
Qed.

(* p is the value x at u *)
Definition is (n : nat) (u : nat -> R) (p : fraction n) (x : R) : Prop :=
  tev n (snd p) (powers u) <> 0 /\ x = tev n (fst p) (powers u) / tev n (snd p) (powers u).

Lemma is_inv n u p x : x <> 0 -> is n u p x -> is n u (finv n p) (/ x).
Proof.
  intros X [D ->]. unfold is, finv. cbn [fst snd].
  assert (tev n (fst p) (powers u) <> 0).
  { intros Z. apply X. rewrite Z. unfold Rdiv. ring. }
  split; [assumption |]. field. split; assumption.
Qed.

Lemma is_mul n u p q x y : is n u p x -> is n u q y -> is n u (fmul n p q) (x * y).
Proof.
  intros [D ->] [E ->]. unfold is, fmul. cbn [fst snd]. rewrite !mult_ev.
  split; [apply Rmult_integral_contrapositive; auto |]. field. auto.
Qed.

Lemma is_opp n u p x : is n u p x -> is n u (fopp n p) (- x).
Proof.
  intros [D ->]. unfold is, fopp. cbn [fst snd]. rewrite tscale_ev. split; [exact D |]. field. exact D.
Qed.

Lemma is_add n u p q x y : is n u p x -> is n u q y -> is n u (fadd n p q) (x + y).
Proof.
  intros [D ->] [E ->]. unfold is, fadd.
  destruct (zerob n (minus n (snd p) (snd q))) eqn:Z; cbn [fst snd].
  - apply (zerob_correct n _ (powers u)) in Z. rewrite minus_ev in Z.
    apply Rminus_diag_uniq in Z. split; [exact D |]. rewrite plus_ev, <- Z. field. exact D.
  - rewrite plus_ev, !mult_ev. split; [apply Rmult_integral_contrapositive; auto |]. field. auto.
Qed.

Lemma over_correct n xs ds e : nonzero xs ds -> sound_term n ds e = true ->
  is n (fun i => nth i xs 0) (over n e) (value xs e).
Proof.
  intros N. set (u := fun i => nth i xs 0).
  induction e; intros H; cbn [sound_term over value] in *;
    repeat (apply andb_true_iff in H as [H ?]).
  - split; cbn [fst snd]; rewrite !constant_ev; [lra | field].
  - split; cbn [fst snd]; rewrite !constant_ev; [apply positive_neq | reflexivity].
  - split; cbn [fst snd]; rewrite constant_ev; [lra |].
    rewrite variable_ev by (apply Nat.ltb_lt; exact H). unfold u. field.
  - apply is_opp. auto.
  - apply is_add; auto.
  - apply is_add; [| apply is_opp]; auto.
  - apply is_mul; auto.
  - apply is_mul; [auto |]. apply is_inv; [| auto]. eapply known_correct; eauto.
  - apply is_inv; [| auto]. eapply known_correct; eauto.
  - destruct (IHe H) as [D E]. split; cbn [fst snd]; rewrite !power_ev.
    + apply pow_nonzero. exact D.
    + rewrite E. unfold Rdiv. rewrite Rpow_mult_distr, pow_inv. reflexivity.
Qed.
