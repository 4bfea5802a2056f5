"""The kinds of evidence and of sources, by name.  Nothing is imported here."""

DECIDING = {
    "kernel": "a theorem of Coq whose statement was generated from the claim",
    "symbolic": "an identity, for symbolic sizes and parameters",
    "certificate": "an inequality on a whole region, by exact Bernstein expansion",
    "ball": "a non-polynomial inequality, by ball arithmetic",
    "cited": "an outside theorem, whose hypotheses are checked here",
}
SUPPORTING = {
    "property": "an identity or inequality on random instances",
    "simulation": "a statement about probabilities, from runs",
    "witness": "one explicit instance: an assumption is needed, or all can hold at once",
    "peer": "another program agrees on the model",
}
KINDS = DECIDING | SUPPORTING
# What a run asks of every claim by itself (``theorem_audit.doubt.doubts``); no function is marked with it.
DOUBTS = {
    "search": "a search for counterexamples inside the claim's own hypotheses",
    "variants": "a few wrong variants of the claim, before the evidence that decides it",
}

SOURCES = ("paper", "lemma", "new", "finding", "open")  # see ``statement.Source``

# In place of the kind of an item, where reads of hypotheses are kept: the conditions between symbols.
REGION = "region"
# Before a symbol's name there: what the symbol means was played.
MEANING = "meaning:"
CLAIM_ID = r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*"  # what a claim may be called
# How the detail of a search begins where a project says that no run can reach the claim.
NO_RUN = "out of reach of a search"
# The detail of evidence that a run has yet to come to; where it stays, the run was cut short.
NOT_REACHED = "not reached"

__all__ = [
    "CLAIM_ID", "DECIDING", "DOUBTS", "KINDS", "MEANING", "NOT_REACHED", "NO_RUN", "REGION", "SOURCES",
    "SUPPORTING",
]  # fmt: skip
