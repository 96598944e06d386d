"""The end of a simulation: everything is whole again, and everybody has to know the same."""

from typing import Any, Final

from imtui.protocol.status import UserStatusType
from imtui.server.core.friends.friends import Friends
from imtui.server.core.stored import StoredApp
from imtui.server.core.subscriptions.part import Subscriptions
from imtui.server.node.edges.core_process import told_first
from imtui.server.store.sql.loading import load_app
from imtui.server.store.sqlite.connecting import connect_to_read
from tests.simulation.client import Client
from tests.simulation.core_process import CoreProcess
from tests.simulation.simulation import USERS, Simulation
from tests.simulation.virtual_time import World

_SETTLED_AFTER: Final = 100.0
_TEXT_ENDS_WITHIN: Final = 2.0
_ANSWERED_WITHIN: Final = 8.0
"""Whoever is in debt has to wait."""


def end(simulation: Simulation) -> None:
    """Heal what is broken, and compare what clients, core and store know."""
    _heal(simulation)
    core = simulation.core
    if core is None:
        simulation.world.blame("there is no core")
    if simulation.world.wrong or core is None:
        return
    for client in simulation.clients:
        if simulation.world.wrong:
            return
        if client.is_logged_in:
            _check_client(simulation, core, client)
        elif client.wants:
            simulation.world.blame(f"{client.name} does not come back")
    _check_sessions(simulation, core)
    _check_stored(simulation, core)
    _check_edges(simulation, core)
    simulation.rules.core_ended(core)


def _heal(simulation: Simulation) -> None:
    world = simulation.world
    simulation.heal()
    for client in simulation.clients:
        client.thaw()
        if client.link is not None:
            client.link.end.unblock()
            client.link.end.resume_reading()
    healed_at = world.now
    for _ in range(2):
        world.run_for(_SETTLED_AFTER / 2)
        simulation.rules.check(simulation.core, healed_at)


def _check_sessions(simulation: Simulation, core: CoreProcess) -> None:
    wanted = {one.link.session_id for one in simulation.clients if one.link and one.is_logged_in}
    found = set(core.accounts.sessions)
    if wanted != found:
        simulation.world.blame(f"logged in are {sorted(wanted)}, the core says {sorted(found)}")


def _check_edges(simulation: Simulation, core: CoreProcess) -> None:
    ring, admins, _, _ = told_first(core.core, core.clock())
    for edge in simulation.live_edges():
        trust = None if edge.edge is None else edge.edge.trust
        if trust is None or (trust.key_ring, trust.admins) != (ring, admins):
            simulation.world.blame(f"edge {edge.number} trusts {trust}, not {admins}")


def _check_client(simulation: Simulation, core: CoreProcess, client: Client) -> None:
    view, state, me = client.view, core.state, client.user_id
    friends = state[Friends]
    lists = {
        "friends": (view.friends, set(friends.lists.members(me))),
        "blocked": (view.blocked, set(friends.blocked.members(me))),
        "subscriptions": (view.subscriptions, set(state[Subscriptions].lists.members(me))),
    }
    for name, (known, there) in lists.items():
        if known != there:
            simulation.world.blame(f"{client.name} knows the {name} {known}, there are {there}")
    problem = _differs(simulation, client)
    if problem and not simulation.world.wrong and _differs(simulation, client):
        # The first time a text may have ended just then.
        simulation.world.blame(problem)


def _differs(simulation: Simulation, client: Client) -> str:
    """Return what a client does not know as it is, if there is anything."""
    told: list[Any] = []
    view = client.view
    shown = dict(view.statuses)
    watched = sorted(view.watched)
    client.ask("getUserStatus", {"userIDList": watched}, lambda result, code: told.append(result))
    client.ask("getFriendApplicationList", {}, lambda result, code: told.append(result))
    simulation.world.run_for(_ANSWERED_WITHIN)
    if len(told) != 2 or None in told:
        return f"{client.name} is not answered: {told}"
    for status in told[0]["userStatusList"]:
        answer = status["revision"], status["statusType"], status["customStatus"]
        user_id = status["userID"]
        seen = shown.get(user_id)
        # A change of the devices alone raises the revision, and is not told to watchers.
        if seen is None or seen[0] > answer[0] or seen[1:] != answer[1:]:
            return f"{client.name} sees {user_id} as {seen}, and it is {answer}"
    requests = {(one["userID"], one["type"]) for one in told[1]["friendApplicationList"]}
    if requests != view.requests:
        return f"{client.name} knows the requests {view.requests}: {requests}"
    return ""


def _check_stored(simulation: Simulation, core: CoreProcess) -> None:
    with_rows = connect_to_read(simulation.database)
    try:
        stored = load_app(lambda sql: with_rows.execute(sql).fetchall())
        rows = with_rows.execute(
            "SELECT conversation, seq, user_id, msg_id FROM messages JOIN accounts ON key = sender"
            " ORDER BY conversation, seq"
        ).fetchall()
    finally:
        with_rows.close()
    _check_lists(simulation.world, core, stored)
    _check_statuses(simulation.world, core, stored)
    _check_messages(simulation, stored, rows)


def _check_lists(world: World, core: CoreProcess, stored: StoredApp) -> None:
    friends = core.state[Friends]
    for name, pairs, lists in (
        ("friends", [one[:2] for one in stored.friends], friends.lists),
        ("blocked", [one[:2] for one in stored.blocked], friends.blocked),
        ("subscriptions", stored.subscriptions, core.state[Subscriptions].lists),
    ):
        known = {(user, one) for user in USERS for one in lists.members(user)}
        if known != set(pairs):
            world.blame(f"the {name} {sorted(pairs)} are stored, the core has {sorted(known)}")


def _check_statuses(world: World, core: CoreProcess, stored: StoredApp) -> None:
    now = core.clock().unix_ms
    for status in stored.statuses:
        account = core.accounts[status.user_id]
        is_online = account.status.status_type is UserStatusType.ONLINE
        if is_online and status.custom.standing.text != account.status.custom_status:
            world.blame(f"{status.user_id} is stored as {status}, and is {account.status}")
        if (account.custom.standing.expires_at or now) < now - _TEXT_ENDS_WITHIN * 1000:
            world.blame(f"the text of {status.user_id} has not ended: {account.custom}")


def _check_messages(
    simulation: Simulation, stored: StoredApp, rows: list[tuple[int, int, str, str]]
) -> None:
    world = simulation.world
    members = {one.key: {member.user_id for member in one.members} for one in stored.conversations}
    conversations: dict[int, list[tuple[int, str, str]]] = {key: [] for key in members}
    for key, seq, sender, msg_id in rows:
        conversations[key].append((seq, sender, msg_id))
    names: list[tuple[str, str]] = []
    for key, messages in conversations.items():
        if [seq for seq, _, _ in messages] != list(range(1, len(messages) + 1)):
            world.blame(f"the messages of {members[key]} are {messages}")
        names += [(sender, msg_id) for _, sender, msg_id in messages]
        for client in simulation.clients:
            if client.is_logged_in and client.user_id in members[key]:
                (peer,) = members[key] - {client.user_id}
                seen = client.view.messages.get(peer, {})
                known = sorted((seq, one[0], one[1]) for seq, one in seen.items())
                if known != messages:
                    world.blame(f"{client.name} knows {known} with {peer}, there are {messages}")
    if len(set(names)) != len(names):
        world.blame(f"a message is there twice: {names}")
    for client in simulation.clients:
        for msg_id in client.acknowledged:
            if (client.user_id, msg_id) not in names:
                world.blame(f"{client.name} has sent {msg_id}, and it is lost")
