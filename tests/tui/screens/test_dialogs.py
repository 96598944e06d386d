"""The dialogs of details, subscriptions and devices: their contents and live updates."""

from pathlib import Path

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.messages import SubscriptionReason
from imtui.protocol.status import Platform, UserStatus
from tests.tui.fake import HERE, OFFLINE, ONLINE, at, device, sample_client, status
from tests.tui.harness import running


async def test_details_query_the_status_and_show_everything(tmp_path: Path) -> None:
    fake = sample_client()
    fake.friends["bob"] = UserStatus(
        "bob", ONLINE, "On the call", ["Android", "Linux"], since=at(14, 5), revision=1
    )
    async with running(tmp_path, fake) as run:
        await run.press("i")
        assert fake.called("get_user_status")[-1] == (["bob"],)
        words = run.compact_text()
        for part in (
            "status ◉ ONLINE",
            "since 14:05",
            "text On the call",
            "online devices Android, Linux",
            "heard of as a friend",
            "watched no",
            "asked at 14:05",
        ):
            assert part in words


async def test_details_are_updated_live(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("i")
        run.fake.push(status("bob", OFFLINE, since=at(14, 6)))
        await run.settle()
        await run.settle()
        assert "status ◦ OFFLINE" in run.compact_text()
        assert "14:05 OFFLINE" in run.compact_text()
        await run.press("w")
        await run.settle()
        assert "watched once" in run.compact_text()


async def test_details_show_the_last_status_if_the_query_is_refused(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as run:
        refused = IMError(ErrorCode.ERR_SDK_INTERFACE_NOT_SUPPORT)
        run.fake.fail("get_user_status", refused)
        await run.press("i")
        words = run.compact_text()
        assert "7013 · The app's edition does not include this." in words
        assert "status ◉ ONLINE" in words
        assert "text On the call" in words


async def test_details_of_a_stranger_by_id(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.others["stranger"] = status("stranger", ONLINE, "Hello")
        await run.press("colon")
        await run.type("details stranger", "enter")
        words = run.compact_text()
        assert "text Hello" in words
        assert "heard of not at all: subscribe to hear of changes" in words
        assert run.app.model.person("stranger") is None
        await run.press("plus", "enter")
        assert run.fake.called("subscribe_user_status")[-1] == (["stranger"],)


async def test_stale_details_show_their_time(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.lose_connection()
        await run.settle()
        await run.press("i")
        assert "status ◉ ONLINE as of 14:05" in run.compact_text()


async def test_the_details_key_opens_the_friend_under_the_cursor(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as run:
        await run.press("down", "i")
        assert "carol" in run.text().split("╭")[1]
        assert "What changed while imtui ran" in run.text()


async def test_subscriptions_are_in_order_of_eviction_and_removals_are_explained(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as run:
        await run.press("S")
        words = run.compact_text()
        assert "2 of 200, over that the first goes" in words
        assert words.index("1 weather-bot ◉ ONLINE") < words.index("2 mallory ◌ UNLOGINED")
        notify = run.fake.listener.on_subscriptions_changed
        notify(["bob"], [], SubscriptionReason.SUBSCRIBED)
        notify([], ["weather-bot"], SubscriptionReason.EVICTED)
        await run.settle()
        words = run.compact_text()
        assert words.index("1 mallory") < words.index("2 bob")
        assert "friend" in words
        assert "over 200 subscriptions, so the earliest went: weather-bot" in words
        notify([], ["mallory"], SubscriptionReason.CLEARED)
        await run.settle()
        assert "subscriptions cleared by the backend: mallory" in run.compact_text()


async def test_the_subscriptions_screen_subscribes_and_unsubscribes(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.others["stranger"] = status("stranger", ONLINE)
        await run.press("S", "plus", "ctrl+u")
        await run.type("stranger", "enter")
        await run.settle()
        assert "3 stranger ◉ ONLINE" in run.compact_text()
        await run.press("minus", "enter")
        await run.settle()
        assert run.fake.called("unsubscribe_user_status") == [(["weather-bot"],)]
        assert "1 mallory" in run.compact_text()


async def test_silent_subscriptions_say_why(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.switch_user_status("off")
        await run.press("S")
        assert "Nothing is told of them now" in run.text()


async def test_subscription_errors_are_sentences(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        limit = IMError(
            ErrorCode.ERR_SDK_COMM_API_CALL_FREQUENCY_LIMIT, data={"retryAfterMs": 2400}
        )
        run.fake.fail("subscribe_user_status", limit)
        await run.press("S", "plus", "enter")
        assert run.events()[-1] == "notice 7008 · Too often; the next one goes through in 3 s."


async def test_own_devices_are_updated_live(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("D")
        assert "1 device connected" in run.text()
        two = [device(HERE, "laptop"), device("phone", "phone 📱 東京", Platform.ANDROID)]
        run.fake.listener.on_self_devices_changed(two)
        await run.settle()
        assert "2 devices connected" in run.text()
        assert "phone 📱 東京" in run.text()
        await run.press("q")
        assert "Your devices" not in run.text()
