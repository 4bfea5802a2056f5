(* SGD-SPARSE: the generated statement from sgd_sparse_vectors (sparse.v). *)
From SGD Require Import sums coordinates psi null_sets gradient step sparse.

(* outside a null set: probability 1 *)
Lemma almost_surely (T : finType) (A : (nat -> T) -> Prop) : (0 < #|T|)%N ->
  null (fun w => ~ A w) -> probability A 1.
Proof.
move=> T0 N; split; last by rewrite Rminus_diag_eq // => e e0; have [C [C1 C2]] := N e e0; exists C; split => // M0; have := C2 M0; lra.
move=> e e0; exists (fun M => if M is 0 then setT else set0); split; first by move=> w _; exists 0%N; rewrite inE.
case=> [|M0]; first by rewrite big_ord0; lra.
rewrite big_ord_recl /= cardsT card_tuple expn0 big1; last by move=> i _; rewrite cards0 /=; rewrite /Rdiv Rmult_0_l.
by have -> : INR 1 = 1 by []; lra.
Qed.

(* gate *)
move=> n d b eta X w0 phi act; intros; apply: almost_surely; first exact: batches.batch_pos.
move=> e e0; have [C [C1 C2]] := @sgd_sparse_vectors n d b eta X w0 phi act ltac:(assumption) ltac:(assumption)
  ltac:(assumption) ltac:(assumption) ltac:(lra) ltac:(lra) ltac:(lra) ltac:(lra) e e0.
exists C; split => // B NB; apply: C1 => -[w [Rw [i [F1 F2 F3 F4 F5]]]]; apply: NB.
by exists w; split => //; exists i.
