"""A printed plan in, its rows out: drafted, doubted, corrected, held against others."""
