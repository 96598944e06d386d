"""Run the app with ``python -m imtui``."""

from imtui.cli.entry import run

if __name__ == "__main__":
    raise SystemExit(run())
