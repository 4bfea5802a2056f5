(* Polynomials in n variables as nested lists of integers, outermost variable first, and the same
   lists read in Bernstein form.

   tev n p us: the value of p where variable i is replaced by the pair us i = (u, v), homogeneous of
   degree (length - 1) in each pair.  Pairs (u, 1): an ordinary polynomial.  Pairs (u, 1 - u): one in
   Bernstein form. *)

Require Import Reals List ZArith Lra Lia Bool.
Require Import Bernstein.homogeneous.
Import ListNotations.
Open Scope R_scope.

Fixpoint T (n : nat) : Type := match n with O => Z | S k => list (T k) end.

Definition tail {A} (us : nat -> A) : nat -> A := fun i => us (S i).

Fixpoint tev (n : nat) : T n -> (nat -> R * R) -> R :=
  match n with
  | O => fun z _ => IZR z
  | S k => fun l us => hom (map (fun p => tev k p (tail us)) l) (fst (us O)) (snd (us O))
  end.

Lemma tev_ext n p us vs : (forall i, (i < n)%nat -> us i = vs i) -> tev n p us = tev n p vs.
Proof.
  revert p us vs; induction n as [| n IH]; intros p us vs H; simpl; [reflexivity |].
  rewrite (H O) by lia. f_equal. apply map_ext. intros a. apply IH.
  intros i Hi. apply H. lia.
Qed.

(* ---- rectangular: every list at depth i has ds_i + 1 elements *)

Fixpoint rect (n : nat) (ds : list nat) : T n -> Prop :=
  match n with
  | O => fun _ => True
  | S k => fun l =>
      match ds with
      | [] => False
      | d :: ds' => length l = S d /\ Forall (rect k ds') l
      end
  end.

Fixpoint rectb (n : nat) (ds : list nat) : T n -> bool :=
  match n with
  | O => fun _ => true
  | S k => fun l =>
      match ds with
      | [] => false
      | d :: ds' => Nat.eqb (length l) (S d) && forallb (rectb k ds') l
      end
  end.

Lemma rectb_correct n ds p : rectb n ds p = true -> rect n ds p.
Proof.
  revert ds p; induction n as [| n IH]; intros ds p; simpl; [auto |].
  destruct ds as [| d ds]; [discriminate |].
  intros H. apply andb_true_iff in H as [E F]. apply Nat.eqb_eq in E. split; [exact E |].
  apply Forall_forall. intros x Hx. rewrite forallb_forall in F. auto.
Qed.

(* ---- sums and multiples of tensors of one shape *)

Fixpoint tadd (n : nat) : T n -> T n -> T n :=
  match n with O => Z.add | S k => zip (tadd k) end.

Fixpoint tscale (n : nat) (z : Z) : T n -> T n :=
  match n with O => Z.mul z | S k => map (tscale k z) end.

Lemma tadd_correct n ds a b : rect n ds a -> rect n ds b ->
  rect n ds (tadd n a b) /\ forall us, tev n (tadd n a b) us = tev n a us + tev n b us.
Proof.
  revert ds a b; induction n as [| n IH]; intros ds a b Ha Hb.
  - simpl. split; [exact I |]. intros. apply plus_IZR.
  - destruct ds as [| d ds]; [contradiction |].
    destruct Ha as [La Fa], Hb as [Lb Fb].
    assert (G : forall us, Forall (rect n ds) (zip (tadd n) a b) /\
        length (zip (tadd n) a b) = length a /\
        forall u v, hom (map (fun p => tev n p us) (zip (tadd n) a b)) u v
          = hom (map (fun p => tev n p us) a) u v + hom (map (fun p => tev n p us) b) u v).
    { intros us. apply (zip_correct (tadd n) (rect n ds) (fun p => tev n p us)).
      - intros x y Hx Hy. apply (IH ds x y Hx Hy).
      - intros x y Hx Hy. apply (IH ds x y Hx Hy).
      - exact (eq_trans La (eq_sym Lb)).
      - exact Fa.
      - exact Fb. }
    split.
    + simpl. destruct (G (fun _ => (0, 0))) as (G1 & G2 & _). split; [exact (eq_trans G2 La) | exact G1].
    + intros us. simpl. apply (G (tail us)).
Qed.

Lemma hom_multiples k l u v : hom (map (Rmult k) l) u v = k * hom l u v.
Proof. induction l as [| c l IH]; simpl; [ring |]. rewrite IH, map_length. ring. Qed.

