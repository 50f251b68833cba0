"""A printed plan in, its rows out: drafted, doubted, corrected, compared with the plans beside it."""
