"""Printed names and wordings in, canonical ones out: programmes, agencies, units, titles, numerals, spellings."""
