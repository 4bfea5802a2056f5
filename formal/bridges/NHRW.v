(* NHRW: mean_exit_bound (non_confinement.v). *)
From SGD Require Import sums non_confinement.

(* gate *)
move=> T law X A o W J v y K l0 l1 X0 B J0 D S v0 W0 I _ _ M1 M2 y1 y0; rewrite (Rplus_comm J W).
have D' s : (size s < exit A X [::] s)%N -> 0 <= (X s - o) * \rsum_(x : T) law s x * (X (rcons s x) - X s).
  by move=> Hs; apply: Rge_le; rewrite Rmult_comm; apply: D.
have S' s : (size s < exit A X [::] s)%N -> v <= \rsum_(x : T) law s x * (X (rcons s x) - X s) ^ 2.
  by move=> Hs; apply: Rge_le; apply: S.
apply: (mean_exit_bound l0 l1 _ _ _ I _ D' S' K X0); try lra.
by move=> s x Hs; apply: B.
