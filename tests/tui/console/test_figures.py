"""The live figures, and the rates computed from two readings."""

import pytest

from imtui.protocol.errors import IMError
from imtui.tui.console.answers import Stats
from imtui.tui.console.lines import rate_text
from imtui.tui.console.rates import rates_between
from tests.tui.console.fake import STARTED, FakeBackend, numbered_accounts, small_backend
from tests.tui.console.harness import running


def stats(second: float, **more: int) -> Stats:
    return Stats(
        server_time=STARTED + round(second * 1000),
        uptime_seconds=100 + second,
        changes=more.get("changes", 0),
        requests=more.get("requests", 0),
        errors={"7008": more.get("errors", 0)},
    )


def test_rates_use_the_backends_clock() -> None:
    before, after = stats(0, changes=10, requests=4), stats(2, changes=15, requests=8, errors=1)
    rates = rates_between(before, after)
    assert rates is not None
    assert (rates.changes, rates.requests, rates.messages) == (2.5, 2.0, 0.0)
    assert rates.errors == {"7008": 0.5}


def test_own_requests_do_not_count() -> None:
    rates = rates_between(stats(0, requests=4), stats(2, requests=12), own=6)
    assert rates is not None
    assert rates.requests == 1.0


async def test_polling_does_not_show_in_the_request_rate() -> None:
    async with running() as run:
        before = run.fake.totals["Requests"]
        await run.settle()
        assert run.fake.totals["Requests"] > before
        assert "requests 0" in run.line("Per second")
        run.fake.totals.update(Requests=3)
        await run.settle()
        assert "requests 3.0" in run.line("Per second")


def test_there_is_no_rate_across_a_restart_or_without_elapsed_time() -> None:
    assert rates_between(stats(0), stats(0)) is None
    assert rates_between(stats(1), stats(0)) is None
    restarted = Stats(server_time=STARTED + 9000, uptime_seconds=2)
    assert rates_between(stats(0, changes=10), restarted) is None


@pytest.mark.parametrize(
    ("rate", "text"), [(0, "0"), (0.04, "0.0"), (9.94, "9.9"), (9.96, "10"), (1234.5, "1,234")]
)
def test_rates_are_formatted_briefly(rate: float, text: str) -> None:
    assert rate_text(rate) == text


async def test_the_figures_show_connections_rates_and_errors() -> None:
    async with running() as run:
        assert run.line("total 4") == "Accounts total 4 ◉ ONLINE 2 ◦ OFFLINE 1 ◌ UNLOGINED 1"
        assert "devices 3 connections 3 subscriptions 3 friendships 4" in run.line("Connected")
        assert run.line("Errors") == "Errors none"
        run.fake.totals.update(Changes=3, Deliveries=1200, Messages=1)
        run.fake.errors.update({"7008": 2, "72001": 40})
        await run.settle()
        assert run.line("Per second") == (
            "Per second changes 3.0 deliveries 1,200 messages 1.0 requests 0"
        )
        assert run.line("Errors") == "Errors since start 72001: 40 (40/s) 7008: 2 (2.0/s)"
        await run.settle()
        assert "changes 0 " in run.line("Per second")
        assert run.line("Errors") == "Errors since start 72001: 40 7008: 2"


@pytest.mark.parametrize("width", [80, 120])
async def test_figures_keep_their_columns_as_they_grow(
    width: int,
) -> None:
    async with running(size=(width, 40)) as run:

        def place(word: str) -> int:
            return next(line.find(word) for line in run.lines() if word in line)

        words = ("total 4", "devices 3", "changes 0", "deliveries", "messages")
        before = [place(word) for word in words]
        assert before[:3] == [before[0]] * 3
        run.fake.totals.update(Deliveries=123, Messages=5)
        await run.settle()
        assert "deliveries 123 " in run.text()
        assert [place(word) for word in words] == before
        assert "friendships 4" in run.text()


async def test_a_restart_shows_its_time_and_no_rates_for_one_poll() -> None:
    async with running() as run:
        assert "up since 13:05" in run.lines()[0]
        run.fake.totals.update(Requests=50)
        await run.settle()
        run.fake.restart()
        await run.settle()
        assert "changes ? deliveries ?" in run.line("Per second")
        assert "up since 14:05" in run.lines()[0]
        await run.settle()
        assert "changes 0 deliveries 0" in run.line("Per second")


async def test_everything_else_works_without_figures() -> None:
    fake = small_backend()
    for name in ("stats", "log"):
        fake.refused[f"imtui_console/{name}"] = IMError(60009)
    async with running(fake) as run:
        assert "60009 · This backend does not have it." in run.line("Accounts 60009")
        assert "60009" in run.line("Changes")
        assert "alice" in run.text()
        await run.press("2", "y")
        assert "change notification off" in run.line("user status query")
        fake.refused.clear()
        await run.settle()
        assert "60009" not in run.text()


@pytest.mark.parametrize(
    "fake", [small_backend(), FakeBackend(), FakeBackend(*numbered_accounts(500))]
)
async def test_nothing_is_painted_while_nothing_changes(fake: FakeBackend) -> None:
    async with running(fake) as run:
        painted: list[object] = []
        compositor = run.app.screen._compositor
        render = compositor.render_update

        def record(*args: object, **options: object) -> object:
            painted.append(options)
            return render(*args, **options)  # type: ignore[arg-type]

        compositor.render_update = record  # type: ignore[assignment, method-assign]
        await run.settle()
        await run.settle()
        assert painted == []
        run.fake.totals.update(Changes=1)
        await run.settle()
        assert painted
