"""``python -m chuanngheo`` and the script ``chuanngheo``: the command line, if its extra is there."""

from __future__ import annotations

import sys


def main() -> None:
    try:
        from .cli import main as run
    except KeyboardInterrupt:  # the rooms of the command line take a moment to open
        sys.stderr.write("chuanngheo: stopped\n")
        sys.exit(130)
    except ModuleNotFoundError as error:
        if error.name not in ("typer", "rich"):
            raise
        sys.stderr.write("chuanngheo: the command line needs typer and rich: pip install 'chuanngheo[cli]'\n")
        sys.exit(3)
    try:
        run()
    except KeyboardInterrupt:  # before the program listens for it, or once it has ended
        sys.exit(130)


if __name__ == "__main__":
    main()
