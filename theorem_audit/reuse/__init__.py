"""What is kept of earlier runs, and how it is known that it still holds."""
