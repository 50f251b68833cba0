"""`python -m normalize …`: the stage by itself, the same as `plans normalize …`."""

from __future__ import annotations

import sys

from plans.__main__ import main as plans


def main(argv: list[str] | None = None) -> int:
    """Run the stage; returns the exit code of `plans normalize`."""
    return plans(argv, command="normalize")


if __name__ == "__main__":
    sys.exit(main())
