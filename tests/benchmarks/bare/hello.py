"""A Textual app that shows one word: ``python -m tests.benchmarks.bare.hello``."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Hello(App[None]):
    """An app that shows one ``Static``."""

    def compose(self) -> ComposeResult:
        """Yield the ``Static``."""
        yield Static("Hello")


if __name__ == "__main__":
    Hello().run()
