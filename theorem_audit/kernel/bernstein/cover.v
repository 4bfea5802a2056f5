(* The sign of a polynomial on the unit cube, by bisection in Bernstein form. *)

Require Import Reals List ZArith Lra Lia Bool.
Require Import Bernstein.homogeneous Bernstein.tensor.
Import ListNotations.
Open Scope R_scope.

Inductive tree := Leaf | Node (axis : nat) (lower upper : tree).

Definition in_cube (u : nat -> R) : Prop := forall i, 0 <= u i <= 1.

Definition powers (u : nat -> R) : nat -> R * R := fun i => (u i, 1).
Definition pairs (u : nat -> R) : nat -> R * R := fun i => (u i, 1 - u i).

(* From powers to Bernstein form: v = 1 becomes u + v, on the first m axes. *)
Fixpoint to_bernstein (n m : nat) (p : T n) : T n :=
  match m with
  | O => p
  | S j => axis (substitute 1 1) n j (to_bernstein n j p)
  end.

(* The lower half: u = u'/2, so 2 (u, v) = (u', u' + 2 v').  The upper half is its mirror image. *)
Definition lower_half (n j : nat) (p : T n) : T n := axis (substitute 1 2) n j p.
Definition upper_half (n j : nat) (p : T n) : T n :=
  axis reverse n j (axis (substitute 1 2) n j (axis reverse n j p)).

Fixpoint covered (n : nat) (leaf : T n -> bool) (t : tree) (p : T n) : bool :=
  match t with
  | Leaf => leaf p
  | Node j a b =>
      Nat.ltb j n && covered n leaf a (lower_half n j p) && covered n leaf b (upper_half n j p)
  end.

Lemma to_bernstein_correct n ds m p u : rect n ds p -> (m <= n)%nat ->
  rect n ds (to_bernstein n m p) /\
  tev n (to_bernstein n m p) (fun i => if Nat.ltb i m then pairs u i else powers u i)
  = tev n p (powers u).
Proof.
  intros H. induction m as [| j IH]; intros Q.
  - split; [exact H |]. apply tev_ext. reflexivity.
  - destruct IH as [G V]; [lia |]. cbn [to_bernstein]. split.
    + eapply axis_rect; [apply substitute_means | exact G].
    + rewrite (axis_ev _ _ n j ds) with (1 := substitute_means 1 1); [| exact G | lia].
      rewrite <- V. apply tev_ext. intros i Hi. unfold upd, pairs, powers.
      destruct (Nat.eqb_spec i j) as [-> | N].
      * replace (j <? S j)%nat with true by (symmetry; apply Nat.ltb_lt; lia).
        replace (j <? j)%nat with false by (symmetry; apply Nat.ltb_ge; lia).
        cbn [fst snd]. f_equal. ring.
      * destruct (Nat.ltb_spec i (S j)); destruct (Nat.ltb_spec i j); try reflexivity; lia.
Qed.

Lemma half_correct n ds j p u : rect n ds p -> (j < n)%nat ->
  (rect n ds (lower_half n j p) /\
   tev n (lower_half n j p) (pairs (fun i => if Nat.eqb i j then 2 * u i else u i))
   = 2 ^ nth j ds O * tev n p (pairs u)) /\
  (rect n ds (upper_half n j p) /\
   tev n (upper_half n j p) (pairs (fun i => if Nat.eqb i j then 2 * u i - 1 else u i))
   = 2 ^ nth j ds O * tev n p (pairs u)).
