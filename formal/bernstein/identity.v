(* Identities of rational functions, decided by expanding numerators; square roots are variables that
   are known by their squares.

   The statement lists the denominators that do not vanish and the roots:
       root_k^2 = radicand_k  ->  d_1 <> 0  ->  ...  ->  left = right.
   The check brings left - right over one denominator, a product of the d_i, and looks whether the
   numerator is the zero polynomial, after root_k^2 has been replaced by radicand_k. *)

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

(* ---- roots: variable 0 is the last root; its radicand is in the variables after it *)

Fixpoint evens {A} (l : list A) : list A :=
  match l with [] => [] | x :: l' => x :: odds l' end
with odds {A} (l : list A) : list A :=
  match l with [] => [] | _ :: l' => evens l' end.

Lemma map_evens_odds {A B} (f : A -> B) l :
  map f (evens l) = evens (map f l) /\ map f (odds l) = odds (map f l).
Proof.
  induction l as [| x l [IH1 IH2]]; cbn [evens odds map]; [auto |]. rewrite IH1, IH2. auto.
Qed.

Lemma hom_evens_odds l r : hom l r 1 = hom (evens l) (r ^ 2) 1 + r * hom (odds l) (r ^ 2) 1.
Proof.
  induction l as [| x l IH]; cbn [evens odds hom]; [ring |]. rewrite IH, !pow1. ring.
Qed.

(* hom l a b, for tensors; with it b^(length l) *)
Definition horner (n : nat) (a b : T n) (l : list (T n)) : T n * T n :=
  fold_right
    (fun c rest => (plus n (mult n c (snd rest)) (mult n a (fst rest)), mult n b (snd rest)))
    (constant n 0, constant n 1) l.

Lemma horner_ev n a b l u :
  let ev p := tev n p (powers u) in
  ev (fst (horner n a b l)) = hom (map ev l) (ev a) (ev b) /\
  ev (snd (horner n a b l)) = ev b ^ length l.
Proof.
  intros ev. unfold ev. induction l as [| c l [IH1 IH2]].
  - cbn [horner fold_right fst snd map hom length pow]. rewrite !constant_ev. auto.
  - unfold horner in *. cbn [fold_right fst snd map hom length pow].
    rewrite plus_ev, !mult_ev, IH1, IH2, map_length. split; ring.
Qed.

(* a radicand, and the denominators that stand in it *)
Definition root : Type := (term * list term)%type.

Fixpoint vanishes (n : nat) (rs : list root) {struct rs} : T n -> bool :=
  match rs with
  | [] => zerob n
  | (radicand, ds) :: rs' =>
      match n with
      | O => fun _ => false
      | S k => fun p =>
          let '(a, b) := over k radicand in
          sound_term k ds radicand &&
          vanishes k rs' (fst (horner k a b (evens p))) &&
          vanishes k rs' (fst (horner k a b (odds p)))
      end
  end.

Fixpoint facts (xs : list R) (rs : list root) : Prop :=
  match rs with
  | [] => True
  | (radicand, ds) :: rs' =>
      facts (tl xs) rs' /\ nonzero (tl xs) ds /\ hd 0 xs ^ 2 = value (tl xs) radicand
  end.

Lemma nth_tl (xs : list R) i : nth i (tl xs) 0 = nth (S i) xs 0.
Proof. destruct xs as [| x xs]; [destruct i |]; reflexivity. Qed.

Lemma vanishes_correct n rs p xs : vanishes n rs p = true -> facts xs rs ->
  tev n p (powers (fun i => nth i xs 0)) = 0.
