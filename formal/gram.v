(* Q-GRAM: residuals after a step of SGD on squares, from the gradients; the second moment from the moments of a
   batch's multiplicities, for any law of batches; the same in the eigenvectors of K; the counts in a word. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From SGD.statements Require Import sums model.
From SGD Require Import sums gradient runs hessian.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.

Lemma pick n (F : 'I_n -> R) i : \rsum_(j : 'I_n) b2r (i == j) * F j = F i.
Proof.
rewrite (bigD1 i) //= big1 ?eqxx /b2r; first by ring.
by move=> j; rewrite eq_sym => /negbTE->; ring.
Qed.

(* The gradient of half a squared residual. *)
Lemma square_gradient d (x t : 'I_d -> R) y :
  is_gradient (fun t => / 2 * (dot t x - y) ^ 2) t (fun q => (dot t x - y) * x q).
Proof.
move=> v; set r := dot t x - y; set e := dot v x.
have D := poly_der (/ 2 * r ^ 2) (r * e) (/ 2 * e ^ 2) 0 0 0.
have -> : dot (fun q => r * x q) v = r * e by rewrite /e /dot rsum_mull; apply: eq_bigr => q _; ring.
rewrite (_ : _ + _ = r * e) in D; last by ring.
rewrite (_ : (fun u => _) = (fun u => / 2 * r ^ 2 + r * e * u + / 2 * e ^ 2 * u ^ 2 + 0 * u ^ 3 + 0 * u ^ 4)) //.
apply: FunctionalExtensionality.functional_extensionality => u.
rewrite (_ : dot (fun k => t k + u * v k) x = dot t x + u * dot v x); first by rewrite /r /e; field.
by rewrite /dot rsum_mull -rsum_add; apply: eq_bigr => k _; ring.
Qed.

(* Entries of the second moment after one step, from the moments of the multiplicities m. *)
Section Map.
Variables (n : nat) (Om T : finType) (m : Om -> 'I_n -> R) (kb nn eta o e : R).
Variables (K : 'I_n -> 'I_n -> R) (r : T -> 'I_n -> R).
Hypotheses (Om0 : (0 < #|Om|)%N) (T0 : (0 < #|T|)%N) (kb0 : kb <> 0) (nn0 : nn <> 0).
Hypothesis m1 : forall i, avg (fun B => m B i) = kb / nn.
Hypothesis mo : forall i j, i != j -> avg (fun B => m B i * m B j) / kb ^ 2 = o.
Hypothesis me : forall i, avg (fun B => m B i * m B i) / kb ^ 2 = e.
Hypothesis Ks : forall i j, K i j = K j i.
Notation S i j := (avg (fun s => r s i * r s j)).
Notation r1 s B i := (r s i - eta / kb * \rsum_(h : 'I_n) m B h * (K i h * r s h)).

Lemma m2 i j : avg (fun B => m B i * m B j) = kb ^ 2 * (o + (e - o) * b2r (i == j)).
Proof.
case: (boolP (i == j)) => [/eqP<-|ij]; rewrite /b2r; first by rewrite -(me i); field.
by rewrite -(mo ij); field.
Qed.
Lemma step_entry s i j : avg (fun B => r1 s B i * r1 s B j) =
  r s i * r s j + ((- (eta / nn)) * (\rsum_(h : 'I_n) (K i h * (r s h * r s j) + K h j * (r s i * r s h)))
  + eta ^ 2 * (o * (\rsum_(h : 'I_n) \rsum_(q : 'I_n) (K i h * K q j) * (r s h * r s q))
     + (e - o) * (\rsum_(h : 'I_n) (K i h * K h j) * (r s h * r s h)))).
Proof.
pose c h := K i h * (r s h * r s j) + K h j * (r s i * r s h).
pose f h q := (K i h * K q j) * (r s h * r s q).
rewrite (avg_ext (G := fun B => r s i * r s j + ((- (eta / kb)) * (\rsum_(h : 'I_n) c h * m B h)
   + (eta / kb) ^ 2 * (\rsum_(h : 'I_n) \rsum_(q : 'I_n) f h q * (m B h * m B q))))); last first.
  move=> B; set A := fun i => \rsum_(h : 'I_n) m B h * (K i h * r s h).
  have -> : \rsum_(h : 'I_n) c h * m B h = A i * r s j + r s i * A j.
    by rewrite /A rsum_mulr rsum_mull -rsum_add; apply: eq_bigr => h _; rewrite /c (Ks h j); ring.
  have -> : \rsum_(h : 'I_n) \rsum_(q : 'I_n) f h q * (m B h * m B q) = A i * A j.
    rewrite {1}/A rsum_mulr; apply: eq_bigr => h _; rewrite /A rsum_mull; apply: eq_bigr => q _.
    by rewrite /f (Ks q j); ring.
  by rewrite -/(A i) -/(A j); ring.
rewrite avg_add // avg_const // avg_add // !avg_mull //.
have -> : avg (fun B => \rsum_(h : 'I_n) c h * m B h) = kb / nn * \rsum_(h : 'I_n) c h.
  by rewrite avg_sum rsum_mull; apply: eq_bigr => h _; rewrite avg_mull // m1; ring.
have -> : avg (fun B => \rsum_(h : 'I_n) \rsum_(q : 'I_n) f h q * (m B h * m B q)) =
    kb ^ 2 * (o * (\rsum_(h : 'I_n) \rsum_(q : 'I_n) f h q) + (e - o) * \rsum_(h : 'I_n) f h h).
  rewrite avg_sum !rsum_mull -rsum_add rsum_mull; apply: eq_bigr => h _.
  rewrite avg_sum -(pick (fun q => f h q) h) !rsum_mull -rsum_add rsum_mull; apply: eq_bigr => q _.
  by rewrite avg_mull // m2; ring.
by rewrite /f /c; field.
Qed.
Theorem step_moment i j : avg (fun s => avg (fun B => r1 s B i * r1 s B j)) =
  S i j + ((- (eta / nn)) * (\rsum_(h : 'I_n) (K i h * S h j + K h j * S i h))
  + eta ^ 2 * (o * (\rsum_(h : 'I_n) \rsum_(q : 'I_n) (K i h * K q j) * S h q)
     + (e - o) * (\rsum_(h : 'I_n) (K i h * K h j) * S h h))).
Proof.
rewrite (avg_ext (step_entry ^~ i ^~ j)) avg_add // avg_add // !avg_mull // avg_add // !avg_mull //.
congr (_ + (_ * _ + _ * (_ * _ + _ * _))); rewrite avg_sum; apply: eq_bigr => h _.
- by rewrite avg_add // !avg_mull.
- by rewrite avg_sum; apply: eq_bigr => q _; rewrite avg_mull.
by rewrite avg_mull.
Qed.
End Map.

(* The same in the eigenvectors of K, and what a fixed point says of the diagonal. *)
Section Modes.
Variables (n : nat) (K U : 'I_n -> 'I_n -> R) (l : 'I_n -> R).
Hypothesis KU : forall i j, K i j = \rsum_(a : 'I_n) U i a * l a * U j a.
Hypothesis cols : forall a c, \rsum_(i : 'I_n) U i a * U i c = b2r (a == c).
Hypothesis rows : forall i j, \rsum_(a : 'I_n) U i a * U j a = b2r (i == j).
Implicit Types Z Y : 'I_n -> 'I_n -> R.
Notation mode Z a c := (\rsum_(i : 'I_n) \rsum_(j : 'I_n) U i a * Z i j * U j c).

Lemma K_sym i j : K i j = K j i.
Proof. by rewrite !KU; apply: eq_bigr => a _; ring. Qed.
Lemma eig a h : \rsum_(i : 'I_n) U i a * K i h = l a * U h a.
Proof.
rewrite -(pick (fun c => l c * U h c) a).
rewrite (eq_bigr (fun i => \rsum_(c : 'I_n) (U i a * U i c) * (l c * U h c))); last first.
  by move=> i _; rewrite KU rsum_mull; apply: eq_bigr => c _; ring.
by rewrite exchange_big; apply: eq_bigr => c _; rewrite /= -rsum_mulr cols.
Qed.
Lemma mode_left Z a c : \rsum_(i : 'I_n) \rsum_(j : 'I_n) U i a * (\rsum_(h : 'I_n) K i h * Z h j) * U j c = l a * mode Z a c.
Proof.
rewrite exchange_big /= (exchange_big _ _ _ _ _ (fun i j => U i a * Z i j * U j c)) /= rsum_mull.
apply: eq_bigr => j _.
rewrite (eq_bigr (fun i => \rsum_(h : 'I_n) (U i a * K i h) * (Z h j * U j c))); last first.
  by move=> i _; rewrite rsum_mull rsum_mulr; apply: eq_bigr => h _; ring.
rewrite exchange_big rsum_mull; apply: eq_bigr => h _; rewrite /= -rsum_mulr eig; ring.
Qed.
Lemma mode_right Z a c : \rsum_(i : 'I_n) \rsum_(j : 'I_n) U i a * (\rsum_(h : 'I_n) Z i h * K h j) * U j c = l c * mode Z a c.
Proof.
rewrite rsum_mull; apply: eq_bigr => i _.
rewrite (eq_bigr (fun j => \rsum_(h : 'I_n) (U j c * K j h) * (Z i h * U i a))); last first.
  by move=> j _; rewrite rsum_mull rsum_mulr; apply: eq_bigr => h _; rewrite (K_sym h j); ring.
rewrite exchange_big rsum_mull; apply: eq_bigr => h _; rewrite /= -rsum_mulr eig; ring.
Qed.
Lemma mode_both Z a c :
  \rsum_(i : 'I_n) \rsum_(j : 'I_n) U i a * (\rsum_(h : 'I_n) \rsum_(q : 'I_n) K i h * Z h q * K q j) * U j c = l a * l c * mode Z a c.
Proof.
rewrite Rmult_assoc -mode_right -(mode_left (fun i j => \rsum_(h : 'I_n) Z i h * K h j)).
apply: eq_bigr => i _; apply: eq_bigr => j _; congr (_ * _ * _); apply: eq_bigr => h _.
by rewrite rsum_mull; apply: eq_bigr => q _; ring.
Qed.
Lemma mode_diagonal (D : 'I_n -> R) a c :
  \rsum_(i : 'I_n) \rsum_(j : 'I_n) U i a * (\rsum_(h : 'I_n) K i h * D h * K h j) * U j c = l a * l c * \rsum_(i : 'I_n) U i a * U i c * D i.
Proof.
have -> : \rsum_(i : 'I_n) U i a * U i c * D i = mode (fun i j => b2r (i == j) * D i) a c.
  apply: eq_bigr => i _; rewrite -[LHS](pick (fun j => U i a * U j c * D i) i); apply: eq_bigr => j _; ring.
rewrite -mode_both; apply: eq_bigr => i _; apply: eq_bigr => j _; congr (_ * _ * _); apply: eq_bigr => h _.
rewrite -[LHS](pick (fun q => K i h * D h * K q j) h); apply: eq_bigr => q _; ring.
Qed.
Lemma mode_add Z Y a c : mode (fun i j => Z i j + Y i j) a c = mode Z a c + mode Y a c.
Proof. by rewrite -rsum_add; apply: eq_bigr => i _; rewrite -rsum_add; apply: eq_bigr => j _; ring. Qed.
Lemma mode_mull x Z a c : mode (fun i j => x * Z i j) a c = x * mode Z a c.
Proof. by rewrite rsum_mull; apply: eq_bigr => i _; rewrite rsum_mull; apply: eq_bigr => j _; ring. Qed.
Lemma mode_ext Z Y a c : (forall i j, Z i j = Y i j) -> mode Z a c = mode Y a c.
Proof. by move=> E; apply: eq_bigr => i _; apply: eq_bigr => j _; rewrite E. Qed.
Lemma back Z i j : Z i j = \rsum_(a : 'I_n) \rsum_(c : 'I_n) U i a * mode Z a c * U j c.
Proof.
rewrite -(pick (Z i) j) (eq_bigr (fun q => \rsum_(c : 'I_n) U j c * U q c * \rsum_(h : 'I_n) b2r (i == h) * Z h q)); last first.
  by move=> q _; rewrite pick -rsum_mulr rows.
rewrite exchange_big [RHS]exchange_big /=; apply: eq_bigr => c _.
rewrite (eq_bigr (fun q => \rsum_(a : 'I_n) \rsum_(h : 'I_n) U i a * (U h a * Z h q * U q c) * U j c)); last first.
  move=> q _; rewrite exchange_big /= rsum_mull; apply: eq_bigr => h _; rewrite -rows.
  by rewrite !rsum_mulr rsum_mull; apply: eq_bigr => a _; ring.
rewrite exchange_big; apply: eq_bigr => a _ /=.
rewrite rsum_mull rsum_mulr exchange_big; apply: eq_bigr => h _ /=.
by rewrite rsum_mull rsum_mulr.
Qed.

Variables (S S1 : 'I_n -> 'I_n -> R) (nn eta kap : R).
Hypothesis nn0 : nn <> 0.
Hypothesis ES : forall i j, S1 i j = eta ^ 2 * ((\rsum_(h : 'I_n) K i h * S h h * K h j) * kap / nn +
    (\rsum_(h : 'I_n) \rsum_(q : 'I_n) K i h * S h q * K q j) * (1 - kap) / nn ^ 2) + S i j -
  eta * (\rsum_(h : 'I_n) (K i h * S h j + S i h * K h j)) / nn.
Let d a c := (l a + l c) / nn - eta * l a * l c * (1 - kap) / nn ^ 2.
Let tau a c := kap * l a * l c / (nn * d a c).
Hypothesis pole : forall a c, l a + l c - eta * l a * l c * (1 - kap) / nn <> 0.
Lemma d0 a c : d a c <> 0.
Proof. by move=> z; apply: (@pole a c); transitivity (nn * d a c); [rewrite /d; field | rewrite z; ring]. Qed.

Theorem modes_move a c : mode S1 a c - mode S a c =
  eta * d a c * (eta * tau a c * (\rsum_(i : 'I_n) U i a * U i c * S i i) - mode S a c).
Proof.
rewrite (@mode_ext S1 (fun i j => S i j + ((eta ^ 2 * kap / nn) * (\rsum_(h : 'I_n) K i h * S h h * K h j) +
  ((eta ^ 2 * (1 - kap) / nn ^ 2) * (\rsum_(h : 'I_n) \rsum_(q : 'I_n) K i h * S h q * K q j) +
   ((- (eta / nn)) * (\rsum_(h : 'I_n) K i h * S h j) + (- (eta / nn)) * (\rsum_(h : 'I_n) S i h * K h j)))))).
  rewrite !mode_add !mode_mull mode_diagonal mode_both mode_left mode_right.
  have D := @d0 a c; have E : tau a c * d a c = kap * l a * l c / nn by rewrite /tau; field.
  set W := \rsum_(i : 'I_n) U i a * U i c * S i i; set M := mode S a c.
  transitivity (eta * (eta * (tau a c * d a c) * W - d a c * M)); last by ring.
  by rewrite E /d; move: W M (l a) (l c) => W M x z; field.
move=> i j; rewrite ES (rsum_add predT (fun h => K i h * S h j) (fun h => S i h * K h j)); set A := (\big[_/_]_(_ | _) _); set B := (\big[_/_]_(_ | _) _); set D := (\big[_/_]_(_ | _) _). by field.
Qed.
Theorem fixed_diagonal : eta <> 0 -> (forall i j, S1 i j = S i j) -> forall i, S i i = eta * \rsum_(j : 'I_n)
    (\rsum_(a : 'I_n) \rsum_(c : 'I_n) U i a * U i c * U j a * U j c * tau a c) * S j j.
Proof.
move=> eta0 fix_ i; rewrite {1}(back S i i) rsum_mull.
have M a c : mode S a c = eta * tau a c * (\rsum_(j : 'I_n) U j a * U j c * S j j).
  have := modes_move a c; rewrite (@mode_ext S1 S) // Rminus_diag_eq // => /esym/Rmult_integral[/Rmult_integral[]//|].
    by move/(@d0 a c).
  by move=> H; lra.
rewrite (eq_bigr (fun a => \rsum_(j : 'I_n) \rsum_(c : 'I_n) eta * (U i a * U i c * U j a * U j c * tau a c * S j j))); last first.
  move=> a _; rewrite exchange_big; apply: eq_bigr => c _; rewrite /= M.
  by rewrite !rsum_mull rsum_mulr; apply: eq_bigr => j _; ring.
rewrite exchange_big; apply: eq_bigr => j _ /=.
by rewrite rsum_mulr rsum_mull; apply: eq_bigr => a _; rewrite rsum_mulr rsum_mull; apply: eq_bigr => c _; ring.
Qed.
End Modes.

(* Words of b letters: how often they hold i. *)
Section Words.
Variable n : nat.
Hypothesis n0 : (0 < n)%N.
Let N0 : INR n <> 0. Proof. by apply: not_0_INR => E; move: n0; rewrite E. Qed.
Let I0 : (0 < #|'I_n|)%N. Proof. by rewrite card_ord. Qed.
Notation count i s := (INR (count_mem i s)).

Lemma count_cons (i x : 'I_n) s : count i (x :: s) = b2r (x == i) + count i s.
Proof. by rewrite /= plus_INR; congr (_ + _); rewrite /b2r; case: (x == i). Qed.
Lemma letter (i : 'I_n) : avg (fun x : 'I_n => b2r (x == i)) = / INR n.
Proof.
rewrite /avg card_ord (eq_bigr (fun x => b2r (i == x) * 1)) ?pick; first by field.
by move=> x _; rewrite eq_sym; ring.
Qed.
Lemma word_sum b (B : b.-tuple 'I_n) (F : 'I_n -> R) : \rsum_(q : 'I_b) F (tnth B q) = \rsum_(i : 'I_n) count i B * F i.
Proof.
rewrite -(big_tuple _ _ B xpredT F); elim: (tval B) => [|x s IH].
  by rewrite big_nil big1 // => i _ /=; ring.
rewrite big_cons IH -{1}(pick F x) -rsum_add; apply: eq_bigr => i _.
by rewrite count_cons; ring.
Qed.
Lemma word_mean b (i : 'I_n) : avg (fun B : b.-tuple 'I_n => count i B) = INR b / INR n.
Proof.
elim: b => [|b IH]; first by rewrite avg_tuple0 /=; field.
rewrite avg_tupleS // (avg_ext (G := fun x => b2r (x == i) + INR b / INR n)); last first.
  move=> x; rewrite -IH (avg_ext (G := fun s : b.-tuple 'I_n => b2r (x == i) + count i s)).
    by rewrite avg_add ?avg_const ?card_tuple_pos.
  by move=> s; apply: count_cons.
by rewrite avg_add // avg_const // letter S_INR; field.
Qed.
Lemma word_square b (i j : 'I_n) : avg (fun B : b.-tuple 'I_n => count i B * count j B) =
  INR b * b2r (i == j) / INR n + INR b * (INR b - 1) / INR n ^ 2.
Proof.
elim: b => [|b IH]; first by rewrite avg_tuple0 /=; field.
rewrite avg_tupleS // (avg_ext (G := fun x => b2r (i == j) * b2r (x == i) + (INR b / INR n * b2r (x == i) +
    (INR b / INR n * b2r (x == j) + (INR b * b2r (i == j) / INR n + INR b * (INR b - 1) / INR n ^ 2))))); last first.
  move=> x; rewrite -IH.
  have P := card_tuple_pos I0 b.
  rewrite (avg_ext (G := fun s : b.-tuple 'I_n => b2r (i == j) * b2r (x == i) + (b2r (x == i) * count j s +
      (b2r (x == j) * count i s + count i s * count j s)))).
    by rewrite !avg_add // avg_const // !avg_mull // !word_mean; congr (_ + (_ + (_ + _))); apply: Rmult_comm.
  move=> s; rewrite !count_cons; case: (boolP (x == i)) => [/eqP E|_].
    by rewrite -E /b2r; case: (x == j); ring.
  by rewrite /b2r; case: (x == j); case: (i == j); ring.
by rewrite !avg_add // !avg_mull // !avg_const // !letter S_INR; field.
Qed.
End Words.

(* One law: the moments of its multiplicities give all that is said of it. *)
Section Law.
Variables (n p b : nat) (eta : R) (J : 'I_n -> 'I_p -> R) (y : 'I_n -> R) (T Om : finType) (th : T -> 'I_p -> R).
Variables (th' : T -> Om -> 'I_p -> R) (m : Om -> 'I_n -> R) (kap : R).
Hypotheses (T0 : (0 < #|T|)%N) (Om0 : (0 < #|Om|)%N) (n0 : INR n <> 0) (b0 : INR b <> 0).
Hypothesis St : forall s B, exists G : 'I_n -> 'I_p -> R,
  (forall i, is_gradient (fun t => / 2 * (dot t (J i) - y i) ^ 2) (th s) (G i)) /\
  forall q, th' s B q = th s q - eta / INR b * \rsum_(i : 'I_n) m B i * G i q.
Notation r s i := (dot (th s) (J i) - y i).
Lemma residual s B i : dot (th' s B) (J i) - y i =
  r s i - eta / INR b * \rsum_(h : 'I_n) m B h * (dot (J i) (J h) * r s h).
Proof.
have [G [HG E]] := St s B.
have GE h : G h = fun q => r s h * J h q by apply: gradient_unique (HG h) _; apply: square_gradient.
have -> : dot (th' s B) (J i) = dot (th s) (J i) +
    (- (eta / INR b)) * \rsum_(q : 'I_p) (\rsum_(h : 'I_n) m B h * G h q) * J i q.
  by rewrite /dot rsum_mull -rsum_add; apply: eq_bigr => q _; rewrite E; ring.
have -> : \rsum_(q : 'I_p) (\rsum_(h : 'I_n) m B h * G h q) * J i q = \rsum_(h : 'I_n) m B h * (dot (J i) (J h) * r s h).
  rewrite (eq_bigr (fun q => \rsum_(h : 'I_n) m B h * (J i q * J h q * r s h))); last first.
    by move=> q _; rewrite rsum_mulr; apply: eq_bigr => h _; rewrite GE; cbv beta; ring.
  by rewrite exchange_big; apply: eq_bigr => h _; rewrite /dot rsum_mulr rsum_mull.
by ring.
Qed.
Hypothesis m1 : forall i, avg (fun B => m B i) = INR b / INR n.
Hypothesis mo : forall i j, i != j -> avg (fun B => m B i * m B j) / INR b ^ 2 = (1 - kap) / INR n ^ 2.
Hypothesis me : forall i, avg (fun B => m B i * m B i) / INR b ^ 2 = kap / INR n + (1 - kap) / INR n ^ 2.
Notation S i j := (avg (fun s => r s i * r s j)).
Lemma law_moment i j :
  avg (fun s => avg (fun B => (dot (th' s B) (J i) - y i) * (dot (th' s B) (J j) - y j))) =
  eta ^ 2 * ((\rsum_(h : 'I_n) dot (J i) (J h) * S h h * dot (J h) (J j)) * kap / INR n +
    (\rsum_(h : 'I_n) \rsum_(q : 'I_n) dot (J i) (J h) * S h q * dot (J q) (J j)) * (1 - kap) / INR n ^ 2) + S i j -
  eta * (\rsum_(h : 'I_n) (dot (J i) (J h) * S h j + S i h * dot (J h) (J j))) / INR n.
Proof.
rewrite (avg_ext (G := fun s => avg (fun B =>
  (r s i - eta / INR b * \rsum_(h : 'I_n) m B h * (dot (J i) (J h) * r s h)) *
  (r s j - eta / INR b * \rsum_(h : 'I_n) m B h * (dot (J j) (J h) * r s h))))); last first.
  by move=> s; apply: avg_ext => B; rewrite !residual.
rewrite (@step_moment n Om T m (INR b) (INR n) eta _ _ (fun i j => dot (J i) (J j)) (fun s i => r s i)
  Om0 T0 b0 n0 m1 mo me (fun i j => dotC (J i) (J j))).
have -> : \rsum_(h : 'I_n) (dot (J i) (J h) * S h j + dot (J h) (J j) * S i h) =
    \rsum_(h : 'I_n) (dot (J i) (J h) * S h j + S i h * dot (J h) (J j)).
  by apply: eq_bigr => h _; ring.
have -> : \rsum_(h : 'I_n) dot (J i) (J h) * dot (J h) (J j) * S h h = \rsum_(h : 'I_n) dot (J i) (J h) * S h h * dot (J h) (J j).
  by apply: eq_bigr => h _; ring.
have -> : \rsum_(h : 'I_n) \rsum_(q : 'I_n) dot (J i) (J h) * dot (J q) (J j) * S h q =
    \rsum_(h : 'I_n) \rsum_(q : 'I_n) dot (J i) (J h) * S h q * dot (J q) (J j).
  by apply: eq_bigr => h _; apply: eq_bigr => q _; ring.
by field.
Qed.
End Law.
