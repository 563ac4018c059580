"""How our code compares with the official one: recordings, references, and their checks."""
