"""Turn printed plans into the dataset: names, findings, corrections and the published tables.

`normalize(interim_dir, out_dir)` does what `python -m normalize` does and returns a `RunReport`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from normalize.pipeline import RunReport

__all__ = ["normalize"]


def normalize(*args: Any, **kwargs: Any) -> RunReport:
    """See `normalize.pipeline.normalize`, which is imported on call: the package stays cheap."""
    from normalize.pipeline import normalize as run

    return run(*args, **kwargs)
