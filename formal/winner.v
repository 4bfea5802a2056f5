(* The winner's own mass z = q_i^2 and the rest rho: one step is the full batch's up to 200 sigma in V, sigma the others' squares. *)
From Coq Require Import Reals Lra Psatz.
From SGD Require Import band mass full_batch.
Open Scope R_scope.

Lemma V_lip z1 r1 z2 r2 e1 e2 : 0 <= z1 <= 2 -> 0 <= z2 <= 2 -> 
  Rabs (z1 - z2) <= e1 -> Rabs (r1 - r2) <= e2 -> V z1 r1 <= V z2 r2 + 24 * e1 + 4 * e2.
Proof.
  intros H1 H2 E1 E2. unfold V.
  assert (X : (z1 ^ 2 - 1) ^ 2 - (z2 ^ 2 - 1) ^ 2 = (z1 - z2) * ((z1 + z2) * (z1 ^ 2 + z2 ^ 2 - 2)))
    by ring.
  assert (Q1 : 0 <= z1 ^ 2 <= 4) by nra. assert (Q2 : 0 <= z2 ^ 2 <= 4) by nra.
  assert (Y : Rabs ((z1 + z2) * (z1 ^ 2 + z2 ^ 2 - 2)) <= 4 * 6).
  { rewrite Rabs_mult. apply Rmult_le_compat; try apply Rabs_pos; apply Rabs_le; lra. }
  assert (Z : Rabs ((z1 - z2) * ((z1 + z2) * (z1 ^ 2 + z2 ^ 2 - 2))) <= e1 * 24).
  { rewrite Rabs_mult. apply Rmult_le_compat; try apply Rabs_pos; lra. }
  pose proof (Rle_abs ((z1 - z2) * ((z1 + z2) * (z1 ^ 2 + z2 ^ 2 - 2)))).
  pose proof (Rle_abs (r1 - r2)). lra.
Qed.

Section VS.
Variables a ts z sg rho w : R.
Hypothesis a0 : 0 < a.
Hypothesis a1 : a < 1 / 2.
Hypothesis ts0 : 0 < ts.
Hypothesis ts1 : ts <= 1 - 10 * a / 27.
Hypothesis z0 : 0 <= z.
Hypothesis sg0 : 0 <= sg.
Hypothesis r0 : 0 <= rho.
Hypothesis w0 : 0 <= w.
Hypothesis w1 : w <= sg.
Let r := z + sg + rho.
Hypothesis T : ts <= 2 - r.

Lemma V_out : V (z * (1 - a * w) ^ 2) (rho * (1 - a * w) ^ 2) <= V z rho + 200 * sg.
Proof.
  unfold r in T.
  destruct (factors a ts a0 a1 ts0 r w ltac:(lra) ltac:(unfold r; lra) ltac:(unfold r; lra))
    as ((F0 & F1) & F2 & _).
  assert (aw : 0 <= a * w <= 1 / 2 * sg).
  { split; [apply Rmult_le_pos; lra | apply Rmult_le_compat; lra]. }
  assert (E : 0 <= 1 - (1 - a * w) ^ 2 <= sg) by nra.
  assert (P : forall y, 0 <= y <= 2 -> 0 <= y * (1 - a * w) ^ 2 <= 2 /\
      Rabs (y * (1 - a * w) ^ 2 - y) <= 2 * sg).
  { intros y Hy.
    assert (A : 0 <= y * (1 - (1 - a * w) ^ 2) <= 2 * sg).
    { split; [apply Rmult_le_pos; lra | apply Rmult_le_compat; lra]. }
    replace (y * (1 - a * w) ^ 2) with (y - y * (1 - (1 - a * w) ^ 2)) by ring.
    split. 
    - split; [| lra]. replace (y - y * (1 - (1 - a * w) ^ 2)) with (y * (1 - a * w) ^ 2) by ring.
      apply Rmult_le_pos; [lra | apply pow2_ge_0].
    - rewrite Rabs_left1; lra. }
  destruct (P z ltac:(lra)) as (Z1 & Z2). destruct (P rho ltac:(lra)) as (R1 & R2).
  pose proof (V_lip _ _ z rho _ _ Z1 ltac:(lra) Z2 R2). lra.
Qed.

Lemma V_in : let S := z + w in
  V (z * (1 - a * S + a * (2 - r)) ^ 2) (rho * (1 - a * S) ^ 2) <=
  V z rho - 4 * a * (1 - 2 * a) * z * (z * (z - 1) ^ 2 + rho) + 200 * sg.
Proof.
  intro S. unfold r in T.
  pose proof (full_batch a z rho a0 a1 z0 r0 ltac:(lra)) as FB.
  pose proof (confine a ts a0 a1 ts0 ts1 (z + rho) z ltac:(lra) ltac:(lra) ltac:(lra)) as C1.
  pose proof (confine a ts a0 a1 ts0 ts1 r S ltac:(unfold S; lra) ltac:(unfold S, r; lra) ltac:(unfold r; lra)) as C2.
  destruct (factors a ts a0 a1 ts0 (z + rho) z ltac:(lra) ltac:(lra) ltac:(lra))
    as ((F0 & F1) & F2 & F3 & F4).
  destruct (factors a ts a0 a1 ts0 r S ltac:(unfold S; lra) ltac:(unfold S, r; lra) ltac:(unfold r; lra))
    as ((G0 & G1) & G2 & G3 & G4).
  replace (1 - a * z + a * (2 - (z + rho))) with (1 + a * (2 - rho - 2 * z)) in * by ring.
  set (f := 1 + a * (2 - rho - 2 * z)) in *.
  set (h := 1 - a * S + a * (2 - r)) in *.
  assert (EH : f - h = a * (w + sg)) by (unfold f, h, S, r; ring).
  assert (ats : 0 <= a * ts) by (apply Rmult_le_pos; lra).
  assert (f0 : 0 <= f <= 2).
  { split. 
    - apply Rle_trans with ((1 + a * ts) * (1 - a * z)); [apply Rmult_le_pos; lra | lra].
    - apply Rle_trans with ((1 + 2 * a) * (1 - a * z)); [lra |].
      replace 2 with (2 * 1) at 2 by ring. apply Rmult_le_compat; lra. }
  assert (h0 : 0 <= h <= 2).
  { split. 
    - apply Rle_trans with ((1 + a * ts) * (1 - a * S)); [apply Rmult_le_pos; lra | lra].
    - apply Rle_trans with ((1 + 2 * a) * (1 - a * S)); [lra |].
      replace 2 with (2 * 1) at 2 by ring. apply Rmult_le_compat; lra. }
  assert (D0 : 0 <= a * (w + sg) <= 1 / 2 * (2 * sg)).
  { split; [apply Rmult_le_pos; lra | apply Rmult_le_compat; lra]. }
  assert (D1 : 0 <= (f - h) * (f + h) <= sg * 4).
  { rewrite EH. split; [apply Rmult_le_pos; lra | apply Rmult_le_compat; lra]. }
  assert (Z1 : Rabs (z * h ^ 2 - z * f ^ 2) <= 8 * sg).
  { replace (z * h ^ 2 - z * f ^ 2) with (- (z * ((f - h) * (f + h)))) by ring.
    rewrite Rabs_Ropp, Rabs_pos_eq by (apply Rmult_le_pos; lra).
    replace (8 * sg) with (2 * (sg * 4)) by ring. apply Rmult_le_compat; lra. }
  assert (aw : 0 <= a * w <= 1 / 2 * sg).
  { split; [apply Rmult_le_pos; lra | apply Rmult_le_compat; lra]. }
  assert (R1 : Rabs (rho * (1 - a * S) ^ 2 - rho * (1 - a * z) ^ 2) <= 2 * sg).
  { replace (rho * (1 - a * S) ^ 2 - rho * (1 - a * z) ^ 2)
      with (- (rho * ((a * w) * ((1 - a * S) + (1 - a * z))))) by (unfold S; ring).
    assert (0 <= (a * w) * ((1 - a * S) + (1 - a * z)) <= (1 / 2 * sg) * 2).
    { split; [apply Rmult_le_pos; lra | apply Rmult_le_compat; lra]. }
    rewrite Rabs_Ropp, Rabs_pos_eq by (apply Rmult_le_pos; lra).
    replace (2 * sg) with (2 * (1 / 2 * sg * 2)) by field. apply Rmult_le_compat; lra. }
  assert (f20 := pow2_ge_0 f). assert (h20 := pow2_ge_0 h).
  assert (Zf : 0 <= z * f ^ 2 <= 2).
  { split; [apply Rmult_le_pos; lra |].
    assert (0 <= (1 - a * z) ^ 2 * (z + rho - z)) by (apply Rmult_le_pos; [apply pow2_ge_0 | lra]).
    lra. }
  assert (Zh : 0 <= z * h ^ 2 <= 2).
  { split; [apply Rmult_le_pos; lra |].
    assert (0 <= (1 - a * S) ^ 2 * (r - S)).
    { apply Rmult_le_pos; [apply pow2_ge_0 | unfold r, S; lra]. }
    assert (z * h ^ 2 <= h ^ 2 * S).
    { rewrite Rmult_comm. apply Rmult_le_compat_l; [lra | unfold S; lra]. }
    lra. }
  pose proof (V_lip _ _ _ _ _ _ Zh Zf Z1 R1). lra.
Qed.

Lemma V_rate zs : 0 <= zs <= z ->
  4 * a * (1 - 2 * a) * zs ^ 2 / 9 * V z rho <= 4 * a * (1 - 2 * a) * z * (z * (z - 1) ^ 2 + rho).
Proof.
  intros Hz. unfold r in T. unfold V.
  assert (K : 0 <= 4 * a * (1 - 2 * a)) by (apply Rmult_le_pos; lra).
  assert (Z2 : zs ^ 2 <= z ^ 2) by (apply pow_incr; lra).
  assert (V0 : 0 <= V z rho) by (unfold V; pose proof (pow2_ge_0 (z ^ 2 - 1)); lra).
  assert (zz : 0 <= z ^ 2) by apply pow2_ge_0.
  apply Rle_trans with (4 * a * (1 - 2 * a) * (z ^ 2 / 9 * V z rho)).
  - replace (4 * a * (1 - 2 * a) * zs ^ 2 / 9 * ((z ^ 2 - 1) ^ 2 + 4 * rho))
      with (4 * a * (1 - 2 * a) * (zs ^ 2 / 9 * V z rho)) by (unfold V; field).
    apply Rmult_le_compat_l; [lra |]. apply Rmult_le_compat_r; lra.
  - rewrite (Rmult_assoc _ z). apply Rmult_le_compat_l; [lra |]. unfold V.
    assert (A : (z ^ 2 - 1) ^ 2 <= 9 * (z - 1) ^ 2).
    { replace ((z ^ 2 - 1) ^ 2) with ((z + 1) ^ 2 * (z - 1) ^ 2) by ring.
      apply Rmult_le_compat_r; [apply pow2_ge_0 |]. nra. }
    assert (B : z ^ 2 * (z ^ 2 - 1) ^ 2 <= z ^ 2 * (9 * (z - 1) ^ 2)) by (apply Rmult_le_compat_l; lra).
    assert (C : z * z * rho <= 2 * z * rho) by (apply Rmult_le_compat_r; [lra | apply Rmult_le_compat_r; lra]).
    assert (C2 : 0 <= z * rho) by (apply Rmult_le_pos; lra).
    nra.
Qed.
End VS.
