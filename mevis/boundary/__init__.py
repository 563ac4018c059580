"""Where everything that comes from outside becomes a trusted value, or one line that refuses it."""
