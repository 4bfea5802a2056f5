"""Runs evidence and derives verdicts: runner, outcomes, verdicts, ledger, staleness."""
