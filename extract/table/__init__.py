"""Cells of all pages in, the plan table out: columns by role, rows rejoined over page breaks, units beside measures."""
