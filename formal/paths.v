(* What a small Psi says about a path: the same index for ever, and the state near the data point of that index. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From SGD.statements Require Import sums model state.
From SGD Require Import sums runs blocks powers batches coordinates ratios capture confine psi.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Paths.
Variables (n b : nat) (a ts ss : R).
Context {Cl : confined n b a ts ss}.
Let Cc : capturable n b a ts ss. Proof. exact: conf_capt. Qed.
Let Cs : stepping a ts. Proof. exact: capt_step. Qed.
#[local] Existing Instance Cc. #[local] Existing Instance Cs.

Notation state := (state n).
Notation batch := (batch n b).
Notation step := (@step n b a).
Notation run := (run step).
Notation rat := ratio.
Notation pw := power.
Let b_lt_n : (b < n)%N. Proof. exact: batch_lt. Qed.
Let a0 : 0 < a. Proof. exact: a_pos. Qed.
Let a1 : a < 1 / 2. Proof. exact: a_lt. Qed.
Let ts0 : 0 < ts. Proof. exact: ts_pos. Qed.
Let ss0 : 0 < ss. Proof. exact: ss_pos. Qed.
Let T0 := batch_pos b_lt_n.
Let N := INR n.
Notation SInv := (SInv ts ss).
Notation alB := (alB a).
Notation fac := (fac a).
Let N1 : 1 < N. Proof. exact: capture.N1. Qed.
Notation g := (g n a ts ss).
Notation U := (power_sum g).
Notation kA := (kA n b a ts ss).
Notation W := (W b a ts ss).
Notation Psi := (Psi b a ts ss).
Implicit Types (x : state) (B : batch) (i j : 'I_n).

Lemma RlebP y z : reflect (y <= z) (Rleb y z).
Proof. by rewrite /Rleb; case: RltbP => H; constructor; lra. Qed.
Lemma sign_run s x i : SInv x -> exists f, 0 < f /\ (run x s).1 i = x.1 i * f.
Proof.
elim: s x => [|B s IH] x Ix; first by exists 1; split; [lra | rewrite /=; ring].
have [f [f0 E]] := IH _ (SInv_step B Ix).
exists (fac x B i * f); split; first by apply: Rmult_lt_0_compat => //; exact: (fac_pos B i Ix).
have -> : run x (B :: s) = run (step x B) s by [].
by rewrite E q_step; ring.
Qed.
Lemma same_index x B i i' : SInv x -> x.1 i <> 0 -> leads x i -> x.1 i' <> 0 ->
  leads (step x B) i' -> i' = i.
Proof.
move=> Ix Li Le Li' Le'; case: (eqVneq i' i) => // ii'; exfalso.
have R1 := Le _ ii'; have ii : i != i' by rewrite eq_sym.
have R2 := Le' _ ii; rewrite (rat_step B i Ix Li') in R2.
have [F0 F1 F2 F3 F4] := @facs n b a ts ss Cs x B Ix.
have P := Rabs_pos_lt _ Li; have P' := Rabs_pos_lt _ Li'.
have E : rat x i' i * rat x i i' = 1 by rewrite /ratio; field; lra.
have fb k : alB x B <= fac x B k <= 2 * alB x B.
  have ats : 0 < a * ts by apply: Rmult_lt_0_compat.
  have A : 0 < a * ts * alB x B by apply: Rmult_lt_0_compat.
  have C : 2 * a * alB x B <= 1 * alB x B by apply: Rmult_le_compat_r; lra.
  by rewrite /fac; case: (k \in _); lra.
have [a_i _] := fb i; have [_ b_i'] := fb i'; have f' := @fac_pos n b a ts ss Cs x B i' Ix.
have Q : 1 / 2 <= fac x B i / fac x B i'.
  apply: (Rmult_le_reg_r (fac x B i')) => //; rewrite /Rdiv Rmult_assoc (Rmult_assoc (fac x B i)) Rinv_l; lra.
have r1 := rat_ge0 x i i'; have r2' := rat_ge0 x i' i.
have G : 2 <= rat x i' i by nra.
have : 2 * (1 / 2) <= rat x i' i * (fac x B i / fac x B i') by apply: Rmult_le_compat; lra.
lra.
Qed.
Lemma W_leads x i lev : SInv x -> lev < 1 -> W x i <= lev -> leads x i.
Proof. by move=> Ix l1 H; apply: U_leads; apply: W_lt1 => //; lra. Qed.

Lemma one_index lev x s K m : SInv x -> lev < 1 -> (K <= m)%N -> (m <= size s)%N ->
  (forall m', (K <= m')%N -> (m' <= m)%N -> Psi (run x (take m' s)) <= lev) ->
  exists i, x.1 i <> 0 /\ forall m', (K <= m')%N -> (m' <= m)%N -> W (run x (take m' s)) i <= lev.
Proof.
move=> Ix l1; elim: m => [|m IH] Km ms H.
  have [i [Li E]] := Psi_W (Rle_lt_trans _ _ _ (H 0%N Km (leqnn _)) l1).
  rewrite take0 in Li E; exists i; split => // m' _; rewrite leqn0 => /eqP->.
  by rewrite take0 -[run x [::]]/x -E; have := H 0%N Km (leqnn _); rewrite take0.
