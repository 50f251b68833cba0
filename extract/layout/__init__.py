"""`Page` in, lines and cells out: rules become grids, glyphs become lines, running heads step
aside.
"""
