"""A jail of fail2ban; pure."""

from collections.abc import Sequence
from glob import escape
from typing import Final

from imtui.cli.deploy.deployed import Deployed, File, comment
from imtui.cli.errors import UsageError

_JAIL: Final = """\

[imtui]
enabled = true
# Not a file of this name: the expressions are here.
filter =
# Repeats are one line each minute, so 5 lines are many more failures: 2 minutes of guessing at one
# account, or 5 accounts. A UserSig that has expired (70001) was valid once, and does not count.
datepattern = ^\\{{"time":{{LEPOCH}}
failregex = ^,"kind":"failed","address":"<HOST>","identifier":"[\\w-]*","what":"[^"]*","code":(?!70001,)\\d+,"count":\\d+\\}}$
            ^,"kind":"limit","address":"<HOST>","identifier":"[\\w-]*","what":"[^"]*","code":70050,"count":\\d+\\}}$
logpath = {log} head
backend = polling
usedns = no
port = {ports}
findtime = 10m
maxretry = 5
bantime = 1h
"""  # noqa: E501


def fail2ban_jail(deployed: Deployed, listen: Sequence[str] = ()) -> File:
    """Return a jail, with its filter, for those who guess UserSigs.

    Args:
        deployed: The backend.
        listen: The addresses of a proxy on this machine, if there is one.

    Raises:
        UsageError: The data folder cannot be written, or a port is 0.
    """
    folder = str(deployed.data)
    if set(folder) & set("<>;"):
        raise UsageError(f"A jail cannot have {folder}: the data folder needs another name.")
    log = f"{escape(folder)}/audit*.jsonl".replace("%", "%%")
    ports = deployed.ports() if not listen else [one.rpartition(":")[2] for one in listen]
    lines = [
        "/etc/fail2ban/jail.d/imtui.conf",
        "fail2ban looks for logs when it starts: restart it when there are more edges than before.",
    ]
    return File(
        comment(*lines) + _JAIL.format(log=log, ports=",".join(map(str, dict.fromkeys(ports))))
    )
