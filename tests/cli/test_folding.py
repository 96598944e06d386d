"""The log of a backend repeats nothing and stays small, and nothing is lost without a word."""

import asyncio
import logging
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.cli.folding import (
    WINDOW,
    WINDOW_MAX_BYTES,
    BoundedFormatter,
    FoldingHandler,
    log_loop_exceptions,
)
from imtui.cli.serving import configure_logging, log_as


class Lines(logging.Handler):
    """Keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


class Log:
    """A folded log in virtual time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.lines = Lines()
        self.handler = FoldingHandler(self.lines, clock=lambda: self.now)
        self.handler.setFormatter(BoundedFormatter("%(message)s"))
        self.logger = logging.Logger("tests")
        self.logger.addHandler(self.handler)

    def taken(self) -> list[str]:
        texts, self.lines.texts = self.lines.texts, []
        return texts


@pytest.fixture
def log() -> Iterator[Log]:
    log = Log()
    yield log
    log.handler.close()
    assert threading.active_count() < 10


def test_a_line_that_repeats_is_logged_once_and_counted_once_a_minute(log: Log) -> None:
    for _ in range(1000):
        log.logger.error("No room for %s", "alice")
    log.logger.error("Something else")
    assert log.taken() == ["No room for alice", "Something else"]
    log.now += WINDOW
    log.logger.error("No room for %s", "alice")
    assert log.taken() == ["999 x more: tests: No room for alice", "No room for alice"]


def test_lines_that_differ_in_their_arguments_are_bounded_and_others_go_on(log: Log) -> None:
    for number in range(1000):
        log.logger.error("%s failed", number)
    log.logger.error("Something else")
    assert log.taken()[-2:] == ["19 failed", "Something else"]
    log.handler.close()
    assert log.taken()[-1] == "940 other lines were left out"


def test_a_traceback_is_logged_once_for_each_place(log: Log) -> None:
    def fail(number: int) -> None:
        if number % 2:
            raise ValueError(number)
        raise ValueError(number)

    for number in range(10):
        try:
            fail(number)
        except ValueError:
            log.logger.exception("A fault")
    assert len(log.taken()) == 2


@given(
    st.lists(
        st.tuples(st.text(max_size=20), st.text(max_size=9), st.integers(1, 20_000)), max_size=60
    )
)
def test_whatever_is_logged_a_minute_has_a_bound(records: list[tuple[str, str, int]]) -> None:
    log = Log()
    for template, argument, repeats in records:
        log.logger.error(template.replace("%", "") + "%s", argument * repeats)
        log.logger.error(template.replace("%", "") + "%s", argument * repeats)
    assert len("\n".join(log.taken()).encode()) <= WINDOW_MAX_BYTES
    log.handler.close()
    assert len("\n".join(log.taken()).encode()) <= WINDOW_MAX_BYTES


def test_the_configuration_of_the_log_keeps_its_formatter() -> None:
    root = logging.getLogger()
    before, root.handlers, level = root.handlers, [], root.level
    lines = Lines()
    try:
        configure_logging(lines)
        logging.getLogger("tests").warning("x" * 10_000)
    finally:
        for handler in root.handlers:
            handler.close()
        root.handlers = before
        root.setLevel(level)
    (text,) = lines.texts
    assert " WARNING tests: xxx" in text
    assert len(text) < 5000


def test_a_line_of_several_processes_says_which_it_is_from() -> None:
    root = logging.getLogger()
    before, root.handlers, level = root.handlers, [], root.level
    lines = Lines()
    try:
        configure_logging(lines)
        log_as("edge 1")
        logging.getLogger("tests").warning("x" * 10_000)
    finally:
        for handler in root.handlers:
            handler.close()
        root.handlers = before
        root.setLevel(level)
    (text,) = lines.texts
    assert " WARNING [edge 1] tests: xxx" in text
    assert len(text) < 5000


async def test_unhandled_exceptions_of_the_loop_are_folded(log: Log) -> None:
    root = logging.getLogger()
    root.addHandler(log.handler)
    try:
        loop = asyncio.get_running_loop()
        log_loop_exceptions(loop)
        for _ in range(50):
            loop.call_soon(int, "x")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    finally:
        root.removeHandler(log.handler)
    (text,) = log.taken()
    assert "ValueError" in text


def test_a_count_is_logged_though_nothing_more_happens(log: Log) -> None:
    log.now = -WINDOW + 0.05
    log.handler.end_window()
    log.now = 0.0
    log.logger.error("No room")
    log.logger.error("No room")
    timer = log.handler._timer
    assert timer is not None
    timer.join(10)
    assert log.taken() == ["No room", "1 x more: tests: No room"]
