(* GD-CONVERGES: the masses and the limit of descent.v. *)
From SGD Require Import sums coordinates gradient step descent.
From SGD Require full_batch.

(* gate *)
move=> n d b eta X phi act w w' B ne St o bn a1 a0 r0 s0 R2.
subst b; have E := proj1 (sgd_step_map eta w B w' o ne) St.
set a := eta / INR n in a0 a1 *; set s := mass (coordinates act X w) in s0 R2 *; set rho := (coordinates act X w).2 in r0 R2 *.
have N2 (v : 'I_d -> R) : norm2 v = dot v v by rewrite /norm2 /dot; apply: eq_bigr => k _; ring.
have RE : norm2 w = s + rho by rewrite N2 -(r2_coord X act w).
have [E1 E2 E3] := descent_step o ne a0 a1 B s0 ltac:(rewrite RE; lra); rewrite -E -/a -/s -/rho in E1 E2 E3.
rewrite E2 E3.
have [c0 c1] := contraction_bounds a0 a1 s0.
have rho0 : 0 <= rho by lra.
have V1 := V_ge s0 rho0.
have Q : s + rho <= 2 by lra.
have D := masses_decrease a0 a1 s0 rho0 Q; have G := masses_rate a0 a1 s0 rho0 Q.
have K := masses_floor a0 a1 s0 rho0 Q; have M := masses_region a0 a1 s0 rho0 Q.
have [T0 T1] := masses_rho a0 a1 s0 rho0 Q.
have cE y : 0 < y -> 4 * a * y ^ 2 * (1 - 2 * a) / (y + 1) ^ 2 = 4 * a * (1 - 2 * a) * (y / (1 + y)) ^ 2 by move=> y0; field; lra.
rewrite /full_batch.V in V1 D G; rewrite cE // (Rmin_comm _ s) (Rplus_comm _ (next_s _ _ _)).
repeat (split; first by lra).
cbv zeta => D' v Rv; set sg := Rmin s _.
have L0 : 0 < s by [].
have L2 : norm2 w <= 2 by lra.
have sE : sg = least_mass eta X act w by rewrite /sg /least_mass -/a -/s -/rho.
have sp : 0 < sg by rewrite sE; exact: (least_mass_pos a1 L0 L2).
have dE : 4 * a * sg ^ 2 * (1 - 2 * a) / (sg + 1) ^ 2 = descent_rate eta X act w by rewrite /descent_rate -sE -/a cE.
split; last by apply: (descent_tends o ne a0 a1 L0 L2 Rv).
by move=> m; have := descent_V o ne a0 a1 L0 L2 Rv m; rewrite -dE /full_batch.V (Rplus_comm (4 * _)) (Rplus_comm (4 * rho)).
