(* The two one-variable derivatives behind the gradient, and that of the loss along a line. *)
From Coq Require Import Reals Lra Psatz.
Open Scope R_scope.

Lemma square_max_bound y h : Rabs (Rmax 0 (y + h) ^ 2 - Rmax 0 y ^ 2 - 2 * h * Rmax 0 y) <= h ^ 2.
Proof.
  apply Rabs_le. unfold Rmax. destruct (Rle_dec 0 (y + h)); destruct (Rle_dec 0 y); split; nra.
Qed.
Lemma relu_square y : derivable_pt_lim (fun y => Rmax 0 y ^ 2) y (2 * Rmax 0 y).
Proof.
  intros eps e0. exists (mkposreal eps e0). simpl. intros h h0 hl.
  assert (P : 0 < Rabs h) by now apply Rabs_pos_lt.
  pose proof (square_max_bound y h) as B.
  replace ((Rmax 0 (y + h) * (Rmax 0 (y + h) * 1) - Rmax 0 y * (Rmax 0 y * 1)) / h - 2 * Rmax 0 y)
    with ((Rmax 0 (y + h) ^ 2 - Rmax 0 y ^ 2 - 2 * h * Rmax 0 y) / h) by (simpl; field; assumption).
  unfold Rdiv. rewrite Rabs_mult, Rabs_inv.
  apply Rle_lt_trans with (h ^ 2 * / Rabs h).
  - apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat | assumption].
  - rewrite <- (pow2_abs h). replace (Rabs h ^ 2 * / Rabs h) with (Rabs h) by (field; lra). lra.
Qed.
Lemma lin_square y : derivable_pt_lim (fun y => y ^ 2) y (2 * y).
Proof.
  replace (2 * y) with (INR 2 * y ^ (pred 2)) by (simpl; ring). apply derivable_pt_lim_pow.
Qed.

Section Loss.
Variables (sq dsq : R -> R).
Hypothesis D : forall y, derivable_pt_lim sq y (dsq y).
Lemma loss_line q e r g hh :
  derivable_pt_lim (fun u => / 2 * (1 - sq (q + u * e) * (2 - (r + 2 * u * g + u ^ 2 * hh)))) 0
    (sq q * g - / 2 * dsq q * e * (2 - r)).
Proof.
  assert (A : derivable_pt_lim (fun u => q + u * e) 0 e).
  { intros eps e0. exists (mkposreal eps e0). simpl. intros h h0 hl.
    match goal with |- Rabs ?z < _ => replace z with 0 by (field; assumption) end.
    rewrite Rabs_R0. assumption. }
  assert (B : derivable_pt_lim (fun u => sq (q + u * e)) 0 (dsq q * e)).
  { apply (derivable_pt_lim_comp (fun u => q + u * e) sq); [exact A |].
    replace (q + 0 * e) with q by ring. apply D. }
  assert (C : derivable_pt_lim (fun u => 2 - (r + 2 * u * g + u ^ 2 * hh)) 0 (- (2 * g))).
  { intros eps e0. 
    assert (P : 0 < eps / (Rabs hh + 1)).
    { apply Rdiv_lt_0_compat; [assumption | pose proof (Rabs_pos hh); lra]. }
    exists (mkposreal _ P). simpl. intros h h0 hl.
    match goal with |- Rabs ?z < _ => replace z with (- (h * hh)) by (field; assumption) end.
    rewrite Rabs_Ropp, Rabs_mult. pose proof (Rabs_pos hh). pose proof (Rabs_pos h).
    apply Rle_lt_trans with (Rabs h * (Rabs hh + 1)); [apply Rmult_le_compat_l; lra |].
    apply Rlt_le_trans with (eps / (Rabs hh + 1) * (Rabs hh + 1)).
    - apply Rmult_lt_compat_r; lra.
    - right. field. lra. }
  pose proof (derivable_pt_lim_mult _ _ _ _ _ B C) as E. 
  pose proof (derivable_pt_lim_minus _ _ _ _ _ (derivable_pt_lim_const 1 0) E) as F.
  pose proof (derivable_pt_lim_scal _ (/ 2) _ _ F) as G.
  replace (sq q * g - / 2 * dsq q * e * (2 - r)) with
    (/ 2 * (0 - (dsq q * e * (2 - (r + 2 * 0 * g + 0 ^ 2 * hh)) + sq (q + 0 * e) * - (2 * g)))).
  - exact G.
  - replace (q + 0 * e) with q by ring. field.
Qed.
End Loss.
