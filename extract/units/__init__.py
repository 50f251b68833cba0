"""Lines of the unit columns in, each measure with its units out: one alignment over the plan."""
