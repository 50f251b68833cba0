"""Paragraphs in, the outline they make out: title, sections, measures."""
