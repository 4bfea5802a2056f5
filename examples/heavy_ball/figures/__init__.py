"""Pictures and findings of this theory, for its report."""
