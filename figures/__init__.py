"""Pictures, findings and commands of this theory, handed to the tool by ``[tool.theorem-audit]``."""
