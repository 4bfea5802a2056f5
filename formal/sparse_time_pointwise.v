(* The real inequalities behind one step of SPARSE-TIME; each is a Bernstein certificate. *)
From Coq Require Import Reals Lra Psatz.
From SGD.certificates Require gap0 gap1 gap2 bound0 bound1 bound2 bandlow bandhigh.
From SGD Require Import band.
Open Scope R_scope.

Definition bnd (a d pi c : R) : R :=
  1 + a * (1 - d) * (c / 2 - pi) - a ^ 2 / 12 * (4 * (pi * (1 - pi)) + c * (2 - c)).
Definition al (a d pi : R) : R := 1 - a * ((1 + d) * pi).
Definition be (a d pi : R) : R := al a d pi + a * (1 - d).
Definition mss (a d pi : R) : R := al a d pi ^ 2 * (1 - pi) + be a d pi ^ 2 * pi.

Section P.
Variables a xi pi : R.
Hypothesis a0 : 0 < a.
Hypothesis a1 : a <= 23 / 100.
Hypothesis x0 : 0 <= xi.
Hypothesis x1 : xi <= 1 / 4.
Hypothesis p0 : 0 <= pi.
Hypothesis p1 : pi <= 1.
Let d := a * xi.



Ltac crt thm k := let H := fresh in
  pose proof (thm a xi pi ltac:(lra) ltac:(lra) ltac:(lra)) as H;
  apply Rminus_le_0; refine (scaled_ge0 k _ _ _ H _);
  [ repeat (apply Rmult_le_pos || apply pow_le); lra
  | unfold bnd, mss, be, al, d; field ].

Lemma gap0 : al a d pi ^ 2 <= bnd a d pi 0 ^ 2 * mss a d pi.
Proof. crt gap0.nonnegative (a ^ 2 * pi). Qed.
Lemma gap1 : al a d pi * be a d pi <= bnd a d pi 1 ^ 2 * mss a d pi.
Proof. crt gap1.nonnegative (a ^ 2). Qed.
Lemma gap2 : be a d pi ^ 2 <= bnd a d pi 2 ^ 2 * mss a d pi.
Proof. crt gap2.nonnegative (a ^ 2 * pi * (1 - pi)). Qed.
Lemma bound0 : 0 <= bnd a d pi 0.
Proof. crt bound0.nonnegative 1. Qed.
Lemma bound1 : 0 <= bnd a d pi 1.
Proof. crt bound1.nonnegative 1. Qed.
Lemma bound2 : 0 <= bnd a d pi 2.
Proof. crt bound2.nonnegative 1. Qed.
Lemma al_pos : 0 < al a d pi.
Proof.
  unfold al, d.
  assert (a * xi <= 1 * (1 / 4)) by (apply Rmult_le_compat; lra).
  assert (0 <= a * xi) by (apply Rmult_le_pos; lra).
  assert ((1 + a * xi) * pi <= (5 / 4) * 1) by (apply Rmult_le_compat; lra).
  assert (0 <= (1 + a * xi) * pi) by (apply Rmult_le_pos; lra).
  assert (a * ((1 + a * xi) * pi) <= (23 / 100) * (5 / 4)) by (apply Rmult_le_compat; lra).
  lra.
Qed.
Lemma be_ge : al a d pi <= be a d pi.
Proof.
  unfold be, d.
  assert (a * xi <= 1 * (1 / 4)) by (apply Rmult_le_compat; lra).
  assert (0 <= a * (1 - a * xi)) by (apply Rmult_le_pos; lra).
  lra.
Qed.
Lemma mss_pos : 0 < mss a d pi.
Proof.
  pose proof al_pos. pose proof be_ge. unfold mss.
  assert (0 < al a d pi ^ 2) by (apply pow_lt; lra).
  assert (al a d pi ^ 2 <= be a d pi ^ 2) by (apply pow_incr; lra).
  assert (al a d pi ^ 2 * pi <= be a d pi ^ 2 * pi) by (apply Rmult_le_compat_r; lra).
  replace (al a d pi ^ 2 * (1 - pi)) with (al a d pi ^ 2 - al a d pi ^ 2 * pi) by ring.
  lra.
