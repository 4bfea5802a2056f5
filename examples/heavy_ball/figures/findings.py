"""What a reader should know, in plain words; each finding names the claims behind it."""

from __future__ import annotations

from theorem_audit.report.findings import Finding

FINDINGS = (
    Finding(
        "Heavy ball does not come closer at every step",
        "At its optimal parameters, started at rest, its very first step leads away along the steepest "
        "direction as soon as the condition number exceeds (1 + sqrt 2)^2 = 5.83.",
        ("HB-OVERSHOOT",),
    ),
    Finding(
        "Polyak's parameters are optimal, and nothing in the proof is asymptotic",
        "No step and no momentum give a rate below (sqrt kappa - 1)/(sqrt kappa + 1) at both ends of the "
        "spectrum; his give it on all of it.",
        ("HB-RATE", "HB-LOWER"),
    ),
    Finding(
        "More momentum is more noise, unless the step is close to the edge of stability",
        "The stationary variance rises with the momentum exactly where eta h < (1 + beta)^2.",
        ("HB-NOISE", "HB-NOISE-SLOPE"),
    ),
)
