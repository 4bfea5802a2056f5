(* Certificates: a polynomial, a box and a subdivision; the check, and what it proves.

   The box: low_k <= x_k <= high_k, both polynomials in x_0 .. x_(k-1).  Every such point is the image of
   a point of the unit cube under x_k = low_k + u_k (high_k - low_k), also where high_k = low_k. *)

Require Import Reals List ZArith Lra Lia Bool.
Require Import Bernstein.tensor Bernstein.cover Bernstein.polynomial.
Import ListNotations.
Open Scope R_scope.

(* ---- polynomials as written *)

Inductive expr :=
  | Int (z : Z)
  | Ratio (z : Z) (d : positive)
  | Var (j : nat)
  | Opp (e : expr)
  | Add (e f : expr)
  | Sub (e f : expr)
  | Mul (e f : expr)
  | Pow (e : expr) (k : nat).

Fixpoint value (xs : list R) (e : expr) : R :=
  match e with
  | Int z => IZR z
  | Ratio z d => IZR z / IZR (Zpos d)
  | Var j => nth j xs 0
  | Opp e => - value xs e
  | Add e f => value xs e + value xs f
  | Sub e f => value xs e - value xs f
  | Mul e f => value xs e * value xs f
  | Pow e k => value xs e ^ k
  end.

(* Only variables before the k-th occur. *)
Fixpoint before (k : nat) (e : expr) : bool :=
  match e with
  | Int _ | Ratio _ _ => true
  | Var j => Nat.ltb j k
  | Opp e | Pow e _ => before k e
  | Add e f | Sub e f | Mul e f => before k e && before k f
  end.

Fixpoint expand (n : nat) (images : list (Q n)) (e : expr) : Q n :=
  match e with
  | Int z => qconst n z 1
  | Ratio z d => qconst n z d
  | Var j => nth j images (qconst n 0 1)
  | Opp e => qopp n (expand n images e)
  | Add e f => qadd n (expand n images e) (expand n images f)
  | Sub e f => qadd n (expand n images e) (qopp n (expand n images f))
  | Mul e f => qmul n (expand n images e) (expand n images f)
  | Pow e k => qpow n (expand n images e) k
  end.

Lemma expand_ev n images e xs k u :
  (forall j, (j < k)%nat -> qev n (nth j images (qconst n 0 1)) u = nth j xs 0) ->
  before k e = true -> qev n (expand n images e) u = value xs e.
Proof.
  intros H. induction e as [z | z d | j | e IH | e IHe f IHf | e IHe f IHf | e IHe f IHf | e IH m];
    cbn [before expand value]; intros B;
    try (apply andb_true_iff in B as [Be Bf]; specialize (IHe Be); specialize (IHf Bf)).
  - rewrite qconst_ev. field.
  - apply qconst_ev.
  - apply H. apply Nat.ltb_lt. exact B.
  - rewrite qopp_ev, IH by exact B. reflexivity.
  - rewrite qadd_ev, IHe, IHf. reflexivity.
  - rewrite qadd_ev, qopp_ev, IHe, IHf. reflexivity.
  - rewrite qmul_ev, IHe, IHf. reflexivity.
  - rewrite qpow_ev, IH by exact B. reflexivity.
Qed.

(* ---- the certificate, and what it states *)

Record certificate := Certificate {
  strict : bool;
  polynomial : expr;
  box : list (expr * expr);
  subdivision : tree
}.

Fixpoint within (xs : list R) (k : nat) (b : list (expr * expr)) (goal : Prop) : Prop :=
  match b with
  | [] => goal
  | (low, high) :: b' =>
      value xs low <= nth k xs 0 <= value xs high -> within xs (S k) b' goal
  end.

Definition states (c : certificate) (xs : list R) : Prop :=
  within xs 0 (box c)
    (if strict c then 0 < value xs (polynomial c) else 0 <= value xs (polynomial c)).

(* ---- the check *)

Definition image (n k : nat) (images : list (Q n)) (low high : expr) : Q n :=
  let l := expand n images low in
  let h := expand n images high in
  qadd n l (qmul n (qvar n k) (qadd n h (qopp n l))).

Fixpoint image_of_box (n k : nat) (b : list (expr * expr)) (images : list (Q n)) :
    option (list (Q n)) :=
  match b with
  | [] => Some images
  | (low, high) :: b' =>
      if before k low && before k high
      then image_of_box n (S k) b' (images ++ [image n k images low high])
      else None
  end.

Definition check (c : certificate) : bool :=
  let n := length (box c) in
  before n (polynomial c) &&
  match image_of_box n 0 (box c) [] with
  | None => false
  | Some images =>
      let p := expand n (map (qvar n) (seq 0 n)) (polynomial c) in
      let cube := fst (compose n n (fst p) images) in
      let ds := degrees n cube in
      let cube := pad n ds cube in
      rectb n ds cube && covered n (leaf (strict c) n) (subdivision c) (to_bernstein n n cube)
  end.

(* ---- soundness *)

Definition facts (xs : list R) (k : nat) (b : list (expr * expr)) : Prop :=
  forall i low high, nth_error b i = Some (low, high) ->
  value xs low <= nth (k + i) xs 0 <= value xs high.

Lemma within_intro xs b (goal : Prop) k : (facts xs k b -> goal) -> within xs k b goal.
Proof.
  revert k; induction b as [| [low high] b IH]; intros k H; cbn [within].
  - apply H. intros [| i] low high E; discriminate E.
  - intros B. apply IH. intros F. apply H. intros [| i] lo hi E; cbn [nth_error] in E.
    + injection E as <- <-. rewrite Nat.add_0_r. exact B.
    + rewrite Nat.add_succ_r. apply (F i lo hi E).