Proof.
  revert n p xs; induction rs as [| [radicand ds] rs IH]; intros n p xs V F.
  - apply zerob_correct. exact V.
  - destruct n as [| k]; [discriminate |]. cbn [vanishes] in V.
    destruct F as (F & N & E). set (w := fun i => nth i (tl xs) 0).
    destruct (over k radicand) as [a b] eqn:O.
    apply andb_true_iff in V as [V Vo]. apply andb_true_iff in V as [S Ve].
    destruct (over_correct k (tl xs) ds radicand N S) as [B Q]. rewrite O in B, Q.
    cbn [fst snd] in B, Q. fold w in B, Q.
    assert (Z : forall l, vanishes k rs (fst (horner k a b l)) = true ->
        hom (map (fun q => tev k q (powers w)) l) (hd 0 xs ^ 2) 1 = 0).
    { intros l L. apply (IH k _ (tl xs)) in L; [| exact F]. fold w in L.
      rewrite (proj1 (horner_ev k a b l w)) in L.
      replace (tev k a (powers w)) with (tev k b (powers w) * hd 0 xs ^ 2) in L
        by (rewrite E, Q; field; exact B).
      replace (tev k b (powers w)) with (tev k b (powers w) * 1) in L at 2 by ring.
      rewrite hom_homogeneous in L. apply Rmult_integral in L as [L | L]; [| exact L].
      exfalso. revert L. apply pow_nonzero. exact B. }
    cbn [tev]. change (snd (powers (fun i => nth i xs 0) 0%nat)) with 1.
    change (fst (powers (fun i => nth i xs 0) 0%nat)) with (nth 0 xs 0).
    replace (nth 0 xs 0) with (hd 0 xs) by (destruct xs; reflexivity).
    assert (X : forall q, tev k q (tail (powers (fun i => nth i xs 0))) = tev k q (powers w)).
    { intros q. apply tev_ext. intros i _. unfold tail, powers, w. rewrite nth_tl. reflexivity. }
    rewrite (map_ext _ _ X), hom_evens_odds.
    destruct (map_evens_odds (fun q => tev k q (powers w)) p) as [<- <-].
    etransitivity; [exact (f_equal2 (fun x y => x + hd 0 xs * y) (Z _ Ve) (Z _ Vo)) | ring].
Qed.

(* ---- identities *)

Record identity := Identity {
  variables : nat;             (* roots first, the last one foremost; then the symbols *)
  roots : list root;
  denominators : list term;
  left_side : term;
  right_side : term
}.

Fixpoint nonvanishing (xs : list R) (ds : list term) (goal : Prop) : Prop :=
  match ds with [] => goal | d :: ds' => value xs d <> 0 -> nonvanishing xs ds' goal end.

Fixpoint given (xs : list R) (rs : list root) (goal : Prop) : Prop :=
  match rs with
  | [] => goal
  | (radicand, ds) :: rs' =>
      given (tl xs) rs' (nonvanishing (tl xs) ds (hd 0 xs ^ 2 = value (tl xs) radicand -> goal))
  end.

Definition states (c : identity) (xs : list R) : Prop :=
  given xs (roots c)
    (nonvanishing xs (denominators c) (value xs (left_side c) = value xs (right_side c))).

Definition check (c : identity) : bool :=
  let n := variables c in
  sound_term n (denominators c) (left_side c) && sound_term n (denominators c) (right_side c) &&
  vanishes n (roots c) (fst (over n (Sub (left_side c) (right_side c)))).

Lemma nonvanishing_intro xs ds (goal : Prop) :
  (nonzero xs ds -> goal) -> nonvanishing xs ds goal.
Proof.
  induction ds as [| d ds IH]; intros H; cbn [nonvanishing].
  - apply H. constructor.
  - intros D. apply IH. intros N. apply H. constructor; assumption.
Qed.

Lemma given_intro rs : forall xs (goal : Prop), (facts xs rs -> goal) -> given xs rs goal.
Proof.
  induction rs as [| [radicand ds] rs IH]; intros xs goal H; cbn [given].
  - apply H. exact I.
  - apply IH. intros F. apply nonvanishing_intro. intros N E. apply H. cbn [facts]. auto.
Qed.

Theorem sound c : check c = true -> forall xs, states c xs.
Proof.
  intros C xs. unfold states. apply given_intro. intros F. apply nonvanishing_intro. intros N.
  unfold check in C. apply andb_true_iff in C as [C V]. apply andb_true_iff in C as [L R].
  apply vanishes_correct with (xs := xs) in V; [| exact F].
  assert (G : sound_term (variables c) (denominators c) (Sub (left_side c) (right_side c)) = true)
    by (cbn [sound_term]; rewrite L, R; reflexivity).
  destruct (over_correct _ xs _ _ N G) as [_ E]. rewrite V in E. cbn [value] in E.
  apply Rminus_diag_uniq. rewrite E. unfold Rdiv. ring.
Qed.
