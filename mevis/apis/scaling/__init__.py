"""How the cost of an answer grows with the work."""
