"""Lines and paragraphs in, the outline they make out: title, sections, measures."""
