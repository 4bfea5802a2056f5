"""What people see: figures and reports made from a ledger."""
