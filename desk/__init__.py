"""The desk: a local web application to check, correct and search the published plans.

The dataset, the PDFs and the corrections come in; lines of `data/corrections/` go out, each
written the moment it is decided, and the dataset anew when that is asked for.
"""
