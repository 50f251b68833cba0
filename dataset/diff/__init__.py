"""Two datasets in, what changed between them out: which rows are one, which values differ."""
