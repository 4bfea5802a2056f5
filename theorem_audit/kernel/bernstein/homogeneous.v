(* Homogeneous polynomials in two variables, as lists of coefficients.

   hom [d_0; ...; d_N] u v  =  sum_i d_i u^i v^(N-i).

   Read at v = 1 a list is a polynomial in u; read at v = 1 - u it is a polynomial in Bernstein form,
   with d_i = C(N,i) times the Bernstein coefficient.  To pass from one reading to the other, or to a
   half of the interval, one replaces v by a combination of u and v.  That one move is `subst`. *)

Require Import Reals List ZArith Lra Lia.
Import ListNotations.
Open Scope R_scope.

Fixpoint hom (l : list R) (u v : R) : R :=
  match l with
  | [] => 0
  | c :: l' => c * v ^ length l' + u * hom l' u v
  end.

Lemma hom_nonnegative l u v :
  Forall (fun c => 0 <= c) l -> 0 <= u -> 0 <= v -> 0 <= hom l u v.
Proof.
  intros H Hu Hv. induction H as [| c l Hc _ IH]; simpl; [lra |].
  apply Rplus_le_le_0_compat; apply Rmult_le_pos; auto using pow_le.
Qed.

Lemma hom_homogeneous l t u v :
  hom l (t * u) (t * v) = t ^ pred (length l) * hom l u v.
Proof.
  induction l as [| c l IH]; simpl; [ring |].
  rewrite IH, Rpow_mult_distr. destruct l as [| d l]; simpl; ring.
Qed.

Lemma hom_app l c u v : hom (l ++ [c]) u v = v * hom l u v + c * u ^ length l.
Proof.
  induction l as [| d l IH]; simpl; [ring |].
  rewrite IH, app_length. simpl. replace (length l + 1)%nat with (S (length l)) by lia. simpl. ring.
Qed.

Lemma hom_rev l u v : hom (rev l) u v = hom l v u.
Proof.
  induction l as [| c l IH]; simpl; [reflexivity |].
  rewrite hom_app, IH, rev_length. ring.
Qed.

(* Nothing is added by zeros at the end of a list that is read at v = 1. *)
Lemma hom_zeros l k u : hom (l ++ repeat 0 k) u 1 = hom l u 1.
Proof.
  induction l as [| c l IH]; simpl.
  - induction k as [| k IHk]; simpl; [reflexivity |]. rewrite IHk. ring.
  - rewrite IH, !pow1. reflexivity.
Qed.

(* Positive at both ends, and nowhere negative: positive on the whole edge. *)
Lemma hom_positive c l u v :
  Forall (fun x => 0 <= x) (c :: l) -> 0 < c -> 0 < last (c :: l) c ->
  0 <= u -> 0 <= v -> 0 < u + v -> 0 < hom (c :: l) u v.
