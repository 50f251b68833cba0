"""Printed headings and measures in, codes of an edition with their scores out."""
