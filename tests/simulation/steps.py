"""What happens in a simulation: what clients do, and faults."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Final, NamedTuple

from tests.simulation.client import Client
from tests.simulation.simulation import EDGES, USERS, Simulation

_WALL_SKEW_MAX: Final = 100.0
_SHORT: Final = (0.0, 0.0, 0.001, 0.003, 0.05, 0.3, 1.0, 2.0)
PAUSES: Final = (*_SHORT * 8, 5.0, 12.0, 30.0, 74.0, 90.0)
SPANS: Final = (0.02, 0.3, 1.0, 3.0, 4.9, 5.2, 7.0, 12.0, 30.0, 60.0, 72.0, 80.0, 120.0)
_LONG_SPANS: Final = (*SPANS, 390.0, 410.0, 500.0)
_SILENT_FROM: Final = 400.0


class Step(NamedTuple):
    """One thing that happens."""

    kind: str
    who: int = 0
    """Which client, edge or user; of more than there are, the rest of a division counts."""
    what: int = 0
    """The same for a second one, or for what is said."""
    seconds: float = 0.0
    """How long it lasts, if it does."""
    pause: float = 0.0
    """How long nothing else happens after it."""


Act = Callable[[Simulation, Step], None]


def _client(simulation: Simulation, step: Step) -> Client:
    return simulation.clients[step.who % len(simulation.clients)]


def _other(simulation: Simulation, step: Step) -> str:
    client = _client(simulation, step)
    others = [user_id for user_id in USERS if user_id != client.user_id]
    return others[step.what % len(others)]


def _asks(method: str, **fixed: object) -> Act:
    """Return what lets a client ask something of another user."""

    def act(simulation: Simulation, step: Step) -> None:
        params = fixed | {"userID": _other(simulation, step)}
        _client(simulation, step).ask(method, params)

    return act


def _asks_of_list(method: str) -> Act:
    def act(simulation: Simulation, step: Step) -> None:
        _client(simulation, step).ask(method, {"userIDList": [_other(simulation, step)]})

    return act


def _all_come(simulation: Simulation, step: Step) -> None:
    for client in simulation.clients:
        client.come()


def _burst(simulation: Simulation, step: Step) -> None:
    for number in range(8):
        _client(simulation, step).send_message(_other(simulation, step), f"m{step.what}-{number}")


def _chatter(simulation: Simulation, step: Step) -> None:
    """Let a client send often what nobody answers."""
    client = _client(simulation, step)
    for number in range(16):
        simulation.later(number * 0.4, lambda: client.notify("getBlackList", {}))


def _kick(simulation: Simulation, step: Step) -> None:
    user_id = USERS[step.who % len(USERS)]
    edges = [edge for edge in simulation.live_edges() if edge.takes_clients()]
    if edges:
        simulation.rules.kicked[user_id] = simulation.world.now
        edge = edges[step.what % len(edges)]
        edge.rest("/v4/im_open_login_svc/kick", UserID=user_id)


def _add_admin(simulation: Simulation, step: Step) -> None:
    edges = [edge for edge in simulation.live_edges() if edge.takes_clients()]
    if edges:
        name = f"admin{step.what % 50}"
        edges[step.who % len(edges)].rest("/v4/imtui_admin/add", UserID=name, Role="read")


def _set_policy(simulation: Simulation, step: Step) -> None:
    policy = ("multi", "platform", "single")[step.what % 3]
    edges = [edge for edge in simulation.live_edges() if edge.takes_clients()]
    if edges:
        simulation.rules.is_policy_strict |= policy != "multi"
        edges[0].rest("/v4/imtui_console/set", Settings={"login_policy": policy})


ACTS: Final[dict[str, Act]] = {
    "come": lambda simulation, step: _client(simulation, step).come(),
    "all come": _all_come,
    "log out": lambda simulation, step: _client(simulation, step).log_out(),
    "set status": lambda simulation, step: _client(simulation, step).set_status(f"t{step.what}"),
    "set status for a while": lambda simulation, step: _client(simulation, step).set_status(
        f"t{step.what}", step.seconds
    ),
    "clear status": lambda simulation, step: _client(simulation, step).set_status(""),
    "subscribe": _asks_of_list("subscribeUserStatus"),
    "unsubscribe": _asks_of_list("unsubscribeUserStatus"),
    "add friend": _asks("addFriend"),
    "add friend to own list": _asks("addFriend", addType=1),
    "delete friend": _asks_of_list("deleteFromFriendList"),
    "accept request": _asks("acceptFriendApplication"),
    "refuse request": _asks("refuseFriendApplication"),
    "delete request": _asks("deleteFriendApplication"),
    "block": _asks_of_list("addToBlackList"),
    "unblock": _asks_of_list("deleteFromBlackList"),
    "agree to friends": lambda simulation, step: _client(simulation, step).ask(
        "setSelfInfo", {"allowType": step.what % 2}
    ),
    "send message": lambda simulation, step: _client(simulation, step).send_message(
        _other(simulation, step), f"m{step.what}"
    ),
    "send messages": _burst,
    "repeat message": lambda simulation, step: _client(simulation, step).repeat_message(step.what),
    "chatter": _chatter,
    "kick": _kick,
    "set policy": _set_policy,
    "add admin": _add_admin,
}
"""What clients and admins do."""

_ENDING_LOGINS: Final = frozenset({"log out", "kick", "set policy"})


def _cut_link(simulation: Simulation, step: Step) -> None:
    edge = simulation.edges[step.who % EDGES]
    if edge is not None and edge.link is not None:
        edge.link.cut()


def _lose_link(simulation: Simulation, step: Step) -> None:
    edge = simulation.edges[step.who % EDGES]
    if edge is not None and edge.link is not None:
        edge.link.block()


def _cut_client(simulation: Simulation, step: Step) -> None:
    link = _client(simulation, step).link
    if link is not None:
        link.end.cut()


def _stop_reading(simulation: Simulation, step: Step) -> None:
    link = _client(simulation, step).link
    if link is not None:
        link.end.pause_reading()
        simulation.later(step.seconds, link.end.resume_reading)


def _set_clock(simulation: Simulation, step: Step) -> None:
    skew = (step.what % 200) - _WALL_SKEW_MAX
    edge = simulation.edges[step.who % EDGES]
    if step.who % (EDGES + 1) == EDGES:
        if simulation.core is not None:
            simulation.core.process.wall_skew = skew
    elif edge is not None:
        edge.process.wall_skew = skew


def _crash_all(simulation: Simulation, step: Step) -> None:
    for place in range(EDGES):
        simulation.kill_edge(place, step.seconds / 2)
    simulation.kill_core(step.seconds)


def _lose_edge(simulation: Simulation, step: Step) -> None:
    """Kill an edge whose clients never come back by themselves."""
    edge = simulation.edges[step.who % EDGES]
    for client in simulation.clients:
        if client.link is not None and client.link.edge is edge:
            client.wants = False
    simulation.kill_edge(step.who % EDGES, step.seconds)


FAULTS: Final[dict[str, Act]] = {
    "kill core": lambda simulation, step: simulation.kill_core(step.seconds),
    "stop core": lambda simulation, step: simulation.stop_core(step.seconds),
    "kill edge": lambda simulation, step: simulation.kill_edge(step.who % EDGES, step.seconds),
    "stop edge": lambda simulation, step: simulation.stop_edge(step.who % EDGES, step.seconds),
    "drain edge": lambda simulation, step: simulation.drain_edge(step.who % EDGES),
    "cut link": _cut_link,
    "lose link": _lose_link,
    "block link": lambda simulation, step: simulation.block_links(step.who % EDGES, step.seconds),
    "cut client": _cut_client,
    "block client": lambda simulation, step: simulation.block_client(
        _client(simulation, step), step.seconds
    ),
    "freeze client": lambda simulation, step: simulation.freeze_client(
        _client(simulation, step), step.seconds
    ),
    "stop reading": _stop_reading,
    "client leaves": lambda simulation, step: _client(simulation, step).leave(),
    "client reconnects": lambda simulation, step: _client(simulation, step).leave(for_good=False),
    "set clock": _set_clock,
    "crash all": _crash_all,
    "lose edge": _lose_edge,
}

_ACT_WEIGHTS: Final = {
    "come": 4,
    "set status": 4,
    "send message": 4,
    "send messages": 2,
    "all come": 2,
}
_FAULT_WEIGHTS: Final = {
    "kill core": 3,
    "cut link": 3,
    "block link": 2,
    "kill edge": 2,
    "lose a commit": 3,
    "slow database": 3,
    "stop core": 2,
}


def random_step(random: Random, faults: Mapping[str, Act]) -> Step:
    """Return any step: about as many acts as faults."""
    table = (ACTS, _ACT_WEIGHTS) if random.random() < 0.6 else (faults, _FAULT_WEIGHTS)
    kinds, weights = list(table[0]), [table[1].get(kind, 1) for kind in table[0]]
    kind = random.choices(kinds, weights)[0]
    spans = _LONG_SPANS if kind in ("freeze client", "stop edge", "block client") else SPANS
    seconds, pause = random.choice(spans), random.choice(PAUSES)
    if seconds > _SILENT_FROM and random.random() < 0.5:
        # Otherwise something else would come before the end of the silence.
        pause = seconds
    return Step(kind, random.randrange(1000), random.randrange(1000), seconds, pause)


def carry_out(simulation: Simulation, step: Step, faults: Mapping[str, Act]) -> None:
    """Let one thing happen, and the pause after it pass."""
    if step.kind in faults or step.kind in _ENDING_LOGINS:
        simulation.later(0.0, lambda: None)
    (faults.get(step.kind) or ACTS[step.kind])(simulation, step)
    simulation.world.run_for(step.pause)
    simulation.rules.check(simulation.core, simulation.disturbed_until)
