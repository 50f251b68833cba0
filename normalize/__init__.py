"""Turn printed plans into the dataset: canonical names, findings, corrections and the published tables.

`normalize(interim_dir, out_dir)` does what `python -m normalize` does and returns a `RunReport`.
"""

from __future__ import annotations

__version__ = "0.1.0"

__all__ = ["__version__", "normalize"]


def normalize(*args, **kwargs):
    """See `normalize.pipeline.normalize`; imported on call so that `import normalize` stays cheap."""
    from normalize.pipeline import normalize as run

    return run(*args, **kwargs)
