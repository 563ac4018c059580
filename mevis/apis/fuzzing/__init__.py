"""Readers against damaged input: seeded mutations of every format, and what became of them."""
