"""Run the app with ``python -m imtui``."""

from imtui.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
