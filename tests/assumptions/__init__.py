"""The evidence: what each hypothesis does."""
