"""Tests that the suites return complete figures; the values mean nothing here."""

import json
import math
import shutil
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.benchmarks.against.rounds import Pairing, Run
from tests.benchmarks.against.trees import tree_of
from tests.benchmarks.figures import Figure, as_json, as_table
from tests.benchmarks.keys import Cursor
from tests.benchmarks.load import Device, Heard, Pair, ignore
from tests.benchmarks.peers.prosody import XMPPDevice
from tests.benchmarks.program import ROOT
from tests.benchmarks.server.crowd import Crowd, Step, new_tag
from tests.benchmarks.suites import AGAINST, MODULES, Scale, load

# In a worktree, .git is a file.
IS_REPOSITORY = (ROOT / ".git").exists() and shutil.which("git") is not None

XML = (
    b"<a h='1' xmlns='urn:xmpp:sm:3'/><message from='a@localhost/r' id='1' to='b@localhost'>"
    b"<body>Hello</body><stanza-id id='x' xmlns='urn:xmpp:sid:0'/></message>"
    b"<a xmlns='urn:xmpp:sm:3' h='2'/><presence id='7'/>"
)
FIELDS = ["suite", "figure", "unit", "ours", "partner", "beside", "ratio", "margin", "goal", "met"]
RUNS = ["runs", "partner_runs", "ratios"]


@pytest.mark.terminal
@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", MODULES)
def test_a_suite_measures_its_figures(name: str) -> None:
    if name == AGAINST and not IS_REPOSITORY:
        pytest.skip("there is no other commit here")
    suite = load(name)
    # HEAD is this tree without its uncommitted changes.
    figures = list(suite.measure(Scale(quick=True, rest=0.2, rev="HEAD")))
    assert figures
    assert suite.not_measured
    for figure in figures:
        line = json.loads(as_json(figure))
        assert list(line) == [*FIELDS, *RUNS]
        assert line["suite"] == name
        assert all(math.isfinite(one) and one >= 0 for runs in RUNS for one in line[runs])
        assert line["runs"]


def test_a_goal_is_a_ratio_or_a_value_and_both_are_judged_by_medians() -> None:
    ratio = Figure("s", "one", "ms", [9, 1, 2], [1, 1, 7], "bare", ratio_max=2)
    value = Figure("s", "two", "ms", [3], value_max=2)
    free = Figure("s", "three", "ms", [3], [0.0], "bare")
    assert [(one.ratio, one.goal, one.met) for one in (ratio, value, free)] == [
        (2, "<= 2 x", True),
        (None, "<= 2 ms", False),
        (None, "", None),
    ]
    assert "one     ms    2     1       2.00   <= 2 x   yes" in as_table([ratio, value, free])


def test_a_ratio_of_runs_that_took_turns_is_the_median_of_theirs() -> None:
    few = Figure("s", "one", "ms", [4, 40], [2, 80], "bare", ratio_max=1, ratios=[2, 0.5])
    many = Figure("s", "two", "1/s", [1], [1], "bare", ratio_min=0.97, ratios=[0.8, 0.9, 1, 1])
    least = Figure("s", "three", "ms", [3, 9], [2, 8], "bare", ratio_max=1.2, least=True)
    assert [(one.ratio, one.margin, one.goal, one.met) for one in (few, many, least)] == [
        (1.25, None, "<= 1 x", False),
        (0.95, pytest.approx(0.116, abs=0.001), ">= 0.97 x", False),
        (1.5, None, "<= 1.2 x", False),
    ]
    assert "0.950 ±0.116" in as_table([many])


@pytest.mark.skipif(not IS_REPOSITORY, reason="there is no other commit here")
def test_a_commit_is_checked_out_for_as_long_as_it_is_measured() -> None:
    with pytest.raises(KeyboardInterrupt), tree_of("HEAD") as tree:
        assert (tree.path / "imtui/__init__.py").is_file()
        assert str(tree.path) in worktrees()
        raise KeyboardInterrupt
    assert not tree.path.exists()
    assert str(tree.path) not in worktrees()
    with pytest.raises(RuntimeError, match="nothing is no commit"), tree_of("nothing"):
        pass


