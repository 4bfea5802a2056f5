"""Runs evidence and derives verdicts: runner, verdicts, ledger, staleness."""
