"""Lines in, paragraphs out: how far text may reach in a column; whether a line end was meant."""
