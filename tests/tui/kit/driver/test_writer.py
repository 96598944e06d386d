"""The writer never waits for the terminal, and forgets nothing that matters."""

import os
import threading
import time
from collections.abc import Iterator

import pytest

from imtui.tui.kit.driver.writer import BACKLOG_MAX, TerminalWriter


class Pipe:
    """A terminal that takes what is read, and no more."""

    def __init__(self) -> None:
        self.reading, self.descriptor = os.pipe()
        self.caught_up = threading.Event()
        self.writer = TerminalWriter(self.descriptor, "utf-8", self.caught_up.set)
        self.writer.start()

    def read_all(self) -> bytes:
        """Read until the writer has stopped and all is read."""
        data = bytearray()

        def read() -> None:
            while piece := os.read(self.reading, 65536):
                data.extend(piece)

        thread = threading.Thread(target=read)
        thread.start()
        self.writer.stop()
        os.close(self.descriptor)
        self.descriptor = -1
        thread.join()
        return bytes(data)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    for descriptor in (made.reading, made.descriptor):
        if descriptor >= 0:
            os.close(descriptor)


def test_all_is_written_in_order(pipe: Pipe) -> None:
    for number in range(1000):
        pipe.writer.write(f"{number} ")
    assert pipe.read_all() == "".join(f"{number} " for number in range(1000)).encode()


def test_what_the_encoding_lacks_is_a_question_mark() -> None:
    reading, descriptor = os.pipe()
    writer = TerminalWriter(descriptor, "latin-1", lambda: None)
    writer.start()
    writer.write("é ◉")
    writer.stop()
    assert os.read(reading, 10) == b"\xe9 ?"
    os.close(reading)
    os.close(descriptor)


def test_a_terminal_that_takes_nothing_delays_nobody_and_costs_bounded_memory(pipe: Pipe) -> None:
    for _ in range(1000):
        pipe.writer.write("x" * 10_000)
    data = pipe.read_all()
    assert len(data) <= BACKLOG_MAX + 10_000
    assert len(data) % 10_000 == 0, "a text is written whole or not at all"


def test_after_a_drop_the_screen_is_asked_for_anew(pipe: Pipe) -> None:
    for _ in range(30):
        pipe.writer.write("x" * 10_000)
    assert not pipe.caught_up.is_set()
    while not pipe.caught_up.is_set():
        os.read(pipe.reading, 65536)
        pipe.caught_up.wait(0.01)
    pipe.writer.write("anew")
    assert pipe.read_all().endswith(b"anew")


def test_one_text_may_be_larger_than_the_bound(pipe: Pipe) -> None:
    pipe.writer.write("x" * 2 * BACKLOG_MAX)
    assert len(pipe.read_all()) == 2 * BACKLOG_MAX


def test_the_last_words_come_before_what_waits(pipe: Pipe) -> None:
    for _ in range(30):
        pipe.writer.write("x" * 10_000)
    pipe.writer.close()
    pipe.writer.write("bye")
    data = pipe.read_all()
    assert data.endswith(b"bye")


def test_it_stops_though_the_terminal_takes_nothing(pipe: Pipe) -> None:
    for _ in range(30):
        pipe.writer.write("x" * 10_000)
    pipe.writer.close()
    pipe.writer.write("bye")
    began = time.monotonic()
    pipe.writer.stop()
    assert time.monotonic() - began < 5


def test_a_closed_terminal_is_no_error() -> None:
    reading, descriptor = os.pipe()
    os.close(reading)
    writer = TerminalWriter(descriptor, "utf-8", lambda: None)
    writer.start()
    for _ in range(100):
        writer.write("x" * 10_000)
    writer.stop()
    os.close(descriptor)
