"""What comes in by e-mail: reading/ (pure: bytes to what a message says)."""
