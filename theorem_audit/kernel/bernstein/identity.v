(* Identities of rational functions, decided by expanding numerators; square roots are variables that
   are known by their squares.

   The statement lists the denominators that do not vanish and the roots:
       root_k^2 = radicand_k  ->  d_1 <> 0  ->  ...  ->  left = right.
   The check brings left - right over one denominator, a product of the d_i, and looks whether the
   numerator is the zero polynomial, after root_k^2 has been replaced by radicand_k. *)

Require Import Reals List ZArith Lra Lia Bool.
Require Import Bernstein.homogeneous Bernstein.tensor Bernstein.cover Bernstein.polynomial.
Require Export Bernstein.fraction.
Import ListNotations.
Open Scope R_scope.

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
