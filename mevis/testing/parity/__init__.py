"""How mevis compares with the official code: recordings, references, and their checks."""
