"""Sentences that name the keys of commands."""

import re
from typing import Final

from imtui.tui.commands.catalogue import command_by_id
from imtui.tui.commands.command import Keys

_COMMAND: Final = re.compile(r"\{([a-z-]+)\}")


def with_keys(sentence: str, keys: Keys) -> str:
    """Return a sentence in which each ``{command-id}`` became the first key of the command.

    A command without a key is named as it is typed: ``/retry``.

    Args:
        sentence: Words of ours; text from elsewhere is added afterwards.
        keys: The keys of the commands.

    Raises:
        KeyError: There is no such command.
    """
    return _COMMAND.sub(lambda found: keys.name(command_by_id(found[1])), sentence)
