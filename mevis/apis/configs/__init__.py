"""What configs say: read, overridden, checked, and their mistakes in one line."""
