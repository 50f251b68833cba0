"""A page of a PDF in, a `Page` of glyphs and rules out; one module a library."""
