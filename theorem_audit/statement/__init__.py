"""What a claim is: a frozen record of a formula, its hypotheses and its source; how claims are found."""

from theorem_audit.statement.assumption import Assumption
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.discovery import Claims, DuplicateClaim, discover
from theorem_audit.statement.recording import recording_reads
from theorem_audit.statement.source import Source
from theorem_audit.statement.use import Use

__all__ = [
    "Assumption",
    "Claim",
    "Claims",
    "DuplicateClaim",
    "Source",
    "Use",
    "discover",
    "recording_reads",
]
