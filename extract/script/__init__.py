"""How office Chinese is written: numerals, list markers, substitute characters and Simplified
twins; strings in, strings out.
"""
