"""A Textual app that shows one word: ``python -m tests.benchmarks.bare.hello``."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Hello(App[None]):
    """One ``Static``."""

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield Static("Hello")


if __name__ == "__main__":
    Hello().run()
