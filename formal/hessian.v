(* TRACE: the Hessian of the mean loss at a minimum, on the cell of its active data. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From Coq Require Import FunctionalExtensionality.
From SGD.statements Require Import sums model state hessian.
From SGD Require Import sums gradient step.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

(* polynomials of degree at most 4 *)
Lemma poly_der c0 c1 c2 c3 c4 u : derivable_pt_lim (fun u => c0 + c1 * u + c2 * u ^ 2 + c3 * u ^ 3 + c4 * u ^ 4) u
  (c1 + 2 * c2 * u + 3 * c3 * u ^ 2 + 4 * c4 * u ^ 3).
Proof.
have P k c : derivable_pt_lim (fun u => c * u ^ k) u (c * (INR k * u ^ k.-1)).
  by apply: (derivable_pt_lim_scal (fun u => u ^ k)); apply: derivable_pt_lim_pow.
have S f g a b : derivable_pt_lim f u a -> derivable_pt_lim g u b -> derivable_pt_lim (fun u => f u + g u) u (a + b).
  exact: (derivable_pt_lim_plus f g).
have := S _ _ _ _ (S _ _ _ _ (S _ _ _ _ (S _ _ _ _ (P 0%N c0) (P 1%N c1)) (P 2%N c2)) (P 3%N c3)) (P 4%N c4).
rewrite (_ : (fun u => _) = (fun u => c0 + c1 * u + c2 * u ^ 2 + c3 * u ^ 3 + c4 * u ^ 4)); last first.
  by apply: functional_extensionality => z /=; ring.
by rewrite (_ : _ + _ = c1 + 2 * c2 * u + 3 * c3 * u ^ 2 + 4 * c4 * u ^ 3) //=; ring.
Qed.

Lemma second_sum d n (f : 'I_n -> ('I_d -> R) -> R) w v (c : 'I_n -> R) a :
  (forall j, second_derivative (f j) w v (c j)) ->
  second_derivative (fun w => a * \rsum_(j : 'I_n) f j w) w v (a * \rsum_(j : 'I_n) c j).
Proof.
move=> H; have /fin_all_exists [g Hg] : forall j, exists g : R -> R,
    (forall u, derivable_pt_lim (fun u => f j (fun k => w k + u * v k)) u (g u)) /\ derivable_pt_lim g 0 (c j) by [].
have S (h : 'I_n -> R -> R) (e : 'I_n -> R) u : (forall j, derivable_pt_lim (h j) u (e j)) ->
    derivable_pt_lim (fun u => a * \rsum_(j : 'I_n) h j u) u (a * \rsum_(j : 'I_n) e j).
  move=> D; apply: (derivable_pt_lim_scal (fun u => \rsum_(j : 'I_n) h j u)).
  elim: (index_enum _) => [|j s IH].
    rewrite big_nil (_ : (fun u => _) = (fun _ => 0)); first exact: derivable_pt_lim_const.
    by apply: functional_extensionality => z; rewrite big_nil.
  rewrite big_cons (_ : (fun u => _) = (fun u => h j u + \big[Rplus/0]_(i <- s) h i u)).
    by apply: (derivable_pt_lim_plus (h j)).
  by apply: functional_extensionality => z; rewrite big_cons.
exists (fun u => a * \rsum_(j : 'I_n) g j u); split; last by apply: S => j; case: (Hg j).
by move=> u; apply: S => j; case: (Hg j).
Qed.

(* one sample, active or not *)
Lemma second_linear d (x w v : 'I_d -> R) : dot x x = 1 -> second_derivative (loss linear x) w v
  (4 * dot w x * dot v x * dot w v + dot w x ^ 2 * dot v v - dot v x ^ 2 * (2 - dot w w)).
Proof.
move=> x1; set q := dot w x; set e := dot v x; set r := dot w w; set g := dot w v; set h := dot v v.
have E : (fun u => loss linear x (fun k => w k + u * v k)) =
    (fun u => / 2 * (1 - q ^ 2 * (2 - r)) + (q ^ 2 * g - q * e * (2 - r)) * u +
      (/ 2 * q ^ 2 * h + 2 * q * e * g - / 2 * e ^ 2 * (2 - r)) * u ^ 2 + (q * e * h + e ^ 2 * g) * u ^ 3 +
      / 2 * e ^ 2 * h * u ^ 4).
  apply: functional_extensionality => u; rewrite lossE //; last by rewrite /linear; ring.
  set z := fun k => w k + u * v k.
  have L y : dot z y = dot w y + u * dot v y.
    by rewrite /dot rsum_mull -rsum_add; apply: eq_bigr => k _; rewrite /z; ring.
  have -> : dot z z = r + 2 * u * g + u ^ 2 * h by rewrite L (dotC w z) (dotC v z) !L (dotC v w) /r /g /h; ring.
  by rewrite L /linear -/q -/e; field.
set c1 := q ^ 2 * g - _ in E; set c2 := / 2 * q ^ 2 * h + _ - _ in E; set c3 := q * e * h + _ in E; set c4 := / 2 * e ^ 2 * h in E.
exists (fun u => c1 + 2 * c2 * u + 3 * c3 * u ^ 2 + 4 * c4 * u ^ 3); split; first by move=> u; rewrite E; apply: poly_der.
have D := poly_der c1 (2 * c2) (3 * c3) (4 * c4) 0 0.
rewrite (_ : (fun u => _) = (fun u => c1 + 2 * c2 * u + 3 * c3 * u ^ 2 + 4 * c4 * u ^ 3 + 0 * u ^ 4)); last first.
  by apply: functional_extensionality => u; ring.
by move: D; rewrite (_ : 2 * c2 + _ + _ + _ = 4 * q * e * g + q ^ 2 * h - e ^ 2 * (2 - r)) // /c2; field.
Qed.
Lemma second_closed d (x w v : 'I_d -> R) : second_derivative (loss closed x) w v 0.
Proof.
have E : (fun u => loss closed x (fun k => w k + u * v k)) = (fun _ => / 2 * norm2 x).
  apply: functional_extensionality => u; rewrite /loss; congr (_ * _); apply: eq_bigr => k _.
  by rewrite /closed; ring.
by exists (fun _ => 0); split; [move=> u; rewrite E|]; apply: derivable_pt_lim_const.
Qed.

Section Minimum.
Variables (n d : nat) (X : 'I_n -> 'I_d -> R) (A : {set 'I_n}) (w : 'I_d -> R).
Hypothesis ortho : orthonormal X.
Hypothesis minimum : unit_in_span A X w.
Let w1 : dot w w = 1.
Proof. by case: minimum => <- _; apply: eq_bigr => k _; ring. Qed.
Let expand v : \rsum_(j in A) dot w (X j) * dot v (X j) = dot w v.
Proof.
case: minimum => _ [c Hc]; have Q j : j \in A -> dot w (X j) = c j.
  move=> jA; rewrite (_ : w = (fun k => \rsum_(i in A) c i * X i k)); last by apply: functional_extensionality.
  rewrite dot_sum (bigD1 j) //= big1 => [|i /andP[_ /negbTE ij]]; last by rewrite ortho ij; ring.
  by rewrite ortho eqxx /=; ring.
rewrite [in RHS](_ : w = (fun k => \rsum_(i in A) c i * X i k)); last by apply: functional_extensionality.
by rewrite dot_sum; apply: eq_bigr => j jA; rewrite Q // (dotC v).
Qed.

(* the Hessian as a quadratic form: 4 <w,v>^2 + |v|^2 - |P v|^2, over n *)
Definition hessian_form (v : 'I_d -> R) : R := (4 * dot w v ^ 2 + dot v v - \rsum_(j in A) dot v (X j) ^ 2) / INR n.
Theorem hessian_at_minimum v : second_derivative (cell_loss A X) w v (hessian_form v).
Proof.
pose c j := if j \in A then 4 * dot w (X j) * dot v (X j) * dot w v + dot w (X j) ^ 2 * dot v v - dot v (X j) ^ 2 * (2 - dot w w) else 0.
have S j : second_derivative (loss (if j \in A then linear else closed) (X j)) w v (c j).
  rewrite /c; case: (j \in A); last exact: second_closed.
  by apply: second_linear; rewrite ortho eqxx.
have := second_sum (/ INR n) S; rewrite (_ : / INR n * _ = hessian_form v) //.
rewrite /hessian_form /Rdiv Rmult_comm; congr (_ * _); rewrite /c -big_mkcond /=.
have -> : 4 * dot w v ^ 2 + dot v v - \rsum_(j in A) dot v (X j) ^ 2 =
    4 * dot w v * (\rsum_(j in A) dot w (X j) * dot v (X j)) + dot v v * (\rsum_(j in A) dot w (X j) * dot w (X j)) - \rsum_(j in A) dot v (X j) ^ 2.
  by rewrite !expand w1; ring.
by rewrite (rsum_mull _ _ (4 * dot w v)) (rsum_mull _ _ (dot v v)) /Rminus rsum_opp -!rsum_add; apply: eq_bigr => j _; rewrite w1; ring.
Qed.
Theorem trace_at_minimum : is_trace (cell_loss A X) w ((INR d + 4 - INR #|A|) / INR n).
Proof.
exists (fun i => hessian_form (fun k => b2r (k == i))); split; first by move=> i; exact: hessian_at_minimum.
have ax i v : dot (fun k => b2r (k == i)) v = v i.
  rewrite /dot (bigD1 i) //= big1 => [|k /negbTE ki]; last by rewrite ki; exact: Rmult_0_l.
  by rewrite eqxx /=; ring.
rewrite /hessian_form /Rdiv -rsum_mulr; congr (_ * _).
rewrite (eq_bigr (fun i => 4 * (w i * w i) + (1 + - \rsum_(j in A) X j i * X j i))) => [|i _]; last first.
  rewrite (dotC w) !ax eqxx [b2r true]/b2r; have -> : \rsum_(j in A) dot (fun k => b2r (k == i)) (X j) ^ 2 = \rsum_(j in A) X j i * X j i.
    by apply: eq_bigr => j _; rewrite ax; ring.
  by ring.
rewrite rsum_add -rsum_mull -/(dot w w) w1 rsum_add rsum_constT card_ord -rsum_opp exchange_big /=.
rewrite (eq_bigr (fun=> 1)) => [|j _]; last by rewrite -/(dot (X j) (X j)) ortho eqxx.
by rewrite rsum_const (eq_card (B := A)) //; ring.
Qed.
End Minimum.

(* a Hessian has one trace *)
Lemma second_unique d (f : ('I_d -> R) -> R) w v c c' :
  second_derivative f w v c -> second_derivative f w v c' -> c = c'.
Proof.
case=> [g [Hg Hc]] [g' [Hg' Hc']]; have E : g = g'.
  by apply: functional_extensionality => u; apply: uniqueness_limite (Hg u) (Hg' u).
by rewrite -E in Hc'; apply: uniqueness_limite Hc Hc'.
Qed.
Theorem trace_unique d (f : ('I_d -> R) -> R) w t t' : is_trace f w t -> is_trace f w t' -> t = t'.
Proof.
by case=> [H [HH ->]] [H' [HH' ->]]; apply: eq_bigr => i _; apply: second_unique (HH i) (HH' i).
Qed.

(* the mean size of a set of indices that is not empty, all sets being equally likely *)
Theorem mean_size n : (1 <= n)%N ->
  (\rsum_(B : {set 'I_n} | B != set0) INR #|B|) / INR #|[set B : {set 'I_n} | B != set0]| = INR n / 2 / (1 - / 2 ^ n).
Proof.
move=> n1; have C : #|{: {set 'I_n}}| = expn 2 n by rewrite -cardsT -powersetT card_powerset cardsT card_ord.
have P2 : INR (expn 2 n) = 2 ^ n by elim: (n) => [|m IH]; rewrite ?expn0 // expnS mult_INR IH.
have two : 2 <= 2 ^ n.
  by case: (n) n1 => // m _; rewrite -[2 ^ m.+1]/(2 * 2 ^ m); have := pow_R1_Rle 2 m ltac:(lra); lra.
have S : 2 * (\rsum_(B : {set 'I_n}) INR #|B|) = INR n * 2 ^ n.
  have E : \rsum_(B : {set 'I_n}) INR #|B| = \rsum_(B : {set 'I_n}) INR #|~: B| by rewrite (reindex_inj (@setC_inj _)).
  rewrite (_ : 2 * _ = (\rsum_(B : {set 'I_n}) INR #|B|) + \rsum_(B : {set 'I_n}) INR #|~: B|); last by lra.
  rewrite -rsum_add (eq_bigr (fun=> INR n)) => [|B _]; last by rewrite -plus_INR plusE cardsC card_ord.
  by rewrite rsum_constT C P2; ring.
have Z : \rsum_(B : {set 'I_n} | B != set0) INR #|B| = \rsum_(B : {set 'I_n}) INR #|B|.
  by rewrite [RHS](bigD1 set0) //= cards0 (_ : INR 0 = 0) // Rplus_0_l.
have M : INR #|[set B : {set 'I_n} | B != set0]| = 2 ^ n - 1.
  rewrite (eq_card (B := predC1 set0)) => [|B]; last by rewrite inE.
  by rewrite cardC1 C -subn1 minus_INR ?P2 //; apply/leP; rewrite expn_gt0.
rewrite Z M (_ : \rsum_(B : {set 'I_n}) INR #|B| = INR n * 2 ^ n / 2); last by lra.
by field; lra.
Qed.
