"""The field's REST API for admins: all commands, by path."""

from typing import Final

from imtui.server.commands import (
    accounts,
    admins,
    console,
    keys,
    login_svc,
    nodes,
    openim,
    openim_history,
    openim_messages,
    profile,
    recentcontact,
)
from imtui.server.commands.command import Command
from imtui.server.commands.sns import changes as sns_changes
from imtui.server.commands.sns import lists as sns_lists
from imtui.server.commands.sns import reads as sns_reads

COMMANDS: Final[dict[str, Command]] = {
    command.path: command
    for service in (
        login_svc,
        openim,
        openim_messages,
        openim_history,
        sns_changes,
        sns_reads,
        sns_lists,
        profile,
        recentcontact,
        console,
        accounts,
        admins,
        keys,
        nodes,
    )
    for command in service.COMMANDS
}
