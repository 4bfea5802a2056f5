(* Almost sure, without measure theory: null sets of sequences of batches, from tails of events that can be seen in finite time. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From SGD Require Import statements.sums.
From SGD Require Import statements.model.
From SGD Require Import statements.state.
From SGD Require Import sums.
From SGD Require Import runs.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Words.
Variable T : finType.
Hypothesis T_pos : (0 < #|T|)%N.

Lemma avg_cat k m (F : seq T -> R) :
  avg (fun s : (k + m).-tuple T => F s) =
  avg (fun s : k.-tuple T => avg (fun s' : m.-tuple T => F (s ++ s'))).
Proof.
elim: k F => [|k IH] F; first by rewrite avg_tuple0.
rewrite addSn !avg_tupleS //; apply: avg_ext => B.
exact: (IH (fun u => F (B :: u))).
Qed.
Lemma avg_take M M0 (F : seq T -> R) : (M <= M0)%N ->
  avg (fun s : M0.-tuple T => F (take M s)) = avg (fun s : M.-tuple T => F s).
Proof.
move=> H; rewrite -(subnKC H) (@avg_cat M (M0 - M) (fun u => F (take M u))); apply: avg_ext => s.
rewrite -[RHS](avg_const (card_tuple_pos T_pos (M0 - M))); apply: avg_ext => s'.
by rewrite take_size_cat ?size_tuple.
Qed.

(* null: covered by cylinders of total chance at most eps, for every eps (outer_le A 0). *)
Definition null (A : (nat -> T) -> Prop) : Prop :=
  forall eps, 0 < eps -> exists C : forall M, {set M.-tuple T},
    (forall w, A w -> exists M, [tuple of mkseq w M] \in C M) /\
    (forall M0, \rsum_(M : 'I_M0) (INR #|C M| / INR (#|T| ^ M)) <= eps).

Section First.
Variable fail : seq T -> bool.
Definition newf (u : seq T) := fail u && all (fun m => ~~ fail (take m u)) (iota 0 (size u)).
Lemma newf_sum (s : seq T) M0 : (M0 <= (size s).+1)%N ->
  \rsum_(M : 'I_M0) b2r (newf (take M s)) = b2r (has (fun M => fail (take M s)) (iota 0 M0)).
Proof.
elim: M0 => [|M0 IH] H; first by rewrite big_ord0.
have -> : iota 0 M0.+1 = iota 0 M0 ++ [:: M0] by rewrite -(addn1 M0) iotaD add0n.
rewrite has_cat big_ord_recr /= IH; last exact: ltnW.
rewrite orbF.
have -> : newf (take M0 s) = fail (take M0 s) && ~~ has (fun M => fail (take M s)) (iota 0 M0).
  rewrite /newf size_takel // -all_predC; congr (_ && _); apply: eq_in_all => m.
  by rewrite mem_iota /= add0n => mM; rewrite take_take // ltnW.
by rewrite /b2r; case: (has _ _) => /=; case: (fail _) => /=; lra.
Qed.
Lemma first_fail (w : nat -> T) m : fail (mkseq w m) -> exists m', (m' <= m)%N /\ newf (mkseq w m').
Proof.
elim/ltn_ind: m => m IH H.
case: (boolP (all (fun m' => ~~ fail (take m' (mkseq w m))) (iota 0 (size (mkseq w m))))) => A.
  by exists m; rewrite /newf H A.
move/allPn: A => [m']; rewrite mem_iota add0n size_mkseq /= negbK => mm.
have -> : take m' (mkseq w m) = mkseq w m'.
  by rewrite /mkseq -map_take take_iota; congr map; congr iota; apply/minn_idPl; apply: ltnW.
case/(IH _ mm) => m2 [A B]; exists m2; split => //; apply: leq_trans A _; exact: ltnW.
Qed.
End First.

(* From tails of failure events to a null set. *)
Lemma geo (eps : R) m : 0 <= eps -> \rsum_(k : 'I_m) (eps * (1 / 2) ^ k.+1) <= eps.
Proof.
move=> e0; have -> : \rsum_(k : 'I_m) (eps * (1 / 2) ^ k.+1) = eps * (1 - (1 / 2) ^ m).
  elim: m => [|m IH]; first by rewrite big_ord0 /=; ring.
  by rewrite big_ord_recr IH /=; field.
have : 0 <= (1 / 2) ^ m by apply: pow_le; lra.
nra.
Qed.
Lemma null_of_tails (A : (nat -> T) -> Prop) :
  (forall eps, 0 < eps -> exists fail : nat -> seq T -> bool,
     [/\ (forall w, A w -> exists k m, fail k (mkseq w m)),
         (forall k u, fail k u -> (k <= size u)%N) &
         (forall k M, avg (fun s : M.-tuple T =>
            b2r (has (fun m => fail k (take m s)) (iota 0 M.+1))) <= eps * (1 / 2) ^ k.+1)]) ->
  null A.
Proof.
move=> H eps e0; have [fail [F1 F2 F3]] := H eps e0.
exists (fun M => [set s : M.-tuple T | [exists k : 'I_M.+1, newf (fail k) s]]); split.
  move=> w /F1[k [m Hf]]; have [m' [_ Hn]] := first_fail Hf.
  exists m'; rewrite inE; apply/existsP.
  have kb : (k < m'.+1)%N.
    by have /andP[/F2 Hs _] := Hn; rewrite size_mkseq in Hs.
  by exists (Ordinal kb).
move=> M0; apply: Rle_trans (geo M0 (Rlt_le _ _ e0)).
apply: (Rle_trans _ (\rsum_(M : 'I_M0) \rsum_(k : 'I_M0) avg (fun s : M.-tuple T => b2r (newf (fail k) s)))).
  apply: rsum_le => M _; rewrite -card_tuple -avg_count -avg_sum.
  apply: avg_le; first exact: card_tuple_pos.
  move=> s; rewrite /b2r; case: existsP => [[k Hk]|_]; last first.
    by apply: rsum_ge0 => k _; case: (newf _ _); lra.
  have kb : (k < M0)%N by apply: leq_trans (ltn_ord k) (ltn_ord M).
  rewrite (bigD1 (Ordinal kb)) //=; set q := \big[_/_]_(_ | _) _.
  have Q : 0 <= q by apply: rsum_ge0 => k' _; case: (newf _ _); lra.
  by rewrite Hk; lra.
rewrite exchange_big /=; apply: rsum_le => k _.
apply: Rle_trans (F3 k M0).
apply: (Rle_trans _ (\rsum_(M : 'I_M0) avg (fun s : M0.-tuple T => b2r (newf (fail k) (take M s))))).
  by right; apply: eq_bigr => M _; rewrite (@avg_take M M0 (fun u => b2r (newf (fail k) u))) // ltnW.
rewrite -avg_sum; apply: avg_le; first exact: card_tuple_pos.
move=> s; rewrite newf_sum; last by rewrite size_tuple.
rewrite /b2r -(addn1 M0) iotaD has_cat; case: (has _ (iota 0 M0)) => /=; first by lra.
by case: (_ || _); lra.
Qed.
End Words.