have [i' [Li' E']] := Psi_W (Rle_lt_trans _ _ _ (H m.+1 Km (leqnn _)) l1).
have Lx k t : (run x t).1 k <> 0 -> x.1 k <> 0.
  by have [f [f0 ->]] := sign_run t k Ix => Q E; apply: Q; rewrite E; ring.
have W' : W (run x (take m.+1 s)) i' <= lev by rewrite -E'; apply: H.
case: (ltnP m K) => mK.
  have EK : K = m.+1 by apply/eqP; rewrite eqn_leq Km mK.
  exists i'; split; first by apply: Lx Li'.
  move=> m' Km' m'm; have -> : m' = m.+1 by apply/eqP; rewrite eqn_leq m'm -EK Km'.
  exact: W'.
have [i [Li Hi]] : exists i, x.1 i <> 0 /\ forall m', (K <= m')%N -> (m' <= m)%N -> W (run x (take m' s)) i <= lev.
  by apply: IH => //; [apply: ltnW | move=> m' K' m'm; apply: H => //; apply: leqW].
exists i; split => // m' Km' m'm1.
case: (ltnP m m') => mm'; last exact: Hi.
have -> : m' = m.+1 by apply/eqP; rewrite eqn_leq m'm1 mm'.
suff <- : i' = i by [].
have Im : SInv (run x (take m s)) by apply: SInv_run.
have /card_gt0P[B0 _] := T0.
have Er : run x (take m.+1 s) = step (run x (take m s)) (nth B0 s m).
  by rewrite (take_nth B0) // /run -cats1 foldl_cat.
apply: (@same_index (run x (take m s)) (nth B0 s m)) => //.
- exact: (@live_run n b a ts ss Cl _ _ _ Ix Li).
- exact: (W_leads Im l1 (Hi m mK (leqnn _))).
- by apply: (@live_run n b a ts ss Cl) => //; apply: Lx Li'.
by rewrite -Er; apply: (W_leads _ l1 W'); apply: SInv_run.
Qed.
Lemma W_near dl lev x s i : SInv x -> 0 < dl -> 68 * lev <= dl ^ 2 -> 17 * lev <= dl ->
  lev < kA * pw g (dl / 2) -> lev < 1 -> x.1 i <> 0 -> W (run x s) i <= lev ->
  near dl x.1 i (run x s).
Proof.
move=> Ix d0 l1 l2 l3 l4 Li Hw.
have [f [f0 Es]] := sign_run s i Ix.
set y := run x s in Hw Es *; have Iy : SInv y by apply: SInv_run.
have Ly : y.1 i <> 0 by apply: live_run.
have [k0 _ _] := @kA_facts n b a ts ss Cl; have [g0 _] := @g_bounds n b a ts ss Cc; have u0 := U_ge0 a ts ss y i; have ku : 0 <= kA * U y i by apply: Rmult_le_pos; lra.
have [v0 _] := @V_bounds n b a ts ss Cl y i Iy; case: (Iy) => R0 _ _; have M2 := mass_le2 ts0 Iy; have Q2 := q2_le y i.
have Vl : Vi y i <= 68 * lev by move: Hw; rewrite /W; lra.
have Ul : kA * U y i <= lev by move: Hw; rewrite /W; lra.
have Qa : Rabs (y.1 i) ^ 2 = y.1 i ^ 2 by apply: pow2_abs.
have q0 := Rabs_pos (y.1 i).
apply/and4P; split.
- apply/RlebP; move: Vl; rewrite /Vi /full_batch.V -Qa => Vl.
  set q := Rabs (y.1 i) in q0 Vl *.
  have A : (q - 1) ^ 2 <= ((q ^ 2) ^ 2 - 1) ^ 2.
    have -> : ((q ^ 2) ^ 2 - 1) ^ 2 = ((q + 1) * (q ^ 2 + 1)) ^ 2 * (q - 1) ^ 2 by ring.
    rewrite -{1}(Rmult_1_l ((q - 1) ^ 2)); apply: Rmult_le_compat_r; first exact: sq_ge0.
    by rewrite -(pow1 2); apply: pow_incr; have := sq_ge0 q; nra.
  have A' : (q - 1) ^ 2 <= dl ^ 2 by lra.
  by apply: Rabs_le; nra.
- apply/RltbP; rewrite Es (_ : x.1 i * f * x.1 i = x.1 i ^ 2 * f); last by ring.
  by apply: Rmult_lt_0_compat => //; rewrite -Rsqr_pow2; apply: Rlt_0_sqr.
- apply/forallP => j; apply/implyP => ji; apply/RlebP.
  have P : rat y i j <= dl / 2.
    apply: Rnot_lt_le => L; have : pw g (dl / 2) <= pw g (rat y i j) by apply: pw_mono; lra.
    have := pw_le_U a ts ss y ji => H1 H2.
    have : kA * pw g (dl / 2) <= kA * U y i by apply: Rmult_le_compat_l; lra.
    lra.
  have Qi := Rabs_pos_lt _ Ly.
  have -> : Rabs (y.1 j) = rat y i j * Rabs (y.1 i) by rewrite /ratio; field; lra.
  have q2 : Rabs (y.1 i) <= 2 by nra.
  rewrite (_ : dl = dl / 2 * 2); last by field.
  by apply: Rmult_le_compat => //; apply: rat_ge0.
apply/RlebP; move: Vl; rewrite /Vi /full_batch.V.
by have := sq_ge0 ((y.1 i ^ 2) ^ 2 - 1); lra.
Qed.
End Paths.
