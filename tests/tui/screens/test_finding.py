"""Order, groups and favourites of the friend list, and searching both panes."""

from pathlib import Path

from imtui.tui.model.events import EventKind
from imtui.tui.model.roster import Heading
from imtui.tui.state.account_state import StateFile
from imtui.tui.widgets.finder import Finder
from tests.tui.fake import OFFLINE, ONLINE, FakeClient, at, status
from tests.tui.harness import Running, running


def names(run: Running) -> list[str]:
    """Return the user IDs in the friend list, in order."""
    view = run.app.main.friend_list
    return [row for row in view._rows if isinstance(row, str)]


def headings(run: Running) -> list[str]:
    view = run.app.main.friend_list
    return [f"{row.name} {row.note}" for row in view._rows if isinstance(row, Heading)]


async def test_a_filter_matches_names_statuses_and_texts(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("slash", *"car")
        assert names(run) == ["carol"]
        await run.press("ctrl+u", *"off")
        assert names(run) == ["erin", "frank"]
        await run.press("ctrl+u", *"call")
        assert names(run) == ["bob"]
        await run.press("enter")
        assert run.app.main.friend_list.has_focus
        assert names(run) == ["bob"]
        await run.press("escape")
        assert len(names(run)) == 11
        assert not run.app.main.query_one(Finder).display


async def test_a_filter_without_matches_says_how_to_leave_it(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("slash", *"zzz")
        assert "Nobody fits: Esc shows all" in run.text()
        await run.press("escape")
        assert "bob" in run.text()


async def test_a_filtered_list_is_updated_live(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("slash", *"online", "enter")
        assert "erin" not in names(run)
        run.fake.push(status("erin", ONLINE))
        await run.settle()
        await run.settle()
        assert "erin" in names(run)


async def test_orders_cycle_and_are_saved(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("o")
        assert names(run)[:4] == ["bob", "carol", "dave", "erin"]
        assert 'order = "name"' in (tmp_path / "settings.toml").read_text()
        run.fake.push(status("grace", ONLINE))
        await run.press("o")
        assert names(run)[0] == "grace"
        run.fake.receive_message("frank", "hello")
        await run.settle()
        await run.press("o")
        assert names(run)[0] == "frank"
        await run.press("o")
        assert 'order = "presence"' in (tmp_path / "settings.toml").read_text()
    async with running(tmp_path, settings='order = "name"') as run:
        assert names(run)[3] == "erin"


async def test_favourites_come_first_and_are_saved(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("end", "up", "up", "up")
        friend = run.app.main.friend_list.selected
        await run.press("f")
        assert names(run)[0] == friend
        assert f"✦ {friend}" in run.text()
        assert StateFile(tmp_path).state.favourites == (friend,)
        await run.press("home", "f")
        assert StateFile(tmp_path).state.favourites == ()


async def test_groups_fold_and_are_saved(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("m", *"Band", "enter")
        assert headings(run)[0] == "Band 1 of 1 online"
        assert names(run)[0] == "bob"
        await run.press("home", "space")
        assert "bob" not in names(run)
        assert "▹ Band" in run.text()
    async with running(tmp_path) as run:
        assert "bob" not in names(run)
        await run.press("home", "enter")
        assert names(run)[0] == "bob"
        await run.press("down", "m", "ctrl+u", "enter")
        assert not any("Band" in heading for heading in headings(run))
        assert StateFile(tmp_path).state.groups == {}


async def test_a_filter_searches_folded_groups_too(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("m", *"Band", "enter", "home", "space", "slash", *"bo")
        assert "bob" in names(run)


async def test_the_cursor_stays_on_its_friend_when_the_list_is_sorted(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("down", "down")
        friend = run.app.main.friend_list.selected
        run.fake.push(status("erin", ONLINE), status("bob", OFFLINE))
        await run.settle(2)
        await run.settle(2)
        assert run.app.main.friend_list.selected == friend


async def test_the_event_pane_shows_one_kind_of_events(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.push(status("bob", OFFLINE))
        run.fake.push_own("Tea")
        await run.settle()
        await run.press("E")
        pane = run.app.main.event_pane
        assert pane.kind is EventKind.OWN
        assert "“Tea”" in run.text()
        events = run.text().split("Events")[1]
        assert "connected" not in events
        assert "OFFLINE" not in events.split("\n")[1]
        run.fake.push(status("bob", ONLINE))
        run.fake.push_own("Coffee")
        await run.settle()
        assert "“Coffee”" in run.text()
        await run.press("e", "escape")
        assert pane.kind is None


async def test_a_search_for_events_includes_new_matches(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.push(status("bob", OFFLINE), status("carol", ONLINE, "Tea"))
        await run.settle()
        await run.press("e", "slash", *"carol", "enter")
        shown = "\n".join(line.partition("│")[2] for line in run.lines())
        assert "carol" in shown
        assert "bob" not in shown
        run.fake.push(status("carol", ONLINE, "Lunch"), status("dave", OFFLINE))
        await run.settle()
        shown = "\n".join(line.partition("│")[2] for line in run.lines())
        assert "Lunch" in shown
        assert "dave" not in shown
        await run.press("escape")
        assert "dave" in "\n".join(line.partition("│")[2] for line in run.lines())


async def test_repeated_events_share_one_line(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        for _ in range(3):
            run.fake.push(status("bob", OFFLINE))
            run.fake.push(status("bob", ONLINE, "On the call"))
            await run.settle()
        for kind in (OFFLINE, ONLINE, OFFLINE, ONLINE):
            run.fake.push(status("carol", kind, since=at(14, 6)))
            await run.settle()
        assert "carol        ◉ ONLINE  x4" in run.text() or "x4" in run.text()
        lines = [line for line in run.lines() if "carol" in line.partition("│")[2]]
        assert len(lines) == 1


async def test_ten_thousand_events_are_kept_and_shown(tmp_path: Path) -> None:
    fake = FakeClient(friends={f"u{n}": status(f"u{n}") for n in range(50)})
    async with running(tmp_path, fake, size=(80, 24)) as run:
        for number in range(10_100):
            fake.push(status(f"u{number % 50}", ONLINE, f"text {number}"))
        await run.settle()
        pane = run.app.main.event_pane
        assert len(run.app.model.feed.events) == 10_000
        assert pane.virtual_size.height >= 10_000
        assert "text 10099" in run.text()
        await run.press("e", "home")
        assert "text 100”" in run.text()


async def test_a_filter_applies_to_the_pane_used_last(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("e", "slash", *"bob", "enter", "escape", "escape")
        await run.press("slash", *"car")
        assert run.app.main.found_in("friends") == "car"
        await run.press("escape", "tab", "slash", *"bob")
        assert run.app.main.found_in("events") == "bob"
        await run.press("enter", "colon", "escape")
        assert run.app.focused is run.app.main.event_pane


async def test_a_filter_puts_the_cursor_on_the_first_match(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("m", *"Band", "enter", "home")
        assert run.app.navigator.selected == ""
        await run.press("slash", *"bo")
        assert run.app.navigator.selected == "bob"


async def test_a_search_ignores_accents_and_case(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.fake.push(status("carol", ONLINE, "OBĚD v jídelně"))
        await run.settle()
        await run.press("slash", *"obed")
        assert names(run) == ["carol"]
        await run.press("escape", "e", "slash", *"jidelne")
        assert "OBĚD" in run.text()


async def test_group_names_ignore_case(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("m", *"Band", "enter")
        await run.press("colon")
        await run.type("group carol band", "enter")
        assert headings(run)[0].startswith("Band ")
        assert "of 2 online" in headings(run)[0]
        await run.press("home", "down", "m")
        assert "there are Band" in run.text()


async def test_the_title_names_an_order_other_than_the_default(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        assert "online, by" not in run.text()
        await run.press("o")
        assert "online, by name" in run.text()


async def test_the_palette_closes_only_once(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("ctrl+p")
        palette = run.app.screen
        palette.dismiss()
        palette.dismiss()
        await run.settle()
        assert run.app.screen is run.app.main
