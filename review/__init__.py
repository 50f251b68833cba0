"""The review page: a static site to look at every plan beside its rows, and to write corrections."""
