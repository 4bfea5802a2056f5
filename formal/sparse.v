(* SGD-SPARSE and SPARSE-RATE: from every start inside the radius, b < n, a < 1/2, SGD leads to one data point. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From Coq Require Import FunctionalExtensionality Classical_Prop.
From SGD Require Import statements.sums.
From SGD Require Import statements.model.
From SGD Require Import statements.state.
From SGD Require Import sums.
From SGD Require Import runs.
From SGD Require Import batches.
From SGD Require Import coordinates.
From SGD Require Import ratios.
From SGD Require Import capture.
From SGD Require Import confine.
From SGD Require Import psi.
From SGD Require Import contract.
From SGD Require Import null_sets.
From SGD Require Import paths.
From SGD Require Import rate.
From SGD Require Import limit.
From SGD Require Import gradient.
From SGD Require Import step.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Lemma nearP n dl (q0 : 'I_n -> R) i (x : state n) :
  reflect [/\ Rabs (Rabs (x.1 i) - 1) <= dl, 0 < x.1 i * q0 i,
              (forall j, j != i -> Rabs (x.1 j) <= dl) & x.2 <= dl]
          (near dl q0 i x).
Proof.
apply: (iffP and4P) => [[/RlebP H1 /RltbP H2 /forallP H3 /RlebP H4]|[H1 H2 H3 H4]].
  by split => // j ji; have /implyP/(_ ji)/RlebP := H3 j.
split; [exact/RlebP | exact/RltbP | | exact/RlebP].
by apply/forallP => j; apply/implyP => ji; apply/RlebP; apply: H3.
Qed.

Section Final.
Variables (n b : nat) (a : R) (q0 : 'I_n -> R) (rho0 : R).
Hypothesis b_pos : (1 <= b)%N.
Hypothesis b_lt_n : (b < n)%N.
Hypothesis a_pos : 0 < a.
Hypothesis a_lt : a < 1 / 2.
Hypothesis rho_ge0 : 0 <= rho0.
Hypothesis radius : \rsum_(j : 'I_n) q0 j ^ 2 + rho0 < 2.
Hypothesis live : exists j, q0 j <> 0.
Notation x0 := ((q0, rho0) : state n).

(* t_* and s_* of the start *)
Lemma confined_start ts ss : 0 < ts -> ts <= 2 - r2 x0 -> ts <= 1 - 10 * a / 27 -> 0 < ss ->
  ss <= mass x0 -> ss <= (1 - 2 * a) ^ 2 * ts -> confined n b a ts ss /\ SInv ts ss x0.
Proof.
move=> t0 t1 t2 s0 s1 s2; split; last by [].
have P : (1 - 2 * a) ^ 2 <= 1 by rewrite -(pow1 2); apply: pow_incr; lra.
have Q : (1 - 2 * a) ^ 2 * ts <= 1 * 1 by apply: Rmult_le_compat; try lra; exact: pow2_ge_0.
by split => //; split => //; try lra; split.
Qed.
Lemma start : exists ts ss, confined n b a ts ss /\ SInv ts ss x0.
Proof.
have m0 : 0 < mass x0.
  case: live => j Hj; apply: Rlt_le_trans (q2_le x0 j).
  by rewrite /= -/(q0 j ^ 2) -Rsqr_pow2; apply: Rlt_0_sqr.
pose ts := Rmin (2 - r2 x0) (1 - 10 * a / 27).
have R2 : r2 x0 < 2 by exact: radius.
have t0 : 0 < ts by apply: Rmin_pos; lra.
have p0 : 0 < (1 - 2 * a) ^ 2 by apply: pow_lt; lra.
exists ts, (Rmin (mass x0) ((1 - 2 * a) ^ 2 * ts)); apply: confined_start => //.
- exact: Rmin_l.
- exact: Rmin_r.
- by apply: Rmin_pos => //; apply: Rmult_lt_0_compat.
- exact: Rmin_l.
exact: Rmin_r.
Qed.

(* Finite form: a fraction of the batch sequences of length M, uniformly in M. *)
Theorem sgd_sparse dl eps : 0 < dl -> 0 < eps ->
  exists K, forall M, (K <= M)%N ->
    INR #|[set s : M.-tuple (batch n b) |
       [exists i : 'I_n, [forall m : 'I_M.+1,
          (K <= m)%N ==> near dl q0 i (run (@step n b a) x0 (take m s))]]]|
    / INR #|{: M.-tuple (batch n b)}| >= 1 - eps.
Proof.
move=> d0 e0; have [ts [ss [Cl Ix]]] := start.
have [K HK] := @sparse_core n b a ts ss Cl x0 dl eps Ix d0 e0.
exists K => M KM; apply: Rle_ge; rewrite -avg_count; exact: HK.
Qed.

(* Almost-sure form: outside a null set of infinite batch sequences there is a live i with
   |q_i| -> 1, the sign of q_i kept, every other q_j -> 0 and rho -> 0. *)
Definition converges (w : nat -> batch n b) : Prop :=
  exists i, q0 i <> 0 /\ forall dl, 0 < dl -> exists K, forall m, (K <= m)%N ->
    let y := run (@step n b a) x0 (mkseq w m) in
    [/\ Rabs (Rabs (y.1 i) - 1) <= dl, 0 < y.1 i * q0 i,
        (forall j, j != i -> Rabs (y.1 j) <= dl) & Rabs y.2 <= dl].
Theorem sgd_sparse_as : null (fun w => ~ converges w).
Proof.
have [ts [ss [Cl Ix]]] := start => eps e0.
have [C [C1 C2]] := @sparse_core_as n b a ts ss Cl x0 Ix eps e0.
exists C; split => // w NC; apply: C1 => -[i [Li Hi]]; apply: NC; exists i; split => // dl d0.
have [K HK] := Hi dl d0; exists K => m Km /=.
have /nearP[H1 H2 H3 H4] := HK m Km; split => //.
have [R0 _ _] := @SInv_run n b a ts ss Cl x0 (mkseq w m) Ix.
by rewrite Rabs_pos_eq.
Qed.
End Final.

Section Vectors.
Variables (n d b : nat) (eta : R) (X : 'I_n -> 'I_d -> R) (w0 : 'I_d -> R) (phi : R -> R) (act : R -> bool).
Hypothesis ortho : orthonormal X.
Hypothesis ne : neuron phi act.
Hypothesis b_pos : (1 <= b)%N.
Hypothesis b_lt_n : (b < n)%N.
Notation a := (eta / INR b).
Hypothesis a0 : 0 < a.
Hypothesis a1 : a < 1 / 2.
Hypothesis radius : norm2 w0 < 2.
Notation coord := (coordinates act X).
Hypothesis live : 0 < mass (coord w0).
Lemma norm2E (w : 'I_d -> R) : norm2 w = dot w w.
Proof. by apply: eq_bigr => k _; ring. Qed.
Let R0 : 0 <= (coord w0).2. Proof. exact: bessel. Qed.
Let R2 : \rsum_(j : 'I_n) (coord w0).1 j ^ 2 + (coord w0).2 < 2.
Proof. by have := r2_coord X act w0; rewrite /r2 /mass => ->; rewrite -norm2E. Qed.
Let L0 : exists j, (coord w0).1 j <> 0.
Proof.
apply: NNPP => H; move: live; rewrite /mass big1; first lra.
move=> j _; case: (Req_dec ((coord w0).1 j) 0) => [->|K]; first by ring.
by case: H; exists j.
Qed.
Lemma coord_path B w : sgd_run eta X phi w0 B w ->
  forall m, coord (w m) = run (@step n b a) (coord w0) (mkseq B m).
Proof.
move=> Rw m; rewrite (sgd_run_map ortho ne Rw).
have [ts [ss [Cl Ix]]] := start b_pos b_lt_n a0 a1 R0 R2 L0; rewrite -surjective_pairing in Ix.
apply: (@coord_run n d b a X ortho act _ ts ss a0 a1 Cl) => //.
by move=> y c; apply: (gate_scale y ne).
Qed.

(* what the state says about the vector *)
Lemma open_coord (w : 'I_d -> R) i : (coord w).1 i <> 0 -> act (dot w (X i)) /\ (coord w).1 i = dot w (X i).
Proof.
by rewrite /= /gate_value /b2r; case: (act _); rewrite ?Rmult_1_r ?Rmult_0_r.
Qed.
Lemma distance (w : 'I_d -> R) i : (coord w).1 i * (coord w0).1 i > 0 ->
  norm2 (fun k => w k - sgn (dot w0 (X i)) * X i k) =
  (Rabs ((coord w).1 i) - 1) ^ 2 + sg (coord w) i + (coord w).2.
Proof.
set y := coord w => H2.
have [_ vE] : act (dot w (X i)) /\ y.1 i = dot w (X i) by apply: open_coord => E; rewrite -/y E in H2; lra.
have [_ q0E] : act (dot w0 (X i)) /\ (coord w0).1 i = dot w0 (X i).
  by apply: open_coord => E; rewrite E in H2; lra.
set sg0 := sgn _.
have Sg : sg0 * sg0 = 1 by rewrite /sg0 /sgn; case: Rltb; ring.
have Sq : sg0 * y.1 i = Rabs (y.1 i).
  rewrite /sg0 /sgn -q0E; case: RltbP => Q.
    by rewrite Rabs_pos_eq; [ring | apply: Rnot_lt_le => Q'; nra].
  by rewrite Rabs_left1; [ring | apply: Rnot_lt_le => Q'; nra].
rewrite norm2E (_ : (fun k => w k - sg0 * X i k) = (fun k => 1 * w k + - sg0 * X i k)); last first.
  by apply: functional_extensionality => k; ring.
rewrite dot_lin (dotC w) (dotC (X i)) !dot_lin (dotC (X i) w) ortho eqxx -vE.
have R := r2_coord X act w; rewrite -/y /r2 (mass_split y i) in R.
rewrite -R (_ : (Rabs (y.1 i) - 1) ^ 2 = Rabs (y.1 i) ^ 2 - 2 * Rabs (y.1 i) + 1); last by ring.
rewrite pow2_abs -Sq; set z := y.1 i; set Z := sg y i.
rewrite (_ : 1 * (1 * (z ^ 2 + Z + y.2) + - sg0 * z) + - sg0 * (1 * z + - sg0 * 1) =
  z ^ 2 + Z + y.2 - 2 * (sg0 * z) + sg0 * sg0); last by ring.
by rewrite Sg; ring.
Qed.

(* SGD-SPARSE on vectors, almost surely *)
Definition found (w : nat -> 'I_d -> R) : Prop := exists i,
  [/\ (coord w0).1 i <> 0, tends_to w (fun k => sgn (dot w0 (X i)) * X i k),
      tends (fun m => (coord (w m)).1 i ^ 2) 1, tends (fun m => sg (coord (w m)) i) 0 &
      tends (fun m => (coord (w m)).2) 0].
Theorem sgd_sparse_vectors : null (fun B : nat -> batch n b => ~ exists w, sgd_run eta X phi w0 B w /\ found w).
Proof.
have main := sgd_sparse_as b_pos b_lt_n a0 a1 R0 R2 L0 => e e0.
have [C [C1 C2]] := main e e0; exists C; split => // B NS; apply: C1 => -[i [Li Hi]]; apply: NS.
have [w Rw] := sgd_run_exists eta w0 B ortho ne; exists w; split => //; exists i.
have N0 : 0 <= INR n by apply: pos_INR.
have key e' : 0 < e' -> exists K, forall m, (K <= m)%N ->
    [/\ Rabs (Rabs ((coord (w m)).1 i) - 1) <= e', 0 < (coord (w m)).1 i * (coord w0).1 i,
        sg (coord (w m)) i <= e', (Rabs ((coord (w m)).1 i) - 1) ^ 2 <= e' & Rabs (coord (w m)).2 <= e'].
  move=> e'0; pose dl := Rmin 1 (e' / (INR n + 2)).
  have d0 : 0 < dl by apply: Rmin_pos; [lra | apply: Rdiv_lt_0_compat; lra].
  have d1 : dl <= 1 by apply: Rmin_l.
  have d2 : dl * (INR n + 2) <= e'.
    apply: (Rle_trans _ (e' / (INR n + 2) * (INR n + 2))); last by right; field; lra.
    by apply: Rmult_le_compat_r; [lra | apply: Rmin_r].
  have d3 : dl <= e'.
    have : dl * 1 <= dl * (INR n + 2) by apply: Rmult_le_compat_l; lra.
    lra.
  have [K HK] := Hi dl d0; exists K => m Km; have := HK m Km.
  rewrite -surjective_pairing -(coord_path Rw); cbv zeta; set y := coord (w m) => -[H1 H2 H3 H4].
  have A1 : (Rabs (y.1 i) - 1) ^ 2 <= dl.
    by rewrite -pow2_abs; have := Rabs_pos (Rabs (y.1 i) - 1); nra.
  have A2 : sg y i <= INR n * dl.
    apply: (Rle_trans _ (\rsum_(j : 'I_n | j != i) dl)).
      by apply: rsum_le => j ji; have := H3 j ji; rewrite -pow2_abs; have := Rabs_pos (y.1 j); nra.
    rewrite rsum_const; apply: Rmult_le_compat_r; first lra.
    by apply: le_INR; apply/leP; rewrite -[X in (_ <= X)%N](card_ord n) max_card.
  by split => //; lra.
split => //.
- move=> e' e'0; have [K HK] := key (e' / 3) ltac:(lra); exists K => m Km.
  have [H1 H2 H3 H4 H5] := HK m Km; rewrite distance // Rminus_0_r Rabs_pos_eq.
    by have := Rle_abs (coord (w m)).2; lra.
  have := sq_ge0 (Rabs ((coord (w m)).1 i) - 1); have := sg_ge0 (coord (w m)) i.
  have : 0 <= (coord (w m)).2 by apply: bessel.
  lra.
- move=> e' e'0; have [K HK] := key (Rmin 1 (e' / 3)) ltac:(apply: Rmin_pos; lra); exists K => m Km.
  have [H1 H2 H3 H4 H5] := HK m Km; rewrite -pow2_abs; set z := Rabs ((coord (w m)).1 i) in H1 *.
  have P1 := Rmin_l 1 (e' / 3); have P2 := Rmin_r 1 (e' / 3); set dl := Rmin _ _ in H1 P1 P2.
  have z0 : 0 <= z by apply: Rabs_pos.
  have [L1 L2] : - dl <= z - 1 <= dl by split; [have := Rabs_def2 | have := Rle_abs (z - 1)]; rewrite /Rabs in H1 *; move: H1; case: Rcase_abs; lra.
  by apply: Rabs_le; nra.
- move=> e' e'0; have [K HK] := key e' e'0; exists K => m Km.
  have [H1 H2 H3 H4 H5] := HK m Km; rewrite Rminus_0_r Rabs_pos_eq //; exact: sg_ge0.
move=> e' e'0; have [K HK] := key e' e'0; exists K => m Km.
by have [H1 H2 H3 H4 H5] := HK m Km; rewrite Rminus_0_r.
Qed.

(* The rate: T = (n-1) M and c2 are explicit and do not depend on the accuracy dl. *)
Theorem sgd_sparse_rate ts ss M : 0 < ts -> ts <= 2 - norm2 w0 -> ts <= 1 - 10 * a / 27 -> 0 < ss ->
  ss <= mass (coord w0) -> ss <= (1 - 2 * a) ^ 2 * ts -> enough n b a ts ss M ->
  [/\ (0 < n.-1 * M)%N, 0 <= c2 n b a ts ss M < 1 &
  forall dl, 0 < dl -> exists C, 0 < C /\ forall K M', (K <= M')%N ->
    1 - C * c2 n b a ts ss M ^ (K %/ (n.-1 * M)) <=
    INR #|[set s : M'.-tuple (batch n b) | [exists i : 'I_n, [forall m : 'I_M'.+1,
       (K <= m)%N ==> near dl (coord w0).1 i (run (@step n b a) (coord w0) (take m s))]]]|
    / INR #|{: M'.-tuple (batch n b)}|].
Proof.
move=> t0 t1 t2 s0 s1 s2 EM.
have E2 : r2 ((coord w0).1, (coord w0).2) = norm2 w0 by rewrite norm2E -(r2_coord X act w0).
have [Cl Ix] : confined n b a ts ss /\ SInv ts ss ((coord w0).1, (coord w0).2).
  by apply: confined_start; rewrite ?E2.
rewrite -surjective_pairing in Ix.
have [T0 c01 H] := @sparse_rate n b a ts ss Cl (coord w0) M Ix EM.
split => // dl d0; have [lev [l0 Hl]] := H dl d0.
exists (/ lev); split; first by apply: Rinv_0_lt_compat.
move=> K M' KM; rewrite -avg_count Rmult_comm; exact: (Hl K M' KM).
Qed.
End Vectors.
