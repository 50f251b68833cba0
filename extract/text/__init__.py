"""Lines in, paragraphs and the outline they make out: title, sections, measures."""