Proof.
  intros H Q. rewrite <- (tev_stretch n ds p j 2 (pairs u) H Q).
  assert (R1 := axis_rect _ _ n j ds p reverse_means H).
  assert (R2 := axis_rect _ _ n j ds _ (substitute_means 1 2) R1).
  repeat split.
  - eapply axis_rect; [apply substitute_means | exact H].
  - unfold lower_half.
    rewrite (axis_ev _ _ n j ds) with (1 := substitute_means 1 2); [| exact H | exact Q].
    apply tev_ext. intros i _. unfold upd, pairs, stretch.
    destruct (Nat.eqb i j); [cbn [fst snd]; f_equal; ring | reflexivity].
  - eapply axis_rect; [apply reverse_means | exact R2].
  - unfold upper_half.
    rewrite (axis_ev _ _ n j ds) with (1 := reverse_means); [| exact R2 | exact Q].
    rewrite (axis_ev _ _ n j ds) with (1 := substitute_means 1 2); [| exact R1 | exact Q].
    rewrite (axis_ev _ _ n j ds) with (1 := reverse_means); [| exact H | exact Q].
    apply tev_ext. intros i _. unfold upd, pairs, stretch.
    destruct (Nat.eqb i j); [cbn [fst snd]; f_equal; ring | reflexivity].
Qed.

(* What holds on every leaf's cube holds on the whole cube, for a sign that scaling keeps. *)
Lemma covered_correct n (leaf : T n -> bool) (sign : R -> Prop) :
  (forall k x, 0 < k -> sign (k * x) -> sign x) ->
  (forall p u, leaf p = true -> in_cube u -> sign (tev n p (pairs u))) ->
  forall t ds p u, rect n ds p -> covered n leaf t p = true -> in_cube u ->
  sign (tev n p (pairs u)).
Proof.
  intros K L t; induction t as [| j a IHa b IHb]; intros ds p u H C B; cbn [covered] in C.
  - apply L; assumption.
  - apply andb_true_iff in C as [C Cb]. apply andb_true_iff in C as [Cj Ca].
    apply Nat.ltb_lt in Cj.
    destruct (half_correct n ds j p u H Cj) as [[R1 V1] [R2 V2]].
    apply (K (2 ^ nth j ds O)); [apply pow_lt; lra |].
    destruct (Rle_or_lt (u j) (1 / 2)) as [D | D].
    + rewrite <- V1. apply (IHa ds); try assumption.
      intros i. specialize (B i). destruct (Nat.eqb_spec i j) as [-> | _]; lra.
    + rewrite <- V2. apply (IHb ds); try assumption.
      intros i. specialize (B i). destruct (Nat.eqb_spec i j) as [-> | _]; lra.
Qed.

Definition leaf (strict : bool) (n : nat) (p : T n) : bool :=
  nonneg n p && (if strict then corners n p else true).

Definition sign (strict : bool) (x : R) : Prop := if strict then 0 < x else 0 <= x.

Lemma sign_scaled strict k x : 0 < k -> sign strict (k * x) -> sign strict x.
Proof.
  intros Hk. destruct strict; cbn [sign]; intros H.
  - apply (Rmult_lt_reg_l k); lra.
  - apply (Rmult_le_reg_l k); lra.
Qed.

Theorem bernstein strict n ds t p : rect n ds p ->
  covered n (leaf strict n) t (to_bernstein n n p) = true ->
  forall u, in_cube u -> sign strict (tev n p (powers u)).
Proof.
  intros H C u B. destruct (to_bernstein_correct n ds n p u H (le_n n)) as [G V].
  rewrite <- V.
  rewrite (tev_ext n _ _ (pairs u)).
  2: { intros i Hi. apply Nat.ltb_lt in Hi. rewrite Hi. reflexivity. }
  apply (covered_correct n (leaf strict n) (sign strict)) with (t := t) (ds := ds); auto.
  - intros k x. apply sign_scaled.
  - intros q w Q W. unfold leaf in Q. apply andb_true_iff in Q as [Q1 Q2]. destruct strict.
    + apply corners_correct; auto. intros i _. specialize (W i). unfold pairs. cbn [fst snd]. lra.
    + apply nonneg_correct; auto. intros i _. specialize (W i). unfold pairs. cbn [fst snd]. lra.
Qed.
