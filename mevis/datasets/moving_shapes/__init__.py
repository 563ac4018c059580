"""MovingShapes: a procedural data set in MeViS format, for machines without data."""
