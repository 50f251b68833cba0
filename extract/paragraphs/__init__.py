"""Lines in, paragraphs out: how far text may reach in a column, and whether a line end was meant."""
