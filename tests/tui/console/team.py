"""A team's afternoon on the fake backend, for the console's picture."""

from tests.tui.console.fake import FakeBackend, account, device
from tests.tui.console.harness import Running

_CHANGES = (
    (0, "noor", "registered", ""),
    (21, "noor", "online", "on phone (iPhone)"),
    (48, "carol", "friend", "added noor"),
    (33, "", "console", "user_status=off"),
    (56, "", "console", "user_status=on"),
    (19, "amina", "status", "Deep work"),
    (42, "hugo", "unlogined", "on desk (Windows)"),
    (27, "tomas", "offline", "on desk (Linux)"),
    (35, "mei", "status", "在听音乐 🎵"),
    (12, "carol", "kicked", "on tablet (iPad)"),
    (51, "zoe", "online", "on studio (Mac)"),
    (8, "zoe", "status", "Streaming live 🔴"),
    (44, "bob", "online", "on browser (Web)"),
    (16, "bob", "status", "Chasing a flaky test"),
)
"""Each change: seconds since the one before, user ID, event and text."""


def team() -> FakeBackend:
    """Return a backend with a team's accounts."""
    fake = FakeBackend(
        account("Olu_A", device("phone", "Android"), text="On the train"),
        account("alice", device("laptop"), device("phone", "Android"), text="Writing a report"),
        account("amina", device("macbook", "Mac"), text="Deep work"),
        account(
            "bob",
            device("desk"),
            device("phone", "Android"),
            device("browser", "Web"),
            text="Chasing a flaky test",
        ),
        account("carol", device("office", "Windows"), text="On the call"),
        account("dmitri", device("desk"), text="Компилируется…"),
        account("hugo"),
        account("jose-luis", device("phone", "Android"), device("browser", "Web")),
        account("mei", device("phone", "iPhone"), device("macbook", "Mac"), text="在听音乐 🎵"),
        account("noor", device("phone", "iPhone"), text="On call this week"),
        account("priya", device("browser", "Web"), text="Writing the release notes"),
        account("tomas", status="OFFLINE"),
        account("yuki"),
        account("zoe", device("studio", "Mac"), text="Streaming live 🔴"),
    )
    fake.subscriptions, fake.friendships = 17, 48
    fake.errors.update({"72001": 23, "70001": 3, "7008": 5})
    return fake


async def play_afternoon(run: Running) -> None:
    """Log the changes, move the cursor to an account, and end with two busy seconds."""
    for seconds, user_id, event, text in _CHANGES:
        run.clock.advance(seconds)
        run.fake.add_change(user_id, event, text)
    await run.settle()
    await run.press("down", "down", "down")
    run.fake.totals.update(Changes=5, Deliveries=118, Messages=13, Requests=46)
    run.fake.errors.update({"7008": 1})
    await run.settle(2)
