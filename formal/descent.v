(* GD-DIRECTION, GD-CONVERGES: the full batch keeps the direction on the data; its two masses tend to (1, 0) geometrically. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From Coq Require Import FunctionalExtensionality.
From SGD.statements Require Import sums model state.
From SGD Require Import sums coordinates ratios gradient step necessity.
From SGD Require full_batch band.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

(* Two numbers: one step of the masses s and rho, with s + rho <= 2 *)
Section Masses.
Variables a s rho : R.
Hypothesis a0 : 0 < a.
Hypothesis a1 : a < 1 / 2.
Hypothesis s0 : 0 < s.
Hypothesis r0 : 0 <= rho.
Hypothesis R2 : s + rho <= 2.
Definition next_s := s * (1 + a * (2 - rho - 2 * s)) ^ 2.
Definition next_rho := rho * (1 - a * s) ^ 2.
Let c := 4 * a * (1 - 2 * a) * (s / (1 + s)) ^ 2.

Lemma masses_factors : 0 < 1 - a * s <= 1 /\ 0 < 1 + a * (2 - rho - 2 * s).
Proof.
have A : 0 <= a * s <= a * 2 by split; [apply: Rmult_le_pos; lra | apply: Rmult_le_compat_l; lra].
split; first by lra.
have -> : 1 + a * (2 - rho - 2 * s) = 1 - a * s + a * (2 - (s + rho)) by ring.
have : 0 <= a * (2 - (s + rho)) by apply: Rmult_le_pos; lra.
lra.
Qed.
Lemma masses_rho : 0 <= next_rho <= rho.
Proof.
have [[f0 f1] _] := masses_factors; have Q : 0 <= (1 - a * s) ^ 2 <= 1 by nra.
rewrite /next_rho; split; first by apply: Rmult_le_pos; lra.
by rewrite -{2}(Rmult_1_r rho); apply: Rmult_le_compat_l; lra.
Qed.
Lemma masses_region : next_s + next_rho <= 2.
Proof.
have E : next_s + next_rho = (1 - a * s) ^ 2 * (s + rho - s) + (1 - a * s + a * (2 - (s + rho))) ^ 2 * s.
  by rewrite /next_s /next_rho; ring.
case: (Rle_or_lt 2 (s + rho)) => H.
  have [[f0 f1] _] := masses_factors; have Q : 0 <= (1 - a * s) ^ 2 <= 1 by nra.
  have -> : next_s + next_rho = (1 - a * s) ^ 2 * (s + rho).
    by rewrite E (_ : s + rho = 2); [ring | lra].
  have : (1 - a * s) ^ 2 * (s + rho) <= 1 * 2 by apply: Rmult_le_compat; lra.
  lra.
pose ts := Rmin (2 - (s + rho)) (1 - 10 * a / 27).
have t0 : 0 < ts by apply: Rmin_pos; lra.
have := band.confine a ts a0 a1 t0 (Rmin_r _ _) (s + rho) s ltac:(lra) ltac:(lra) (Rmin_l _ _).
by rewrite -E; lra.
Qed.
Lemma masses_floor : Rmin s ((1 - 2 * a) ^ 2 * (2 - rho) / 2) <= next_s.
Proof.
rewrite /next_s; case: (Rle_or_lt (2 * s) (2 - rho)) => H.
  apply: Rle_trans (Rmin_l _ _) _; have F : 1 <= 1 + a * (2 - rho - 2 * s).
    have : 0 <= a * (2 - rho - 2 * s) by apply: Rmult_le_pos; lra.
    lra.
  have F2 : 1 <= (1 + a * (2 - rho - 2 * s)) ^ 2 by rewrite -(pow1 2); apply: pow_incr; lra.
  by rewrite -{1}(Rmult_1_r s); apply: Rmult_le_compat_l; lra.
apply: Rle_trans (Rmin_r _ _) _; have F : 1 - 2 * a <= 1 + a * (2 - rho - 2 * s).
  have : a * (2 * s + rho - 2) <= a * 2 by apply: Rmult_le_compat_l; lra.
  lra.
have F2 : (1 - 2 * a) ^ 2 <= (1 + a * (2 - rho - 2 * s)) ^ 2 by apply: pow_incr; lra.
have P : 0 <= (1 - 2 * a) ^ 2 by apply: pow2_ge_0.
apply: (Rle_trans _ ((1 - 2 * a) ^ 2 * s)); last by rewrite Rmult_comm; apply: Rmult_le_compat_l; lra.
by rewrite /Rdiv Rmult_assoc; apply: Rmult_le_compat_l; lra.
Qed.
Lemma masses_decrease : full_batch.V next_s next_rho <=
  full_batch.V s rho - 4 * a * (1 - 2 * a) * s * (s * (s - 1) ^ 2 + rho).
Proof. by apply: (full_batch.full_batch a s rho a0 a1); lra. Qed.
Lemma V_ge : (s - 1) ^ 2 + rho <= full_batch.V s rho.
Proof.
rewrite /full_batch.V (_ : (s ^ 2 - 1) ^ 2 = (s + 1) ^ 2 * (s - 1) ^ 2); last by ring.
have P : 0 <= (s - 1) ^ 2 by apply: pow2_ge_0.
have : 1 * (s - 1) ^ 2 <= (s + 1) ^ 2 * (s - 1) ^ 2 by apply: Rmult_le_compat_r => //; nra.
lra.
Qed.
Lemma masses_rate : full_batch.V next_s next_rho <= (1 - c) * full_batch.V s rho.
Proof.
apply: Rle_trans masses_decrease _; suff : c * full_batch.V s rho <= 4 * a * (1 - 2 * a) * s * (s * (s - 1) ^ 2 + rho) by lra.
have K : 0 <= 4 * a * (1 - 2 * a) by apply: Rmult_le_pos; lra.
rewrite /c !(Rmult_assoc (4 * a * (1 - 2 * a))); apply: Rmult_le_compat_l => //.
apply: (Rmult_le_reg_r ((1 + s) ^ 2)); first by apply: pow_lt; lra.
rewrite /full_batch.V (_ : (s / (1 + s)) ^ 2 * ((s ^ 2 - 1) ^ 2 + 4 * rho) * (1 + s) ^ 2 = s ^ 2 * ((s ^ 2 - 1) ^ 2 + 4 * rho)); last by field; lra.
have : 0 <= s * rho * (s - 1) ^ 2 by apply: Rmult_le_pos; [apply: Rmult_le_pos; lra | exact: pow2_ge_0].
have -> : s * (s * (s - 1) ^ 2 + rho) * (1 + s) ^ 2 = s ^ 2 * ((s ^ 2 - 1) ^ 2 + 4 * rho) + s * rho * (s - 1) ^ 2 by ring.
lra.
Qed.
Lemma contraction_bounds : 0 < c < 1.
Proof.
have K : 0 < 4 * a * (1 - 2 * a) < 1 by split; [apply: Rmult_lt_0_compat; lra | nra].
have i0 : 0 < / (1 + s) by apply: Rinv_0_lt_compat; lra.
have Q : 0 < s / (1 + s) < 1.
  split; first by apply: Rmult_lt_0_compat.
  by apply: (Rmult_lt_reg_r (1 + s)); [lra | rewrite /Rdiv Rmult_assoc Rinv_l; lra].
have Q2 : 0 < (s / (1 + s)) ^ 2 < 1 by nra.
rewrite /c; split; first by apply: Rmult_lt_0_compat; lra.
by nra.
Qed.
End Masses.

Lemma contraction_grows a s s' : 0 < a -> a < 1 / 2 -> 0 < s -> s <= s' ->
  4 * a * (1 - 2 * a) * (s / (1 + s)) ^ 2 <= 4 * a * (1 - 2 * a) * (s' / (1 + s')) ^ 2.
