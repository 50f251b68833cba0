"""Rows in, the published tables out, and all that reads them back; it knows tables, not plans."""
