(* Words of batches and runs along them: means over words, decay of a mean, and the finite maximal inequality (Ville). *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From SGD Require Import statements.sums.
From SGD Require Import statements.state.
From SGD Require Import sums.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Runs.
Variables (T : finType) (X : Type) (step : X -> T -> X).
Hypothesis T_pos : (0 < #|T|)%N.
Let N_pos : 0 < INR #|T|. Proof. by apply: lt_0_INR; apply/ltP. Qed.

Notation run := (run step).

Lemma card_tuple_pos k : (0 < #|{: k.-tuple T}|)%N.
Proof. by rewrite card_tuple expn_gt0 T_pos. Qed.

Lemma avg_tuple0 (F : 0.-tuple T -> R) : avg F = F [tuple].
Proof.
rewrite /avg (eq_bigr (fun=> F [tuple])) ; last by move=> s _; rewrite (tuple0 s).
by rewrite rsum_constT card_tuple expn0 /=; field.
Qed.

Lemma avg_tupleS k (F : k.+1.-tuple T -> R) :
  avg F = avg (fun B : T => avg (fun s : k.-tuple T => F [tuple of B :: s])).
Proof.
rewrite /avg !card_tuple expnS mult_INR.
have Nk : INR (#|T| ^ k) <> 0.
  by apply: not_0_INR => /eqP; rewrite expn_eq0; case: (#|T|) T_pos.
have -> : \rsum_(s : k.+1.-tuple T) F s =
    \rsum_(B : T) \rsum_(s : k.-tuple T) F [tuple of B :: s].
  rewrite pair_big /=.
  rewrite (reindex (fun p : T * k.-tuple T => [tuple of p.1 :: p.2])) //=.
  exists (fun s : k.+1.-tuple T => (thead s, [tuple of behead s])) => [[B s] _ | s _] /=.
    by congr (_, _); apply: val_inj.
  by rewrite [RHS](tuple_eta s).
set G := fun B : T => \rsum_(s : k.-tuple T) F [tuple of B :: s].
rewrite -/(\rsum_(B : T) G B).
have -> : \rsum_(B : T) (G B / INR (#|T| ^ k)) = (\rsum_(B : T) G B) * / INR (#|T| ^ k).
  by rewrite rsum_mulr.
by field; split => //; lra.
Qed.

(* Mean decay along runs, from a one-step inequality under an invariant. *)
Variables (Inv : X -> Prop) (Phi : X -> R) (c : R).
Hypothesis c_ge0 : 0 <= c.
Hypothesis Inv_step : forall x B, Inv x -> Inv (step x B).
Hypothesis Phi_ge0 : forall x, Inv x -> 0 <= Phi x.
Hypothesis Phi_step : forall x, Inv x -> avg (fun B => Phi (step x B)) <= c * Phi x.

Theorem mean_decay k x : Inv x ->
  avg (fun s : k.-tuple T => Phi (run x s)) <= c ^ k * Phi x.
Proof.
elim: k x => [|k IH] x Hx; first by rewrite avg_tuple0 /=; lra.
rewrite avg_tupleS.
apply: (Rle_trans _ (avg (fun B => c ^ k * Phi (step x B)))).
  by apply: avg_le => // B; apply: IH; apply: Inv_step.
rewrite avg_mull // (_ : c ^ k.+1 * Phi x = c ^ k * (c * Phi x)); last by rewrite /=; ring.
by apply: Rmult_le_compat_l; [apply: pow_le | apply: Phi_step].
Qed.

(* Some state among x_K, ..., x_M is bad. *)
Fixpoint hits (bad : X -> bool) (K : nat) (x : X) (s : seq T) : bool :=
  ((K == 0)%N && bad x) ||
  (if s is B :: s' then hits bad K.-1 (step x B) s' else false).

Lemma hitsP (bad : X -> bool) K x s :
  reflect (exists m, [/\ (K <= m)%N, (m <= size s)%N & bad (run x (take m s))])
          (hits bad K x s).
Proof.
elim: s K x => [|B s IH] K x /=.
  rewrite orbF; apply: (iffP andP) => [[/eqP-> H]|[m [Km]]]; first by exists 0%N.
  by rewrite leqn0 => /eqP m0; move: Km; rewrite m0 leqn0 /= => ->.
apply: (iffP orP) => [[/andP[/eqP-> H]|/IH[m [Km ms H]]]|[[|m] [Km ms H]]].
- by exists 0%N; rewrite take0.
- by exists m.+1; split=> //; case: K Km.
- by left; rewrite -leqn0 Km.
by right; apply/IH; exists m; split=> //; case: K Km.
Qed.

Hypothesis c_le1 : c <= 1.
Variable lev : R.
Hypothesis lev_pos : 0 < lev.
Let bad y := Rltb lev (Phi y).

Lemma maximal0 M x : Inv x ->
  lev * avg (fun s : M.-tuple T => b2r (hits bad 0 x s)) <= Phi x.
Proof.
elim: M x => [|M IH] x Hx.
  rewrite avg_tuple0 /= orbF /b2r /bad; case: RltbP => H; first by lra.
  by have := Phi_ge0 Hx; lra.
case: (boolP (bad x)) => Bx.
  have L : lev < Phi x by move: Bx; rewrite /bad; case: RltbP.
  apply: (Rle_trans _ (lev * avg (fun s : M.+1.-tuple T => 1))).
    apply: Rmult_le_compat_l; first by lra.
    by apply: avg_le; [exact: card_tuple_pos | move=> s; rewrite /b2r; case: (hits _ _ _ _); lra].
  by rewrite avg_const ?card_tuple_pos //; lra.
rewrite avg_tupleS -avg_mull //.
apply: (Rle_trans _ (avg (fun B => Phi (step x B)))).
  apply: avg_le => // B /=.
  have -> : avg (fun s : M.-tuple T => b2r ((bad x) || hits bad 0 (step x B) s)) =
     avg (fun s : M.-tuple T => b2r (hits bad 0 (step x B) s)).
    by apply: avg_ext => s; rewrite (negbTE Bx).
  by apply: IH; apply: Inv_step.
have := Phi_step Hx; have := Phi_ge0 Hx => P0 P1.
have P2 : c * Phi x <= 1 * Phi x by apply: Rmult_le_compat_r; lra.
lra.
Qed.

Theorem maximal K M x : Inv x -> (K <= M)%N ->
  avg (fun s : M.-tuple T => b2r (hits bad K x s)) <= c ^ K * Phi x / lev.
Proof.
move=> Hx KM.
suff : lev * avg (fun s : M.-tuple T => b2r (hits bad K x s)) <= c ^ K * Phi x.
  move=> H; apply: (Rmult_le_reg_l lev) => //.
  by rewrite (_ : lev * (c ^ K * Phi x / lev) = c ^ K * Phi x) //; field; lra.
elim: K M x Hx KM => [|K IH] M x Hx KM.
  by rewrite Rmult_1_l; apply: maximal0.
case: M KM => // M KM.
rewrite avg_tupleS -avg_mull //.
apply: (Rle_trans _ (avg (fun B => c ^ K * Phi (step x B)))).
  by apply: avg_le => // B /=; apply: IH => //; apply: Inv_step.
rewrite avg_mull // (_ : c ^ K.+1 * Phi x = c ^ K * (c * Phi x)); last by rewrite /=; ring.
by apply: Rmult_le_compat_l; [apply: pow_le | apply: Phi_step].
Qed.
End Runs.