Proof.
  intros H Hc Hl Hu Hv Huv.
  destruct (Rle_lt_or_eq_dec 0 v Hv) as [Pv | <-].
  - cbn [hom]. inversion H; subst. apply Rplus_lt_le_0_compat.
    + apply Rmult_lt_0_compat; [exact Hc | apply pow_lt; exact Pv].
    + apply Rmult_le_pos; [exact Hu | apply hom_nonnegative; assumption].
  - assert (Pu : 0 < u) by lra.
    destruct (@exists_last _ (c :: l)) as (l' & d & E); [discriminate |].
    rewrite E in *. rewrite last_last in Hl. rewrite hom_app.
    assert (0 < d * u ^ length l') by (apply Rmult_lt_0_compat; [| apply pow_lt]; assumption).
    lra.
Qed.

(* ---- coefficients of (al u + be v)^n, from those of the power before *)

Fixpoint times (al be carry : Z) (row : list Z) : list Z :=
  match row with
  | [] => [carry]
  | x :: row' => (be * x + carry)%Z :: times al be (al * x)%Z row'
  end.

Lemma times_length al be k row : length (times al be k row) = S (length row).
Proof. revert k; induction row as [| x row IH]; simpl; intros; [| rewrite IH]; reflexivity. Qed.

Lemma times_hom al be k row u v :
  hom (map IZR (times al be k row)) u v
  = IZR k * v ^ length row + (IZR al * u + IZR be * v) * hom (map IZR row) u v.
Proof.
  revert k; induction row as [| x row IH]; intros k; simpl; [ring |].
  rewrite IH, !map_length, times_length, plus_IZR, !mult_IZR. simpl. ring.
Qed.

(* ---- sums and substitution, for coefficients of any kind *)

Section Coefficients.
Context {A : Type} (add : A -> A -> A) (scale : Z -> A -> A).

Fixpoint zip (a b : list A) : list A :=
  match a, b with
  | x :: a', y :: b' => add x y :: zip a' b'
  | _, _ => []
  end.

(* r + u s *)
Definition shift_add (r s : list A) : list A :=
  match r with [] => [] | x :: r' => x :: zip r' s end.

(* the row (al u + be v)^(length l), and l with v replaced by al u + be v *)
Fixpoint subst (al be : Z) (l : list A) : list Z * list A :=
  match l with
  | [] => ([1%Z], [])
  | c :: l' =>
      let (row, s) := subst al be l' in
      (times al be 0 row, shift_add (map (fun k => scale k c) row) s)
  end.

(* What the coefficients mean: `ev` on those that are `good` (of the right shape). *)
Context (good : A -> Prop) (ev : A -> R).
Hypothesis add_good : forall a b, good a -> good b -> good (add a b).
Hypothesis add_ev : forall a b, good a -> good b -> ev (add a b) = ev a + ev b.
Hypothesis scale_good : forall k a, good a -> good (scale k a).
Hypothesis scale_ev : forall k a, ev (scale k a) = IZR k * ev a.

Lemma zip_correct a b : length a = length b -> Forall good a -> Forall good b ->
  Forall good (zip a b) /\ length (zip a b) = length a /\
  forall u v, hom (map ev (zip a b)) u v = hom (map ev a) u v + hom (map ev b) u v.
Proof.
  revert b; induction a as [| x a IH]; intros [| y b] E Ha Hb; try discriminate E.
  - simpl. repeat split; auto. intros; ring.
  - injection E as E. inversion Ha; inversion Hb; subst.
    destruct (IH b) as (G & L & V); auto. simpl. repeat split.
    + constructor; auto.
    + rewrite L. reflexivity.
    + intros u v. rewrite V, add_ev, !map_length, L by assumption. rewrite E. ring.
Qed.

Lemma row_of_multiples c row u v :
  hom (map ev (map (fun k => scale k c) row)) u v = ev c * hom (map IZR row) u v.
Proof.
  induction row as [| k row IH]; simpl; [ring |]. rewrite IH, scale_ev, !map_length. ring.
Qed.

Lemma subst_correct al be l : Forall good l ->
  let w u v := IZR al * u + IZR be * v in
  length (fst (subst al be l)) = S (length l) /\
  (forall u v, hom (map IZR (fst (subst al be l))) u v = w u v ^ length l) /\
  Forall good (snd (subst al be l)) /\ length (snd (subst al be l)) = length l /\
  (forall u v, hom (map ev (snd (subst al be l))) u v = hom (map ev l) u (w u v)).
Proof.
  intros H w. induction H as [| c l Hc Hl IH].
  - simpl. repeat split; auto. intros; simpl; ring.
  - simpl. destruct (subst al be l) as [row s]. simpl in *.
    destruct IH as (Lr & Vr & Gs & Ls & Vs).
    rewrite times_length.
    assert (Gr : Forall good (map (fun k => scale k c) row)).
    { apply Forall_forall. intros x Hx. apply in_map_iff in Hx as (k & <- & _). auto. }
    assert (Vm := fun u v => row_of_multiples c row u v).
    destruct row as [| k row]; [discriminate Lr |]. injection Lr as Lr.
    simpl in Gr. inversion Gr as [| x y Gx Gy]; subst.
    destruct (zip_correct (map (fun k => scale k c) row) s) as (Gz & Lz & Vz); auto.
    { rewrite map_length. congruence. }
    repeat split.
    + simpl. congruence.
    + intros u v. rewrite times_hom, Vr. unfold w. simpl. ring.
    + simpl. constructor; auto.
    + simpl. rewrite Lz, map_length. congruence.
    + intros u v. simpl. rewrite Vz, Vs, map_length, Lz, map_length.
      specialize (Vm u v). simpl in Vm. rewrite !map_length in Vm.
      rewrite map_length, Rmult_plus_distr_l, <- Rplus_assoc, Vm.
      specialize (Vr u v). simpl in Vr. rewrite map_length in Vr. rewrite Vr. reflexivity.
Qed.

End Coefficients.
