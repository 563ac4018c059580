"""Films and contact sheets of clips, tracks and splits."""
