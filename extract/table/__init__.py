"""Cells of all pages in, rows of the plan table out, rejoined over page breaks, units beside."""
