"""What Coq's kernel is asked, and what it answers."""
