"""What is computed from the answers to a split: scores, submissions, baselines, analyses."""