Qed.
(* The band: s = 1 + d, S = s pi, s+ = s mss. *)
Lemma band : 0 <= (1 + d) * mss a d pi - 1 <= a / 4.
Proof.
  assert (D : 0 <= a * xi) by (apply Rmult_le_pos; lra).
  assert (0 <= 1 * ((1 + d) * pi)) by (rewrite Rmult_1_l; apply Rmult_le_pos; unfold d; lra).
  assert (1 * ((1 + d) * pi) <= 1 * a * xi + 1).
  { replace (1 * a * xi + 1) with ((1 + d) * 1) by (unfold d; ring).
    rewrite Rmult_1_l. apply Rmult_le_compat_l; unfold d; lra. }
  split.
  - pose proof (bandlow.nonnegative a xi ((1 + d) * pi) ltac:(lra) ltac:(lra) ltac:(lra)) as HC.
    apply (scaled_ge0 a _ _ ltac:(lra) HC). unfold mss, be, al, d. field.
  - pose proof (bandhigh.nonnegative a xi ((1 + d) * pi) ltac:(lra) ltac:(lra) ltac:(lra)) as HC.
    apply Rminus_le_0.
    apply (scaled_ge0 a _ _ ltac:(lra) HC). unfold mss, be, al, d. field.
Qed.
End P.

(* Both members of a pair at once: ci, cj are 0 or 1. *)
Lemma pair a d pi ci cj : 0 < a -> a <= 23 / 100 -> 0 <= d -> d <= a / 4 -> 0 <= pi -> pi <= 1 ->
  ci = 0 \/ ci = 1 -> cj = 0 \/ cj = 1 ->
  (al a d pi + a * (1 - d) * ci) * (al a d pi + a * (1 - d) * cj)
    <= bnd a d pi (ci + cj) ^ 2 * mss a d pi /\
  0 <= bnd a d pi (ci + cj) /\ 0 < mss a d pi /\ 0 < al a d pi /\ al a d pi <= be a d pi /\
  0 <= (1 + d) * mss a d pi - 1 <= a / 4.
Proof.
  intros H0 H1 H2 H3 H4 H5 Hi Hj.
  assert (X0 : 0 <= d / a) by (apply Rmult_le_pos; [lra | left; apply Rinv_0_lt_compat; lra]).
  assert (X1 : d / a <= 1 / 4).
  { apply (Rmult_le_reg_r a); [lra |]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
  assert (E : d = a * (d / a)) by (field; lra).
  rewrite E. clear E. revert X0 X1. generalize (d / a). intros xi X0 X1.
  repeat split; try (now apply mss_pos) ; try (now apply al_pos); try (now apply be_ge);
    try (now apply band).
  - destruct Hi as [-> | ->], Hj as [-> | ->];
      repeat rewrite Rplus_0_l; repeat rewrite Rplus_0_r; repeat rewrite Rmult_0_r;
      repeat rewrite Rmult_1_r; repeat rewrite Rplus_0_r.
    + replace (al a (a * xi) pi * al a (a * xi) pi) with (al a (a * xi) pi ^ 2) by ring.
      now apply gap0.
    + now apply gap1.
    + rewrite Rmult_comm. now apply gap1.
    + replace (1 + 1) with 2 by ring.
      change (be a (a * xi) pi * be a (a * xi) pi <= bnd a (a * xi) pi 2 ^ 2 * mss a (a * xi) pi).
      replace (be a (a * xi) pi * be a (a * xi) pi) with (be a (a * xi) pi ^ 2) by ring.
      now apply gap2.
  - destruct Hi as [-> | ->], Hj as [-> | ->];
      repeat rewrite Rplus_0_l; repeat rewrite Rplus_0_r.
    + now apply bound0.
    + now apply bound1.
    + now apply bound1.
    + replace (1 + 1) with 2 by ring. now apply bound2.
Qed.
