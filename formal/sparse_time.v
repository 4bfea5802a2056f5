(* SPARSE-TIME: on the sphere Phi falls by the factor 1 - p a^2/6 on average at every step; the mean and the tail after K steps. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From SGD Require Import statements.sums.
From SGD Require Import statements.model.
From SGD Require Import statements.state.
From SGD Require Import sums.
From SGD Require Import runs.
From SGD Require Import batches.
From SGD Require Import coordinates.
From SGD Require sparse_time_pointwise.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Model.
Variables (n b : nat) (a : R).
Notation state := (state n).
Notation step := (@step n b a).
Notation Phi := (@pairs n).
Definition Inv (x : state) : Prop := x.2 = 0 /\ 0 <= mass x - 1 <= a / 4.


Hypothesis a_pos : 0 < a.
Hypothesis a_le : a <= 23 / 100.

Section OneStep.
Variables (x : state) (B : batch n b).
Hypothesis Ix : Inv x.
Let s := mass x.
Let d := s - 1.
Let S := seen x (val B).
Let pi := S / s.
Let cb (i : 'I_n) := b2r (i \in val B).

Lemma facts : 0 <= d /\ d <= a / 4 /\ 0 <= pi /\ pi <= 1 /\ 0 < s /\ S = s * pi /\ r2 x = 1 + d.
Proof.
case: Ix => R0 [D0 D1]; have S0 := seen_ge0 x (val B); have S1 := seen_le x (val B).
rewrite -/s -/S in D0 D1 S0 S1.
have s0 : 0 < s by lra.
have i0 := Rinv_0_lt_compat _ s0.
have E : S = s * pi by rewrite /pi; field; lra.
rewrite /d; repeat split => //.
- by apply: Rmult_le_pos; lra.
- by apply: (Rmult_le_reg_l s) => //; rewrite -E; lra.
by rewrite /r2 R0 -/s; ring.
Qed.

Lemma cb01 i : cb i = 0 \/ cb i = 1.
Proof. by rewrite /cb /b2r; case: (i \in _); [right | left]. Qed.

Lemma mass_mss : mass (step x B) = s * sparse_time_pointwise.mss a d pi.
Proof.
have [D0 [D1 [p0 [p1 [s0 [SE rE]]]]]] := facts.
rewrite mass_step rE -/S -/s SE /sparse_time_pointwise.mss /sparse_time_pointwise.be /sparse_time_pointwise.al /d.
by ring.
Qed.

Definition pair_facts ci cj (Hi : ci = 0 \/ ci = 1) (Hj : cj = 0 \/ cj = 1) :=
  let: conj D0 (conj D1 (conj p0 (conj p1 _))) := facts in
  sparse_time_pointwise.pair a d pi ci cj a_pos a_le D0 D1 p0 p1 Hi Hj.

Lemma Inv_step : Inv (step x B).
Proof.
have Z : (0:R) = 0 \/ (0:R) = 1 by left.
have [_ [_ [_ [_ [_ Bd]]]]] := pair_facts Z Z.
split; last by rewrite mass_mss (_ : s = 1 + d) // /d; ring.
by case: Ix => R0 _; rewrite /= R0; ring.
Qed.

Lemma term_step i j :
  sqrt (Rabs ((step x B).1 i * (step x B).1 j) / mass (step x B)) <=
  sparse_time_pointwise.bnd a d pi (cb i + cb j) * sqrt (Rabs (x.1 i * x.1 j) / s).
Proof.
have [D0 [D1 [p0 [p1 [s0 [SE rE]]]]]] := facts.
have [G [b0 [m0 [al0 [be0 _]]]]] := pair_facts (cb01 i) (cb01 j).
have ab : 0 <= a * (1 - d) by move: be0; rewrite /sparse_time_pointwise.be; lra.
have F0 k : 0 <= sparse_time_pointwise.al a d pi + a * (1 - d) * cb k.
  by case: (cb01 k) => ->; lra.
have E k : (step x B).1 k = x.1 k * (sparse_time_pointwise.al a d pi + a * (1 - d) * cb k).
  by rewrite /= -/S -/(cb k) rE SE /sparse_time_pointwise.al /d; ring.
rewrite !E mass_mss.
set Fi := sparse_time_pointwise.al a d pi + a * (1 - d) * cb i in G F0 *.
set Fj := sparse_time_pointwise.al a d pi + a * (1 - d) * cb j in G *.
set R := sparse_time_pointwise.bnd _ _ _ _ in G b0 *; set M := sparse_time_pointwise.mss _ _ _ in G m0 *.
have -> : x.1 i * Fi * (x.1 j * Fj) = (x.1 i * x.1 j) * (Fi * Fj) by ring.
have Fij : 0 <= Fi * Fj by apply: Rmult_le_pos; apply: F0.
rewrite Rabs_mult (Rabs_pos_eq (Fi * Fj)) //.
set A := Rabs _; have A0 : 0 <= A by apply: Rabs_pos.
have is0 := Rinv_0_lt_compat _ s0; have im0 := Rinv_0_lt_compat _ m0.
have As : 0 <= A / s by apply: Rmult_le_pos; lra.
rewrite -[X in _ <= X * _](sqrt_pow2 R) // -sqrt_mult //; last by apply: pow_le.
apply: sqrt_le_1_alt.
have -> : A * (Fi * Fj) / (s * M) = (Fi * Fj / M) * (A / s) by field; lra.
apply: Rmult_le_compat_r => //.
apply: (Rmult_le_reg_r M) => //.
by rewrite (_ : Fi * Fj / M * M = Fi * Fj) //; field; lra.
Qed.
End OneStep.

Hypothesis b_lt_n : (b < n)%N.
Notation p := (split_chance n b).

Section Mean.
Variable x : state.
Hypothesis Ix : Inv x.
Let s := mass x.
Let d := s - 1.
Let T0 := batch_pos b_lt_n.
Lemma s_gt0 : 0 < s. Proof. by case: Ix => _; rewrite -/s; lra. Qed.

Lemma avg_share : avg (fun B : batch n b => seen x (val B) / s) = INR b / INR n.
Proof.
have s0 := s_gt0.
transitivity (/ s * avg (fun B : batch n b => seen x (val B))).
  by rewrite -avg_mull //; apply: avg_ext => B; rewrite Rmult_comm.
rewrite (avg_ext (G := fun B : batch n b => \rsum_(j : 'I_n) x.1 j ^ 2 * b2r (j \in val B)));
  last by move=> B; apply: seenE.
rewrite avg_sum (eq_bigr (fun j => x.1 j ^ 2 * (INR b / INR n))); last first.
  by move=> j _; rewrite avg_mull // avg_in.
by rewrite -rsum_mulr -/(mass x) -/s; field; split; 
   [apply: not_0_INR => n0; move: b_lt_n; rewrite n0 | lra].
Qed.

Lemma avg_bnd (i j : 'I_n) : i != j ->
  avg (fun B : batch n b =>
    sparse_time_pointwise.bnd a d (seen x (val B) / s) (b2r (i \in val B) + b2r (j \in val B)))
  <= 1 - p * a ^ 2 / 6.
Proof.
move=> ij; have s0 := s_gt0.
have n1 : (1 < n)%N.
  case: n i j ij => [|[|m]] i j //; first by case: i.
  by rewrite (ord1 i) (ord1 j) eqxx.
have N1 : 1 < INR n by rewrite -[1]/(INR 1); apply: lt_INR; apply/ltP.
set A := a * (1 - d); set D := a ^ 2 / 12.
apply: (Rle_trans _ (avg (fun B : batch n b => 1 + ((A / 2 - D) * b2r (i \in val B) +
  ((A / 2 - D) * b2r (j \in val B) + (2 * D * (b2r (i \in val B) * b2r (j \in val B))
   + (- A) * (seen x (val B) / s))))))).
  apply: avg_le => // B.
  have [_ [_ [p0 [p1 _]]]] := facts B Ix.
  rewrite -/s in p0 p1; set q := seen x (val B) / s in p0 p1 *.
  have Q : 0 <= D * (4 * (q * (1 - q))).
    apply: Rmult_le_pos; first by rewrite /D; have := sq_ge0 a; lra.
    by apply: Rmult_le_pos; [lra | apply: Rmult_le_pos; lra].
  rewrite /sparse_time_pointwise.bnd -/A -/D /b2r.
  by case: (i \in val B); case: (j \in val B); lra.
rewrite !avg_add // avg_const // !avg_mull // !avg_in // avg_in2 // avg_share.
rewrite /split_chance /D; right; field; lra.
Qed.

Lemma Phi_step : avg (fun B : batch n b => Phi (step x B)) <= (1 - p * a ^ 2 / 6) * Phi x.
Proof.
apply: (Rle_trans _ (avg (fun B : batch n b => \rsum_(e : 'I_n * 'I_n | (e.1 < e.2)%N)
   sqrt (Rabs (x.1 e.1 * x.1 e.2) / s) * 
   sparse_time_pointwise.bnd a d (seen x (val B) / s) (b2r (e.1 \in val B) + b2r (e.2 \in val B))))).
  apply: avg_le => // B; apply: rsum_le => e _; rewrite [X in _ <= X]Rmult_comm.
  exact: term_step.
rewrite avg_sum /pairs rsum_mull; apply: rsum_le => e lt_e.
rewrite avg_mull // [X in X <= _]Rmult_comm; apply: Rmult_le_compat_r; first exact: sqrt_pos.
by apply: avg_bnd; rewrite neq_ltn lt_e.
Qed.
End Mean.

Lemma Phi_ge0 x : 0 <= Phi x.
Proof. by apply: rsum_ge0 => e _; apply: sqrt_pos. Qed.
End Model.

Section Final.
Variables (n b : nat) (a : R) (q0 : 'I_n -> R).
Hypothesis b_pos : (1 <= b)%N.
Hypothesis b_lt_n : (b < n)%N.
Hypothesis a_pos : 0 < a.
Hypothesis a_le : a <= 23 / 100.
Hypothesis unit_start : \rsum_(j : 'I_n) q0 j ^ 2 = 1.
Let x0 : state n := (q0, 0).
Let c := 1 - split_chance n b * a ^ 2 / 6.

Lemma Inv0 : Inv a x0.
Proof. by split => //; rewrite /mass /= unit_start; lra. Qed.

Lemma c_bounds : 0 <= c <= 1.
Proof.
have [p0 p1] := p_bounds b_pos b_lt_n.
have a2 : 0 <= a ^ 2 <= 1.
  by split; [apply: sq_ge0 | rewrite -(pow1 2); apply: pow_incr; lra].
have U : split_chance n b * a ^ 2 <= 1 * 1 by apply: Rmult_le_compat; lra.
have L : 0 <= split_chance n b * a ^ 2 by apply: Rmult_le_pos; lra.
by rewrite /c; lra.
Qed.

Theorem sparse_time_mean k :
  avg (fun s : k.-tuple (batch n b) => pairs (run (@step n b a) x0 s))
    <= (1 - split_chance n b * a ^ 2 / 6) ^ k * pairs x0.
Proof.
have [c0 c1] := c_bounds.
apply: (mean_decay (batch_pos b_lt_n) (Inv := Inv a)) => //; last exact: Inv0.
- by move=> x B Ix; apply: Inv_step.
by move=> x Ix; apply: Phi_step.
Qed.

Theorem sparse_time_tail K M x : (K <= M)%N -> 0 < x ->
  INR #|[set s : M.-tuple (batch n b) |
     [exists m : 'I_M.+1, (K <= m)%N && Rltb x (pairs (run (@step n b a) x0 (take m s)))]]|
    / INR #|{: M.-tuple (batch n b)}|
  <= (1 - split_chance n b * a ^ 2 / 6) ^ K * pairs x0 / x.
Proof.
move=> KM xp; have [c0 c1] := c_bounds.
rewrite -avg_count (avg_ext (G := fun s : M.-tuple (batch n b) =>
   b2r (hits (@step n b a) (fun y => Rltb x (pairs y)) K x0 s))); last first.
  move=> s; congr b2r; apply/existsP/hitsP => [[m /andP[Km H]]|[m [Km ms H]]].
    by exists m; rewrite size_tuple; split => //; rewrite -ltnS; apply: ltn_ord.
  by rewrite size_tuple -ltnS in ms; exists (Ordinal ms); rewrite /= Km H.
apply: (maximal (batch_pos b_lt_n) (Inv := Inv a)) => //; try exact: Inv0.
- by move=> y B Iy; apply: Inv_step.
- by move=> y _; apply: Phi_ge0.
by move=> y Iy; apply: Phi_step.
Qed.
End Final.
