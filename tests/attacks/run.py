"""Run an attack on a new backend, and measure its well-behaved clients before and meanwhile."""

import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.attacks.attack import Attack
from tests.attacks.attackers.aim import Aim, Scale
from tests.attacks.attackers.attacker import attacker
from tests.attacks.attackers.hook import hook
from tests.attacks.backend import Attacked, attacked
from tests.attacks.bystander import bystander
from tests.attacks.report import Report, Row, Usage, common_rows
from tests.benchmarks.server.processes import LOOPBACK

_LOOK_EVERY: Final = 0.1


def run(attack: Attack, scale: Scale, *options: str) -> Report:
    """Run an attack, and return what was measured; ``options`` are those of ``imtui serve``."""
    with ExitStack() as stack:
        temporary = TemporaryDirectory(prefix="imtui-attack-", ignore_cleanup_errors=True)
        folder = Path(stack.enter_context(temporary))
        if attack.hook_seconds is not None:
            options = (*options, *stack.enter_context(hook(attack.hook_seconds, folder)))
        backend = stack.enter_context(attacked(folder, options, attack.open_files))
        aim = _aim(backend, scale)
        attack.prepare(backend, aim)
        return _measure(attack, aim, backend, folder)


def rows(attack: Attack, report: Report) -> list[Row]:
    """Return what was measured, beside the goals of the attack."""
    found = {row.what: row for row in common_rows(report, attack.heartbeat_p99)}
    # A row of the attack is in place of the common one.
    found.update((row.what, row) for row in attack.rows(report))
    return list(found.values())


def _measure(attack: Attack, aim: Aim, backend: Attacked, folder: Path) -> Report:
    scale = aim.scale
    with bystander(aim, folder) as others:
        others.ask()
        time.sleep(scale.rest)
        at_rest = others.ask()
        before = _usage(backend)
        began = time.monotonic()
        with attacker(attack.name, aim, folder) as attackers:
            others.ask()
            during = _most(backend, scale.seconds)
            under_attack = others.ask(complete=True)
            counts = attackers.stop()
            seconds = time.monotonic() - began
        time.sleep(scale.recovery)
        afterwards = others.ask()
        return Report(
            scale,
            at_rest,
            under_attack,
            before,
            during,
            _usage(backend),
            counts,
            under_attack.lost + afterwards.lost,
            seconds,
            backend.lacking(),
        )


def _most(backend: Attacked, seconds: float) -> Usage:
    """Return the highest usage for so many seconds."""
    ends = time.monotonic() + seconds
    most = _usage(backend)
    while time.monotonic() < ends:
        time.sleep(_LOOK_EVERY)
        now = _usage(backend)
        most = Usage(max(most.memory, now.memory), max(most.log, now.log), max(most.disk, now.disk))
    return most


def _usage(backend: Attacked) -> Usage:
    return Usage(backend.memory(), backend.log_kib(), backend.disk())


def _aim(backend: Attacked, scale: Scale) -> Aim:
    host = backend.host
    rest_port = int(host.rest_url.rpartition(":")[2])
    key = host.key
    return Aim(LOOPBACK, host.address[1], rest_port, key.sdk_app_id, key.secret_key, scale)