def worktrees() -> str:
    command = ["git", "-C", str(ROOT), "worktree", "list"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_a_run_of_two_backends_counts_either_order_and_leaves_out_nothing_that_is_rare() -> None:
    rare = [{"cpu": 11.0 if number % 10 == 9 else 1.0} for number in range(30)]
    slow = [{"cpu": 4.0 if number < 10 else 1.0} for number in range(30)]
    half = [{"cpu": 0.5}] * 30
    run = Run([Pairing(rare, slow), Pairing(half, slow)])
    assert run.typical("cpu", 10) == (1.25, 1)
    assert run.ratio("cpu", 10) == pytest.approx(1)
    assert run.ratio("cpu", 1) == pytest.approx(0.5**0.5)
    assert Run([Pairing([{"kib": 1.0}], [{"kib": 0.0}])]).ratio("kib", 1) is None


def test_the_echo_is_a_marker_in_another_row_however_it_comes() -> None:
    cursor = Cursor("\x1b[4;1H▸ bob".encode())
    assert not cursor.moves("\x1b[7;1H  eve\x1b[4;1H\x1b[1;38;2;1;2;3m▸ bob".encode())
    moved = "\x1b[4;1H  bob\x1b[5;1H\x1b[1m▸ carol".encode()
    assert not cursor.moves(moved[:-8])
    assert cursor.moves(moved[-8:])
    assert not cursor.moves(b"\x1b[9;1H  dan")


@pytest.mark.parametrize("size", [1, 7, len(XML)])
async def test_messages_and_acknowledgements_are_found_in_xml_however_it_comes(size: int) -> None:
    device = XMPPDevice("bob")
    heard: list[tuple[str, int]] = []
    device.on_kept = lambda number: heard.append(("kept", number))
    device.on_received = lambda number: heard.append(("received", number))
    for start in range(0, len(XML), size):
        device.data_received(XML[start : start + size])
    assert heard == [("kept", 1), ("received", 1), ("kept", 2)]


class Forgetful:
    """A device whose server acknowledges and delivers all messages but stores none."""

    def __init__(self, peer: Device | None = None) -> None:
        self.on_kept: Heard = ignore
        self.on_received: Heard = ignore
        self._peer = peer

    def send(self, number: int) -> None:
        self.on_kept(number)
        assert self._peer is not None
        self._peer.on_received(number)

    async def count_stored(self) -> int:
        return 0

    async def close(self) -> None:
        pass


async def test_what_was_acknowledged_and_is_not_stored_is_noticed() -> None:
    receiver = Forgetful()
    pair = Pair(Forgetful(receiver), receiver)
    await pair.check()
    pair.send()
    await pair.settle()
    with pytest.raises(RuntimeError, match="1 messages were acknowledged, 0 are stored"):
        await pair.check()


@pytest.mark.parametrize("size", [1, 7, 10, 11, 64])
def test_a_crowd_counts_each_tag_once_however_it_comes(size: int) -> None:
    tag = new_tag()
    told = f'{{"{tag}"}}{{"{new_tag()}"}}{{"{tag}"}}'.encode()
    has_arrived = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as threads:

        def tell() -> None:
            with server.accept()[0] as client:
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                client.sendall(client.recv(1))
                assert has_arrived.wait(20)
                for start in range(0, len(told), size):
                    time.sleep(0.001)
                    client.sendall(told[start : start + size])
                client.recv(1)

        telling = threads.submit(tell)
        with Crowd(server.getsockname()) as crowd:
            crowd.arrive([[Step(b"!", b"!")]])
            has_arrived.set()
            crowd.gather(tag, 2)
            assert crowd.count(tag, quiet=0.02) == 0
        telling.result()
