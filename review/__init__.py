"""The review page: a static site, every plan beside its rows, on which corrections are written."""
