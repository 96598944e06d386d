"""The cost of deleting a conversation with many messages, compared with one with few.

One account has several of both kinds, all with unread messages, and deletes them in turn.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from imtui.protocol.chat import conversation_id
from imtui.protocol.messages import Method
from tests.benchmarks.against.filling import Talk, fill
from tests.benchmarks.against.size import Size
from tests.benchmarks.against.trees import Tree
from tests.benchmarks.figures import Figure
from tests.benchmarks.server.cost import Cost, Meter
from tests.benchmarks.server.crowd import Crowd
from tests.benchmarks.server.hosts import OurHost
from tests.benchmarks.server.setting import folder_for
from tests.benchmarks.server.wires import request
from tests.benchmarks.suites import AGAINST

_RATIO_MAX: Final = 1.5
_OWNER: Final = "owner"
_RESULT: Final = '"result":{'


def measure(trees: Iterable[Tree], size: Size) -> Iterator[Figure]:
    """Measure deletions in the backend of each tree."""
    few, many = size.cleared
    for tree in trees:
        with folder_for("clear") as folder, tree.run(folder) as host:
            costs = _delete(host, size)
        tell = partial(
            Figure,
            AGAINST,
            partner=f"the same of {few} messages",
            ratio_max=_RATIO_MAX,
        )
        name = f"{tree.name}: deletion of a conversation of {many} messages"
        seconds = [[cost.seconds * 1000 for cost in costs[each]] for each in (many, few)]
        cpu = [[cost.cpu * 1000 for cost in costs[each]] for each in (many, few)]
        yield tell(f"{name}: until it is answered", "ms", *seconds)
        yield tell(f"{name}: server's CPU", "ms", *cpu)


def _delete(host: OurHost, size: Size) -> dict[int, list[Cost]]:
    """Return the cost of each deletion, by the number of messages."""
    # The first deletion is not measured, so that one-time work in the server does not count.
    first = Talk("first", _OWNER, size.cleared[0])
    talks = [
        Talk(f"with{each}-{number}", _OWNER, each)
        for number in range(size.deletions)
        for each in size.cleared
    ]
    fill(host, [first, *talks])
    costs: dict[int, list[Cost]] = {each: [] for each in size.cleared}
    with Crowd(host.address) as crowd:
        crowd.arrive([host.wire.arrival(_OWNER)])
        crowd.settle(size.quiet)
        _delete_one(host, crowd, first, size.quiet)
        for talk in talks:
            costs[talk.messages].append(_delete_one(host, crowd, talk, size.quiet))
    return costs


def _delete_one(host: OurHost, crowd: Crowd, talk: Talk, quiet: float) -> Cost:
    params = {"conversationID": conversation_id(talk.sender)}
    [line] = crowd.lines
    meter = Meter(host.pid)
    line.say(request(1, Method.DELETE_CONVERSATION, params))
    crowd.gather(_RESULT, 1)
    # Work after the answer counts as well.
    cost = meter.stop(linger=quiet)
    crowd.settle(quiet)
    return cost
