"""What a selector knows of the looks of tracks."""
