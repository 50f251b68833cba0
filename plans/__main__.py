"""The command `plans`: the one place that turns what happened into an exit code."""

from __future__ import annotations

import sys

from extract.errors import BadInput
from plans.console import OK, PIPE_CLOSED, broken, refused


def main(argv: list[str] | None = None, command: str | None = None) -> int:
    """Run the command line and return the exit code (`plans.console`).

    `command` is put before the arguments (`python -m extract …`).
    """
    arguments = sys.argv[1:] if argv is None else argv
    try:
        from plans.commands import app  # a broken installation is a fault like any other

        app([command, *arguments] if command else arguments, prog_name="plans")
    except SystemExit as end:
        return PIPE_CLOSED if isinstance(end.__context__, BrokenPipeError) else int(end.code or 0)
    except (BadInput, OSError) as error:
        return refused(error)
    except Exception as error:
        return broken(error)
    return OK


if __name__ == "__main__":
    sys.exit(main())
