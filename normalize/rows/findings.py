"""One constructor for rows of findings: the code must be in the vocabulary."""

from __future__ import annotations

from dataset.kinds import KINDS


def finding(
    code: str,
    message: str,
    *,
    plan_id: str,
    measure_id: str | None = None,
    severity: str | None = None,
    page: int | None = None,
    box: dict | None = None,
) -> dict:
    """A row of findings; `code` must be in the vocabulary (KeyError otherwise)."""
    return {
        "plan_id": plan_id,
        "measure_id": measure_id,
        "severity": severity or KINDS[code].severity,
        "code": code,
        "message": message,
        "page": page,
        "box": box,
    }
