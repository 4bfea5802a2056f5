(* Arithmetic of polynomials over the rationals in n variables: a tensor of integers, ragged, over one
   positive integer.  Each operation is shown to mean what it should, at every point. *)

Require Import Reals List ZArith Lra Lia Bool.
Require Import Bernstein.homogeneous Bernstein.tensor Bernstein.cover.
Import ListNotations.
Open Scope R_scope.

(* ---- integer coefficients *)

Fixpoint constant (n : nat) (z : Z) : T n :=
  match n with O => z | S k => [constant k z] end.

Fixpoint variable (n j : nat) : T n :=
  match n with
  | O => 0%Z
  | S k => match j with O => [constant k 0; constant k 1] | S j' => [variable k j'] end
  end.

Section Lists.
Context {A : Type} (add mul : A -> A -> A) (zero : A).

Fixpoint sum (a b : list A) : list A :=
  match a, b with
  | [], _ => b
  | _, [] => a
  | x :: a', y :: b' => add x y :: sum a' b'
  end.

Fixpoint product (a b : list A) : list A :=
  match a with
  | [] => []
  | x :: a' => sum (map (mul x) b) (zero :: product a' b)
  end.

Context (ev : A -> R).
Hypothesis add_ev : forall a b, ev (add a b) = ev a + ev b.
Hypothesis mul_ev : forall a b, ev (mul a b) = ev a * ev b.
Hypothesis zero_ev : ev zero = 0.

Lemma sum_correct a b u : hom (map ev (sum a b)) u 1 = hom (map ev a) u 1 + hom (map ev b) u 1.
Proof.
  revert b; induction a as [| x a IH]; intros [| y b]; simpl; try ring.
  rewrite IH, add_ev, !pow1. ring.
Qed.

Lemma product_correct a b u :
  hom (map ev (product a b)) u 1 = hom (map ev a) u 1 * hom (map ev b) u 1.
Proof.
  induction a as [| x a IH]; cbn [product map hom]; [ring |].
  rewrite sum_correct. cbn [map hom]. rewrite IH, zero_ev, !pow1.
  replace (hom (map ev (map (mul x) b)) u 1) with (ev x * hom (map ev b) u 1); [ring |].
  rewrite <- hom_multiples, !map_map. f_equal. apply map_ext. intros y. symmetry. apply mul_ev.
Qed.
End Lists.

Fixpoint plus (n : nat) : T n -> T n -> T n :=
  match n with O => Z.add | S k => sum (plus k) end.

Fixpoint mult (n : nat) : T n -> T n -> T n :=
  match n with O => Z.mul | S k => product (plus k) (mult k) (constant k 0) end.

Lemma constant_ev n z u : tev n (constant n z) (powers u) = IZR z.
Proof.
  revert u; induction n as [| n IH]; intros u; simpl; [reflexivity |].
  change (tail (powers u)) with (powers (tail u)). rewrite IH. ring.
Qed.

Lemma variable_ev n j u : (j < n)%nat -> tev n (variable n j) (powers u) = u j.
Proof.
  revert j u; induction n as [| n IH]; intros j u H; [lia |].
  destruct j as [| j]; simpl; change (tail (powers u)) with (powers (tail u)).
  - rewrite !constant_ev. ring.
  - rewrite IH by lia. unfold tail. ring.
Qed.

Lemma plus_ev n a b u :
  tev n (plus n a b) (powers u) = tev n a (powers u) + tev n b (powers u).
Proof.
  revert a b u; induction n as [| n IH]; intros a b u; simpl; [apply plus_IZR |].
  apply (sum_correct (plus n) (fun p => tev n p (tail (powers u)))).
  intros x y. apply (IH x y (tail u)).
Qed.

Lemma mult_ev n a b u :
  tev n (mult n a b) (powers u) = tev n a (powers u) * tev n b (powers u).
Proof.
  revert a b u; induction n as [| n IH]; intros a b u; simpl; [apply mult_IZR |].
  apply (product_correct (plus n) (mult n) (constant n 0) (fun p => tev n p (tail (powers u)))).
  - intros x y. apply (plus_ev n x y (tail u)).
  - intros x y. apply (IH x y (tail u)).
  - apply (constant_ev n 0 (tail u)).
Qed.

(* ---- over one denominator *)

Definition Q (n : nat) : Type := (T n * positive)%type.

Definition qev (n : nat) (p : Q n) (u : nat -> R) : R :=
  tev n (fst p) (powers u) / IZR (Zpos (snd p)).

Definition qconst (n : nat) (z : Z) (d : positive) : Q n := (constant n z, d).

Definition qvar (n j : nat) : Q n := (variable n j, xH).

Definition qadd (n : nat) (p q : Q n) : Q n :=
  let '(_, (d, e)) := Pos.ggcd (snd p) (snd q) in
  (plus n (tscale n (Zpos e) (fst p)) (tscale n (Zpos d) (fst q)), Pos.mul (snd p) e).

Definition qopp (n : nat) (p : Q n) : Q n := (tscale n (-1) (fst p), snd p).

Definition qmul (n : nat) (p q : Q n) : Q n := (mult n (fst p) (fst q), Pos.mul (snd p) (snd q)).

Fixpoint qpow (n : nat) (p : Q n) (k : nat) : Q n :=
  match k with O => qconst n 1 1 | S k' => qmul n p (qpow n p k') end.

