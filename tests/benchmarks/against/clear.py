"""What it takes to delete a conversation with many messages, beside one with few.

One account has some of both, all with messages that it has not read, and deletes them in turn.
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
    """Measure deletions by each tree's backend."""
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
    """Return what each deletion cost, by how many messages there were."""
    # The first is there so that what the first of all makes the server do does not count.
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
    # What is done after the answer counts as well.
    cost = meter.stop(linger=quiet)
    crowd.settle(quiet)
    return cost
