"""Printed names and wordings in, canonical ones out.

Programmes, agencies, units, titles, numerals, spellings; what is data stands in `data/`.
"""
