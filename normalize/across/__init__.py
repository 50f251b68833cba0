"""Rows that hang on other rows, plans or files: families, repeated columns, sources."""
