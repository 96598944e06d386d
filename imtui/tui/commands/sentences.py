"""Sentences that name the keys of commands."""

import re
from typing import Final

from imtui.tui.commands.catalogue import command_by_id
from imtui.tui.commands.command import Keys

_COMMAND: Final = re.compile(r"\{([a-z-]+)\}")


def with_keys(sentence: str, keys: Keys) -> str:
    """Return a sentence with each ``{command-id}`` replaced by the command's first key.

    A command without a key is replaced by its slash command: ``/retry``.

    Args:
        sentence: A trusted template; untrusted text must be added afterwards.
        keys: The keys of the commands.

    Raises:
        KeyError: There is no such command.
    """
    return _COMMAND.sub(lambda found: keys.name(command_by_id(found[1])), sentence)
