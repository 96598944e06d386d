"""The field's REST API for admins: all commands, by path."""

from typing import Final

from imtui.server.commands import (
    accounts,
    admins,
    console,
    keys,
    login_svc,
    openim,
    openim_history,
    openim_messages,
    profile,
    recentcontact,
    sns,
    sns_lists,
    sns_reads,
)
from imtui.server.commands.command import Command

COMMANDS: Final[dict[str, Command]] = {
    command.path: command
    for service in (
        login_svc,
        openim,
        openim_messages,
        openim_history,
        sns,
        sns_reads,
        sns_lists,
        profile,
        recentcontact,
        console,
        accounts,
        admins,
        keys,
    )
    for command in service.COMMANDS
}