Lemma positive_neq (p : positive) : IZR (Zpos p) <> 0.
Proof. apply not_0_IZR. discriminate. Qed.

Lemma qconst_ev n z d u : qev n (qconst n z d) u = IZR z / IZR (Zpos d).
Proof. unfold qev, qconst. cbn [fst snd]. rewrite constant_ev. reflexivity. Qed.

Lemma qvar_ev n j u : (j < n)%nat -> qev n (qvar n j) u = u j.
Proof. intros H. unfold qev, qvar. cbn [fst snd]. rewrite variable_ev by exact H. field. Qed.

Lemma qadd_ev n p q u : qev n (qadd n p q) u = qev n p u + qev n q u.
Proof.
  unfold qev, qadd. destruct p as [a d], q as [b e]. cbn [fst snd].
  assert (G := Pos.ggcd_correct_divisors d e). destruct (Pos.ggcd d e) as [g [d' e']].
  destruct G as [-> ->]. cbn [fst snd].
  rewrite plus_ev, !tscale_ev, !Pos2Z.inj_mul, !mult_IZR.
  field. repeat split; apply positive_neq.
Qed.

Lemma qopp_ev n p u : qev n (qopp n p) u = - qev n p u.
Proof.
  unfold qev, qopp. cbn [fst snd]. rewrite tscale_ev. field. apply positive_neq.
Qed.

Lemma qmul_ev n p q u : qev n (qmul n p q) u = qev n p u * qev n q u.
Proof.
  unfold qev, qmul. cbn [fst snd]. rewrite mult_ev, Pos2Z.inj_mul, mult_IZR.
  field. split; apply positive_neq.
Qed.

Lemma qpow_ev n p k u : qev n (qpow n p k) u = qev n p u ^ k.
Proof.
  induction k as [| k IH]; cbn [qpow pow].
  - rewrite qconst_ev. field.
  - rewrite qmul_ev, IH. reflexivity.
Qed.

(* ---- composition, by Horner's rule: p at x_i = images_i *)

Fixpoint compose (n k : nat) : T k -> list (Q n) -> Q n :=
  match k with
  | O => fun z _ => qconst n z 1
  | S k' => fun l images =>
      fold_right
        (fun c rest => qadd n (compose n k' c (tl images)) (qmul n (hd (qconst n 0 1) images) rest))
        (qconst n 0 1) l
  end.

Lemma compose_ev n k p images u :
  qev n (compose n k p images) u
  = tev k p (powers (fun i => qev n (nth i images (qconst n 0 1)) u)).
Proof.
  revert p images; induction k as [| k IH]; intros p images; cbn [compose].
  - rewrite qconst_ev. simpl. field.
  - induction p as [| c l IHl]; cbn [fold_right].
    + rewrite qconst_ev. simpl. field.
    + rewrite qadd_ev, qmul_ev, IHl, IH. cbn [tev map hom]. rewrite pow1, Rmult_1_r.
      f_equal; [| f_equal; destruct images; reflexivity].
      apply tev_ext. intros i _. unfold tail, powers. f_equal.
      destruct images as [| x images]; [destruct i |]; reflexivity.
Qed.

(* ---- from ragged to rectangular *)

Fixpoint zeros (n : nat) (ds : list nat) : T n :=
  match n with
  | O => 0%Z
  | S k => match ds with [] => [] | d :: ds' => repeat (zeros k ds') (S d) end
  end.

Fixpoint pad (n : nat) (ds : list nat) : T n -> T n :=
  match n with
  | O => fun z => z
  | S k => fun l =>
      match ds with
      | [] => l
      | d :: ds' => map (pad k ds') l ++ repeat (zeros k ds') (S d - length l)
      end
  end.

Fixpoint most (a b : list nat) : list nat :=
  match a, b with
  | [], _ => b
  | _, [] => a
  | x :: a', y :: b' => Nat.max x y :: most a' b'
  end.

Fixpoint degrees (n : nat) : T n -> list nat :=
  match n with
  | O => fun _ => []
  | S k => fun l =>
      pred (length l) :: fold_right (fun p ds => most (degrees k p) ds) (repeat O k) l
  end.

Lemma hom_repeat k u : hom (repeat 0 k) u 1 = 0.
Proof. exact (hom_zeros [] k u). Qed.

Lemma map_repeat {A B} (f : A -> B) x k : map f (repeat x k) = repeat (f x) k.
Proof. induction k as [| k IH]; simpl; [reflexivity |]. rewrite IH. reflexivity. Qed.

Lemma zeros_ev n ds u : tev n (zeros n ds) (powers u) = 0.
Proof.
  revert ds u; induction n as [| n IH]; intros ds u; cbn [zeros tev]; [reflexivity |].
  destruct ds as [| d ds]; [reflexivity |].
  rewrite map_repeat. change (tail (powers u)) with (powers (tail u)). rewrite IH.
  apply hom_repeat.
Qed.

Lemma pad_ev n ds p u : tev n (pad n ds p) (powers u) = tev n p (powers u).
Proof.
  revert ds p u; induction n as [| n IH]; intros ds p u; cbn [pad]; [reflexivity |].
  destruct ds as [| d ds]; [reflexivity |]. cbn [tev].
  change (tail (powers u)) with (powers (tail u)). change (snd (powers u O)) with 1.
  rewrite map_app, map_map, map_repeat, zeros_ev, hom_zeros.
  f_equal. apply map_ext. intros q. apply IH.
Qed.