Proof.
move=> a0 a1 s0 ss; apply: Rmult_le_compat_l; first by apply: Rmult_le_pos; lra.
have i0 : 0 < / (1 + s) by apply: Rinv_0_lt_compat; lra.
apply: pow_incr; split; first by apply: Rmult_le_pos; lra.
apply: (Rmult_le_reg_r ((1 + s) * (1 + s'))); first by apply: Rmult_lt_0_compat; lra.
have -> : s / (1 + s) * ((1 + s) * (1 + s')) = s * (1 + s') by field; lra.
have -> : s' / (1 + s') * ((1 + s) * (1 + s')) = s' * (1 + s) by field; lra.
lra.
Qed.

(* The full batch sees the whole mass, and every coordinate has the same factor *)
Lemma seen_all n (x : state n) (B : batch n n) : seen x (val B) = mass x.
Proof. by rewrite /seen /mass; apply: eq_bigl => j; rewrite full_batch_in. Qed.
Lemma step_all n a (x : state n) (B : batch n n) j :
  (state.step a x B).1 j = x.1 j * (1 + a * (2 - x.2 - 2 * mass x)).
Proof. by rewrite /= seen_all full_batch_in /b2r /r2; ring. Qed.
Lemma step_all_rest n a (x : state n) (B : batch n n) : (state.step a x B).2 = next_rho a (mass x) x.2.
Proof. by rewrite /= seen_all. Qed.
Lemma step_all_mass n a (x : state n) (B : batch n n) : mass (state.step a x B) = next_s a (mass x) x.2.
Proof.
rewrite /next_s /mass (eq_bigr (fun j => x.1 j ^ 2 * (1 + a * (2 - x.2 - 2 * mass x)) ^ 2)).
  by rewrite -rsum_mulr -/(mass x); ring.
by move=> j _; rewrite step_all Rpow_mult_distr.
Qed.

(* Where no factor is negative the gated coordinates of a vector follow the map, whatever t_* is. *)
Lemma coord_sgd0 n d b a (X : 'I_n -> 'I_d -> R) phi act (w : 'I_d -> R) (B : batch n b) :
  orthonormal X -> neuron phi act -> 0 <= 1 - a * seen (coordinates act X w) (val B) ->
  0 <= 1 - a * seen (coordinates act X w) (val B) + a * (2 - dot w w) ->
  coordinates act X (sgd a X act w B) = state.step a (coordinates act X w) B.
Proof.
move=> o ne F0 F1; have C1 j := coord1_sgd j o ne F0 F1.
have C2 : (coordinates act X (sgd a X act w B)).2 = (state.step a (coordinates act X w) B).2.
  rewrite -[LHS]/(dot (sgd a X act w B) (sgd a X act w B) - mass (coordinates act X (sgd a X act w B))).
  have -> : mass (coordinates act X (sgd a X act w B)) = mass (state.step a (coordinates act X w) B).
    by apply: eq_bigr => j _; rewrite C1.
  rewrite norm_sgd // mass_step r2_coord; set S := seen _ _.
  rewrite -[(state.step a (coordinates act X w) B).2]/((coordinates act X w).2 * (1 - a * S) ^ 2).
  by rewrite -[(coordinates act X w).2]/(dot w w - mass (coordinates act X w)); ring.
rewrite [LHS]surjective_pairing [RHS]surjective_pairing C2; congr (_, _).
exact: functional_extensionality.
Qed.

Section Descent.
Variables (n d : nat) (eta : R) (X : 'I_n -> 'I_d -> R) (phi : R -> R) (act : R -> bool).
Hypothesis ortho : orthonormal X.
Hypothesis ne : neuron phi act.
Notation a := (eta / INR n).
Hypothesis a0 : 0 < a.
Hypothesis a1 : a < 1 / 2.
Notation coord := (coordinates act X).
Notation s w := (mass (coord w)).
Notation rho w := (coord w).2.
Let norm2_dot (v : 'I_d -> R) : norm2 v = dot v v.
Proof. by rewrite /norm2 /dot; apply: eq_bigr => k _; ring. Qed.
Let R2 w : s w + rho w = norm2 w. Proof. by rewrite norm2_dot -(r2_coord X act w). Qed.

Lemma descent_step w (B : batch n n) : 0 < s w -> norm2 w <= 2 ->
  [/\ coord (sgd a X act w B) = state.step a (coord w) B,
      s (sgd a X act w B) = next_s a (s w) (rho w) & rho (sgd a X act w B) = next_rho a (s w) (rho w)].
Proof.
move=> s0 r2; have r0 : 0 <= rho w by apply: bessel.
have [[f0 f1] f2] := @masses_factors a (s w) (rho w) a0 a1 s0 r0 ltac:(rewrite R2; lra).
have E : coord (sgd a X act w B) = state.step a (coord w) B.
  apply: (coord_sgd0 ortho ne); rewrite seen_all; first by lra.
  by rewrite -norm2_dot -R2; apply: Rle_trans (Rlt_le _ _ f2) _; right; ring.
by rewrite E step_all_mass step_all_rest.
Qed.

Variables (w0 : 'I_d -> R) (B : nat -> batch n n) (w : nat -> 'I_d -> R).
Hypothesis live : 0 < s w0.
Hypothesis radius : norm2 w0 <= 2.
Hypothesis Rw : sgd_run eta X phi w0 B w.
Definition least_mass : R := Rmin (s w0) ((1 - 2 * a) ^ 2 * (2 - rho w0) / 2).
Notation sm := least_mass.
Definition descent_rate : R := 4 * a * (1 - 2 * a) * (sm / (1 + sm)) ^ 2.
Notation c := descent_rate.
Lemma least_mass_pos : 0 < sm.
Proof.
apply: Rmin_pos => //; have := R2 w0 => E; apply: Rdiv_lt_0_compat; last lra.
by apply: Rmult_lt_0_compat; [apply: pow_lt | ]; lra.
Qed.
Lemma w_next m : w m.+1 = sgd a X act (w m) (B m).
Proof. by case: Rw => _ WS; have := WS m; move/(sgd_step_map eta (w m) (B m) (w m.+1) ortho ne). Qed.

(* what is kept for ever, and the common factor f *)
Lemma descent_kept m : [/\ sm <= s (w m), rho (w m) <= rho w0, norm2 (w m) <= 2 &
  exists f, 0 < f /\ forall j, (coord (w m)).1 j = (coord w0).1 j * f].
Proof.
have sp := least_mass_pos; elim: m => [|m [IH1 IH2 IH3 [f [f0 Hf]]]].
  case: Rw => -> _; split; rewrite ?R2; [exact: Rmin_l | lra | lra | ].
  by exists 1; split; [lra | move=> j; ring].
have sm0 : 0 < s (w m) by lra.
have [E1 E2 E3] := descent_step (B m) sm0 IH3; rewrite -w_next in E1 E2 E3.
have r0 : 0 <= rho (w m) by apply: bessel.
have Q : s (w m) + rho (w m) <= 2 by rewrite R2.
split.
- rewrite E2; apply: Rle_trans (masses_floor a0 a1 sm0 r0 Q); apply: Rmin_glb => //.
  apply: Rle_trans (Rmin_r _ _) _; have P : 0 <= (1 - 2 * a) ^ 2 by apply: pow2_ge_0.
  move: (rho (w m)) (rho w0) IH2 => r r' rr.
  have : (1 - 2 * a) ^ 2 * (2 - r') <= (1 - 2 * a) ^ 2 * (2 - r) by apply: Rmult_le_compat_l => //; lra.
  by move: ((1 - 2 * a) ^ 2) => z; lra.
- by rewrite E3; have := masses_rho a0 a1 sm0 r0 Q; lra.
- by rewrite -R2 E2 E3; apply: masses_region.
have [_ f2] := masses_factors a0 a1 sm0 r0 Q.
exists (f * (1 + a * (2 - rho (w m) - 2 * s (w m)))); split; first by apply: Rmult_lt_0_compat.
by move=> j; rewrite E1 step_all Hf; ring.
Qed.
Theorem descent_V m : full_batch.V (s (w m)) (rho (w m)) <= (1 - c) ^ m * full_batch.V (s w0) (rho w0).
Proof.
have sp := least_mass_pos; have [c0 c1] := contraction_bounds a0 a1 sp.
elim: m => [|m IH]; first by case: Rw => -> _; rewrite /=; lra.
have [K1 K2 K3 _] := descent_kept m; have sm0 : 0 < s (w m) by lra.
have r0 : 0 <= rho (w m) by apply: bessel.
have Q : s (w m) + rho (w m) <= 2 by rewrite R2.
have [E1 E2 E3] := descent_step (B m) sm0 K3; rewrite -w_next in E1 E2 E3.
have V0 : 0 <= full_batch.V (s (w m)) (rho (w m)).
  by have := pow2_ge_0 (s (w m) - 1); rewrite /full_batch.V; have := pow2_ge_0 ((s (w m)) ^ 2 - 1); lra.
rewrite E2 E3; apply: Rle_trans (masses_rate a0 a1 sm0 r0 Q) _.
have G := contraction_grows a0 a1 sp K1.
apply: (Rle_trans _ ((1 - c) * full_batch.V (s (w m)) (rho (w m)))).
  by apply: Rmult_le_compat_r => //; rewrite /descent_rate; lra.
rewrite -[(1 - c) ^ m.+1]/((1 - c) * (1 - c) ^ m) Rmult_assoc.
by apply: Rmult_le_compat_l => //; rewrite /descent_rate in c1 *; lra.
Qed.

(* the limit: the direction of w0 on the (active) data, of length 1 *)
Definition direction : 'I_d -> R := fun k => \rsum_(j : 'I_n) ((coord w0).1 j / sqrt (s w0)) * X j k.
Theorem descent_distance m : norm2 (fun k => w m k - direction k) <= (1 - c) ^ m * full_batch.V (s w0) (rho w0).
Proof.
apply: Rle_trans (descent_V m); have [K1 _ K3 [f [f0 Hf]]] := descent_kept m; have sp := least_mass_pos.
have q0 : 0 < sqrt (s w0) by apply: sqrt_lt_R0.
have qq : sqrt (s w0) * sqrt (s w0) = s w0 by apply: sqrt_sqrt; lra.
have sE : s (w m) = f ^ 2 * s w0.
  by rewrite /mass rsum_mull; apply: eq_bigr => j _; rewrite Hf; ring.
have wd : dot (w m) direction = f * sqrt (s w0).
  rewrite (dotC (w m)) /direction dot_sum (eq_bigr (fun j => (f / sqrt (s w0)) * (coord w0).1 j ^ 2)).
    rewrite -rsum_mull -/(s w0) (_ : f * sqrt (s w0) = f / sqrt (s w0) * (sqrt (s w0) * sqrt (s w0))); last by field; lra.
    by rewrite qq.
  move=> j _; rewrite (dotC (X j)).
  suff E : (coord w0).1 j * dot (w m) (X j) = (coord w0).1 j ^ 2 * f.
    rewrite (_ : (coord w0).1 j / sqrt (s w0) * dot (w m) (X j) = / sqrt (s w0) * ((coord w0).1 j * dot (w m) (X j))); last by field; lra.
    by rewrite E; field; lra.
  have := Hf j; case: (Req_dec ((coord w0).1 j) 0) => [->|N] H; first by ring.
  have P : (coord (w m)).1 j <> 0.
    by rewrite H; apply: Rmult_integral_contrapositive_currified => //; lra.
  suff -> : dot (w m) (X j) = (coord (w m)).1 j by rewrite H; ring.
  by move: P; rewrite /= /gate_value /b2r; case: (act _); rewrite ?Rmult_1_r ?Rmult_0_r.
have dd : dot direction direction = 1.
  rewrite {1}/direction dot_sum (eq_bigr (fun j => / s w0 * (coord w0).1 j ^ 2)); first by rewrite -rsum_mull -/(s w0); field; lra.
  move=> j _; rewrite (dotC (X j)) /direction dot_sum (bigD1 j) //= big1 => [|i /negbTE ij]; last by rewrite ortho ij; ring.
  have i2 : / s w0 = / sqrt (s w0) * / sqrt (s w0) by rewrite -Rinv_mult qq.
  by rewrite ortho eqxx i2; set y := dot w0 (X j) * _; rewrite -/(s w0); field; lra.
have E1 : norm2 (fun k => w m k - direction k) = norm2 (w m) - 2 * dot (w m) direction + 1.
  rewrite (norm2_dot (fun k => _)) (_ : (fun k => w m k - direction k) = (fun k => 1 * w m k + (-1) * direction k)); last first.
    by apply: functional_extensionality => k; ring.
  by rewrite dot_lin (dotC (w m)) (dotC direction) !dot_lin (dotC direction (w m)) dd norm2_dot; ring.
rewrite E1 wd -R2; apply: Rle_trans (V_ge _ _); [ | lra | exact: bessel].
- set r := f * sqrt (s w0); have r0 : 0 < r by apply: Rmult_lt_0_compat.
  have -> : s (w m) = r ^ 2 by rewrite sE /r Rpow_mult_distr pow2_sqrt //; lra.
  have : (r - 1) ^ 2 <= (r ^ 2 - 1) ^ 2.
    rewrite (_ : (r ^ 2 - 1) ^ 2 = (r + 1) ^ 2 * (r - 1) ^ 2); last by ring.
    rewrite -{1}(Rmult_1_l ((r - 1) ^ 2)); apply: Rmult_le_compat_r; [exact: pow2_ge_0 | nra].
  lra.
Qed.
Theorem descent_tends : tends_to w direction.
Proof.
move=> e e0; have sp := least_mass_pos; have [c0 c1] := contraction_bounds a0 a1 sp.
rewrite -/descent_rate in c0 c1.
set V0 := full_batch.V (s w0) (rho w0); have V1 : 0 < V0 + 1.
  have := bessel ortho act w0; have := pow2_ge_0 ((s w0) ^ 2 - 1); rewrite /V0 /full_batch.V; lra.
have [K HK] := pow_lt_1_zero (1 - c) ltac:(rewrite Rabs_pos_eq; lra) (e / (V0 + 1)) ltac:(apply: Rdiv_lt_0_compat; lra).
exists K => m Km; have := HK m ltac:(exact/leP); rewrite Rabs_pos_eq; last by apply: pow_le; lra.
move=> {}HK; rewrite Rminus_0_r Rabs_pos_eq; last by apply: rsum_ge0 => k _; apply: sq_ge0.
apply: Rle_trans (descent_distance m) _; rewrite -/V0.
have p0 : 0 <= (1 - c) ^ m by apply: pow_le; lra.
apply: (Rle_trans _ ((1 - c) ^ m * (V0 + 1))); first by apply: Rmult_le_compat_l; lra.
apply: (Rle_trans _ (e / (V0 + 1) * (V0 + 1))); first by apply: Rmult_le_compat_r; [lra | exact: Rlt_le].
by right; field; lra.
Qed.
End Descent.
