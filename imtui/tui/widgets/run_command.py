"""The message with which a widget asks for a command."""

from textual.message import Message


class RunCommand(Message):
    """A widget asks the app to run a command of the catalogue."""

    def __init__(self, command_id: str, argument: str = "") -> None:
        """Make the request for a command and its argument."""
        super().__init__()
        self.command_id = command_id
        self.argument = argument
