"""Made-up claims and evidence for the tests of wrong variants."""

from __future__ import annotations

"""One claim for each way of deciding, quick to run; ``audit mutants`` does the whole ledger."""
