"""A night in words: what is known of it in, Markdown and HTML in Chinese or English out."""
