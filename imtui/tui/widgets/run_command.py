"""What widgets tell the app."""

from textual.message import Message


class RunCommand(Message):
    """Somebody asked for a command of the registry."""

    def __init__(self, command_id: str, argument: str = "") -> None:
        """Name the command, and what it is to be done with."""
        super().__init__()
        self.command_id = command_id
        self.argument = argument
