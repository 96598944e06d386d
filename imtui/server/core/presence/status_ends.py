"""When custom statuses end."""

from imtui.server.deadlines import Deadlines


class StatusEnds(Deadlines[str]):
    """The end of each account's custom status that has one, in Unix milliseconds."""