Lemma tscale_ev n z p us : tev n (tscale n z p) us = IZR z * tev n p us.
Proof.
  revert p us; induction n as [| n IH]; intros p us; simpl; [apply mult_IZR |].
  rewrite <- hom_multiples, !map_map. f_equal. apply map_ext. intros a. apply IH.
Qed.

Lemma tscale_rect n ds z p : rect n ds p -> rect n ds (tscale n z p).
Proof.
  revert ds p; induction n as [| n IH]; intros ds p; simpl; [auto |].
  destruct ds as [| d ds]; [contradiction |]. intros [L F]. rewrite map_length. split; [exact L |].
  apply Forall_forall. intros x Hx. apply in_map_iff in Hx as (y & <- & Hy).
  rewrite Forall_forall in F. auto.
Qed.

(* ---- one move along one axis *)

Definition move := forall k, list (T k) -> list (T k).

Fixpoint axis (f : move) (n j : nat) : T n -> T n :=
  match n with
  | O => fun z => z
  | S k => match j with O => f k | S j' => map (axis f k j') end
  end.

Definition upd (j : nat) (g : R * R -> R * R) (us : nat -> R * R) : nat -> R * R :=
  fun i => if Nat.eqb i j then g (us i) else us i.

(* A move keeps shapes and means g on the pair of its variable. *)
Definition means (f : move) (g : R * R -> R * R) : Prop :=
  forall k ds l, Forall (rect k ds) l ->
  Forall (rect k ds) (f k l) /\ length (f k l) = length l /\
  forall us uv, hom (map (fun p => tev k p us) (f k l)) (fst uv) (snd uv)
              = hom (map (fun p => tev k p us) l) (fst (g uv)) (snd (g uv)).

Lemma axis_correct f g n j ds p : means f g -> rect n ds p ->
  rect n ds (axis f n j p) /\
  forall us, tev n (axis f n j p) us = tev n p (upd j g us) \/ (n <= j)%nat.
Proof.
  intros M. revert j ds p; induction n as [| n IH]; intros j ds p H; simpl.
  - split; [exact I |]. intros; right; lia.
  - destruct ds as [| d ds]; [contradiction |]. destruct H as [L F].
    destruct j as [| j].
    + destruct (M n ds p F) as (G & E & V). split; [split; [exact (eq_trans E L) | exact G] |].
      intros us. left. rewrite V. reflexivity.
    + split.
      * rewrite map_length. split; [exact L |]. apply Forall_forall. intros x Hx.
        apply in_map_iff in Hx as (y & <- & Hy). rewrite Forall_forall in F.
        apply (IH j ds y (F y Hy)).
      * intros us. destruct (Nat.le_gt_cases (S n) (S j)) as [Q | Q]; [right; exact Q | left].
        rewrite map_map. f_equal. apply map_ext_in. intros x Hx. rewrite Forall_forall in F.
        destruct (IH j ds x (F x Hx)) as [_ V]. destruct (V (tail us)) as [W | W]; [exact W | lia].
Qed.

Lemma axis_ev f g n j ds p us : means f g -> rect n ds p -> (j < n)%nat ->
  tev n (axis f n j p) us = tev n p (upd j g us).
Proof. intros M H Q. destruct (axis_correct f g n j ds p M H) as [_ V]. destruct (V us); [auto | lia]. Qed.

Lemma axis_rect f g n j ds p : means f g -> rect n ds p -> rect n ds (axis f n j p).
Proof. intros M H. apply (axis_correct f g n j ds p M H). Qed.

Definition substitute (al be : Z) : move := fun k l => snd (subst (tadd k) (tscale k) al be l).
Definition reverse : move := fun k l => rev l.

Lemma substitute_means al be :
  means (substitute al be) (fun uv => (fst uv, IZR al * fst uv + IZR be * snd uv)).
Proof.
  intros k ds l F.
  assert (G := fun us => subst_correct (tadd k) (tscale k) (rect k ds) (fun p => tev k p us)
    (fun a b Ha Hb => proj1 (tadd_correct k ds a b Ha Hb))
    (fun a b Ha Hb => proj2 (tadd_correct k ds a b Ha Hb) us)
    (fun z a => tscale_rect k ds z a) (fun z a => tscale_ev k z a us) al be l F).
  destruct (G (fun _ => (0, 0))) as (_ & _ & G1 & G2 & _).
  repeat split; [exact G1 | exact G2 |]. intros us uv. apply (G us).
Qed.