Qed.

Definition unit_of (l h x : R) : R :=
  match Rlt_dec l h with left _ => (x - l) / (h - l) | right _ => 0 end.

Lemma unit_of_correct l h x : l <= x <= h ->
  0 <= unit_of l h x <= 1 /\ x = l + unit_of l h x * (h - l).
Proof.
  intros B. unfold unit_of. destruct (Rlt_dec l h) as [W | W]; [| split; lra].
  assert (V : 0 < / (h - l)) by (apply Rinv_0_lt_compat; lra).
  unfold Rdiv. split; [split |].
  - apply Rmult_le_pos; lra.
  - apply (Rmult_le_reg_r (h - l)); [lra |]. rewrite Rmult_assoc, Rinv_l; lra.
  - rewrite Rmult_assoc, Rinv_l; lra.
Qed.

Definition point (xs : list R) (b : list (expr * expr)) (i : nat) : R :=
  match nth_error b i with
  | Some (low, high) => unit_of (value xs low) (value xs high) (nth i xs 0)
  | None => 0
  end.

Lemma point_in_cube xs b : facts xs 0 b -> in_cube (point xs b).
Proof.
  intros F i. unfold point. destruct (nth_error b i) as [[low high] |] eqn:E; [| lra].
  apply unit_of_correct. apply (F i low high E).
Qed.

Lemma image_of_box_ev n xs u b k images found :
  length images = k -> (k + length b <= n)%nat ->
  (forall j, (j < k)%nat -> qev n (nth j images (qconst n 0 1)) u = nth j xs 0) ->
  (forall i low high, nth_error b i = Some (low, high) ->
   nth (k + i) xs 0 = value xs low + u (k + i)%nat * (value xs high - value xs low)) ->
  image_of_box n k b images = Some found ->
  forall j, (j < k + length b)%nat -> qev n (nth j found (qconst n 0 1)) u = nth j xs 0.
Proof.
  revert k images; induction b as [| [low high] b IH]; intros k images L N H F E j Q;
    cbn [image_of_box] in E.
  - injection E as <-. apply H. simpl in Q. lia.
  - destruct (before k low && before k high) eqn:B; [| discriminate].
    apply andb_true_iff in B as [Bl Bh]. simpl in N, Q.
    apply (IH (S k) (images ++ [image n k images low high])); try assumption; try lia.
    + rewrite app_length. simpl. lia.
    + intros i Hi. destruct (Nat.eq_dec i k) as [-> | D].
      * rewrite app_nth2, L, Nat.sub_diag by lia. cbn [nth]. unfold image.
        rewrite qadd_ev, qmul_ev, qvar_ev, qadd_ev, qopp_ev by lia.
        rewrite !(expand_ev n images _ xs k u) by assumption.
        specialize (F O low high eq_refl). rewrite Nat.add_0_r in F. rewrite F. ring.
      * rewrite app_nth1 by lia. apply H. lia.
    + intros i lo hi Ei. replace (S k + i)%nat with (k + S i)%nat by lia. apply F. exact Ei.
Qed.

Theorem sound c : check c = true -> forall xs, states c xs.
Proof.
  intros C xs. unfold states. apply within_intro. intros F.
  unfold check in C. set (n := length (box c)) in *.
  apply andb_true_iff in C as [P C].
  destruct (image_of_box n 0 (box c) []) as [images |] eqn:E; [| discriminate].
  set (p := expand n (map (qvar n) (seq 0 n)) (polynomial c)) in *.
  set (q := compose n n (fst p) images) in *.
  apply andb_true_iff in C as [R V]. apply rectb_correct in R.
  set (u := point xs (box c)).
  assert (B : in_cube u) by (apply point_in_cube; exact F).
  assert (S := bernstein _ n _ _ _ R V u B). rewrite pad_ev in S.
  assert (G : qev n q u = tev n (fst p) (powers (fun i => nth i xs 0))).
  { unfold q. rewrite compose_ev. apply tev_ext. intros i Hi. unfold powers. f_equal.
    apply (image_of_box_ev n xs u (box c) 0 [] images); auto.
    - intros j Hj. lia.
    - intros k low high Ek. cbn [plus Nat.add]. unfold u, point. rewrite Ek.
      apply unit_of_correct. apply (F k low high Ek). }
  assert (X : qev n p (fun i => nth i xs 0) = value xs (polynomial c)).
  { apply (expand_ev n _ _ xs n); [| exact P]. intros j Hj.
    rewrite (nth_indep _ _ (qvar n O)) by (rewrite map_length, seq_length; exact Hj).
    rewrite map_nth, seq_nth by exact Hj. apply qvar_ev. exact Hj. }
  unfold qev in G, X. rewrite <- G in X.
  change (sign (strict c) (value xs (polynomial c))). rewrite <- X.
  assert (D : forall d : positive, 0 < IZR (Zpos d)) by (intros d; apply IZR_lt; reflexivity).
  apply (sign_scaled _ (IZR (Zpos (snd q)) * IZR (Zpos (snd p)))).
  - apply Rmult_lt_0_compat; apply D.
  - replace (_ * _) with (tev n (fst q) (powers u)); [exact S |].
    field. split; apply Rgt_not_eq; apply D.
Qed.