Lemma reverse_means : means reverse (fun uv => (snd uv, fst uv)).
Proof.
  intros k ds l F. unfold reverse. repeat split.
  - apply Forall_rev. exact F.
  - apply rev_length.
  - intros us uv. rewrite map_rev. apply hom_rev.
Qed.

Definition stretch (t : R) (uv : R * R) : R * R := (t * fst uv, t * snd uv).

Lemma tev_stretch n ds p j t us : rect n ds p -> (j < n)%nat ->
  tev n p (upd j (stretch t) us) = t ^ nth j ds O * tev n p us.
Proof.
  revert ds p j us; induction n as [| n IH]; intros ds p j us H Q; [lia |].
  destruct ds as [| d ds]; [contradiction |]. destruct H as [L F]. destruct j as [| j].
  - cbn [tev nth]. change (upd 0 (stretch t) us O) with (stretch t (us O)). unfold stretch.
    cbn [fst snd]. rewrite hom_homogeneous, map_length. f_equal.
    exact (f_equal (fun m => t ^ pred m) L).
  - cbn [tev nth]. rewrite <- hom_multiples, !map_map. f_equal. apply map_ext_in. intros x Hx.
    rewrite Forall_forall in F. apply (IH ds x j (tail us)); [auto | lia].
Qed.

(* ---- the sign of a tensor's coefficients *)

Fixpoint nonneg (n : nat) : T n -> bool :=
  match n with O => Z.leb 0 | S k => forallb (nonneg k) end.

(* positive at all corners *)
Fixpoint corners (n : nat) : T n -> bool :=
  match n with
  | O => Z.ltb 0
  | S k => fun l => match l with [] => false | x :: _ => corners k x && corners k (last l x) end
  end.

Lemma nonneg_correct n p us : nonneg n p = true ->
  (forall i, (i < n)%nat -> 0 <= fst (us i) /\ 0 <= snd (us i)) -> 0 <= tev n p us.
Proof.
  revert p us; induction n as [| n IH]; intros p us H B; simpl in *.
  - apply IZR_le. apply Z.leb_le. exact H.
  - apply hom_nonnegative; try apply (B O); try lia.
    apply Forall_forall. intros x Hx. apply in_map_iff in Hx as (q & <- & Hq).
    rewrite forallb_forall in H. apply IH; [auto |]. intros i Hi. apply (B (S i)). lia.
Qed.

Lemma last_map {A B} (f : A -> B) l d : last (map f l) (f d) = f (last l d).
Proof. induction l as [| x [| y l] IH]; simpl in *; auto. Qed.

Lemma corners_correct n p us : nonneg n p = true -> corners n p = true ->
  (forall i, (i < n)%nat -> 0 <= fst (us i) /\ 0 <= snd (us i) /\ 0 < fst (us i) + snd (us i)) ->
  0 < tev n p us.
Proof.
  revert p us; induction n as [| n IH]; intros p us H C B.
  - simpl in *. apply IZR_lt. apply Z.ltb_lt. exact C.
  - cbn [tev nonneg corners] in *. destruct p as [| x l]; [discriminate |].
    apply andb_true_iff in C as [C1 C2]. rewrite forallb_forall in H.
    assert (B' : forall i, (i < n)%nat -> 0 <= fst (tail us i) /\ 0 <= snd (tail us i)
      /\ 0 < fst (tail us i) + snd (tail us i)) by (intros i Hi; apply (B (S i)); lia).
    assert (In (last (x :: l) x) (x :: l)).
    { destruct (@exists_last _ (x :: l)) as (l' & d & E); [discriminate |].
      rewrite E, last_last. apply in_or_app. right. left. reflexivity. }
    assert (Q : forall q, In q (x :: l) -> 0 <= tev n q (tail us)).
    { intros q Hq. apply nonneg_correct; [auto |]. intros i Hi. split; apply (B' i Hi). }
    change (map (fun p => tev n p (tail us)) (x :: l))
      with (tev n x (tail us) :: map (fun p => tev n p (tail us)) l).
    apply hom_positive; try apply (B O); try lia.
    + apply Forall_forall. intros y Hy.
      change (In y (map (fun p => tev n p (tail us)) (x :: l))) in Hy.
      apply in_map_iff in Hy as (q & <- & Hq). auto.
    + apply IH; auto. apply H. left. reflexivity.
    + change (0 < last (map (fun p => tev n p (tail us)) (x :: l)) (tev n x (tail us))).
      rewrite (last_map (fun p => tev n p (tail us))). apply IH; auto.
Qed.
