"""The services of ours: figures, accounts, the log of changes and who subscribes to whom."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from imtui.protocol.usersig import sign
from imtui.server.audit import AuditEntry, Kind
from imtui.server.commands.change_log import KEPT, ChangeLog
from imtui.server.commands.rest import Rest
from imtui.server.core.accounts.changes import AccountRegistered
from imtui.server.core.friends.changes import FriendsAdded
from imtui.server.link.frames import About
from imtui.server.link.nodes import OneNode
from imtui.server.link.ports import HTTPRequest
from imtui.server.metrics import Metrics
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig, present
from imtui.server.process_metrics import ProcessMetrics, Reporter
from imtui.server.store.sqlite.store import SQLiteStore
from imtui.server.store.store import StoreError
from tests.server.commands.test_rest import post
from tests.server.wire import wire


async def console(backend: Backend, command: str, **body: Any) -> dict[str, Any]:
    return await post(backend, f"v4/imtui_console/{command}", body)


async def imported(backend: Backend, *user_ids: str) -> None:
    await post(backend, "v4/im_open_login_svc/multiaccount_import", {"Accounts": list(user_ids)})


async def test_figures_tell_what_there_is_and_what_was_done(backend: Backend) -> None:
    await imported(backend, "carol")
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob", passive=True)
        assert await alice.code("addFriend", userID="bob") == 0
        assert await alice.code("subscribeUserStatus", userIDList=["carol"]) == 0
        assert await alice.code("getUserStatus", userIDList=[]) == 6017
        before = await console(backend, "stats")
        assert await alice.code("sendMessage", userID="bob", msgID="m", text="hello") == 0
        after = await console(backend, "stats")
    assert (before["Connections"], before["Devices"]) == (2, 1)
    assert before["Accounts"] == {"ONLINE": 1, "OFFLINE": 0, "UNLOGINED": 2}
    assert (before["Subscriptions"], before["Friendships"]) == (1, 2)
    assert before["Errors"] == {"6017": 1}
    assert after["Messages"] - before["Messages"] == 1
    assert after["Requests"] > before["Requests"]
    assert after["UptimeSeconds"] >= before["UptimeSeconds"] >= 0


async def test_accounts_come_in_pages_with_status_and_devices(backend: Backend) -> None:
    await imported(backend, "ann", "bob", "anton", "zoe")
    async with wire(backend) as alice:
        await alice.login("an-1", platform="Android", deviceName="phone", instanceID="i")
        assert await alice.code("setSelfStatus", customStatus="busy") == 0
        first = await console(backend, "accounts", MaxCnt=2, Prefix="an")
        assert [item["UserID"] for item in first["AccountItem"]] == ["an-1", "ann"]
        assert (first["NextCursor"], first["Total"]) == ("ann", 3)
        last = await console(backend, "accounts", MaxCnt=2, Prefix="an", Cursor="ann")
        assert [item["UserID"] for item in last["AccountItem"]] == ["anton"]
        assert last["NextCursor"] == ""
        told = first["AccountItem"][0]
        assert (told["Status"], told["CustomStatus"]) == ("ONLINE", "busy")
        (device,) = told["Devices"]
        assert (device["InstanceID"], device["DeviceName"], device["Platform"]) == (
            "i",
            "phone",
            "Android",
        )
        everybody = await console(backend, "accounts")
        names = [item["UserID"] for item in everybody["AccountItem"]]
        assert names == ["an-1", "ann", "anton", "bob", "zoe"]
    assert (await console(backend, "accounts", MaxCnt=0))["ErrorCode"] == 70402
    assert (await console(backend, "accounts", MaxCnt=501))["ErrorCode"] == 70402


async def test_the_log_tells_what_changed(backend: Backend) -> None:
    async with wire(backend) as alice:
        await alice.login("alice", deviceName="laptop")
        assert await alice.code("setSelfStatus", customStatus="busy") == 0
        await console(backend, "set", Settings={"user_status": "off"})
        await post(backend, "v4/im_open_login_svc/kick", {"UserID": "alice"})
        await alice.push("onKickedOffline")
    told = await console(backend, "log")
    changes = [one for one in told["LogItem"] if one["Event"] != "admin"]
    events = [(one["UserID"], one["Event"], one["Text"]) for one in changes]
    assert events == [
        ("alice", "registered", ""),
        ("alice", "online", "on laptop (Linux)"),
        ("alice", "status", "busy"),
        ("", "console", "user_status=off"),
        ("alice", "kicked", "on laptop (Linux)"),
        ("alice", "status", ""),
    ]
    assert told["LastIndex"] == 8
    later = await console(backend, "log", After=4, MaxCnt=1)
    assert [one["Index"] for one in later["LogItem"]] == [8]


def test_the_log_keeps_the_newest_only() -> None:
    log = ChangeLog(lambda: 5)
    log.observe([AccountRegistered(n, f"u{n}", 0) for n in range(KEPT + 5)])
    kept = log.page(KEPT, lambda item: True, after=0)
    assert (len(kept), kept[0].index, kept[-1].index) == (KEPT, 6, KEPT + 5)
    assert log.page(10, lambda item: True, after=log.last_index) == []
    log.observe([FriendsAdded("ann", tuple(f"f{n}" for n in range(7)))])
    assert log.page(1, lambda item: True, after=0)[0].text == "added f0, f1, f2, f3, f4 and 2 more"


def test_what_an_edge_noted_without_a_core_is_shown_once() -> None:
    """A new core reads the edges' files, and the edges tell it what the old one did not learn."""
    now = 1_000_000_000
    log = ChangeLog(lambda: now)
    before, without_core, later = (
        AuditEntry(now + at, Kind.FAILED, "192.0.2.7", "ann", "login", 70009)
        for at in (-900_000, -2_000, 5)
    )
    log.show_audit([before, without_core])
    for entry in (without_core, later, later):
        log.add_audit(entry)
    shown = [item.time for item in log.page(10, lambda item: True)]
    assert shown == [before.time, without_core.time, later.time, later.time]


async def test_who_subscribes_to_whom_is_told_in_order_of_eviction(backend: Backend) -> None:
    await imported(backend, "carol", "dave")
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        for user_ids in (["dave"], ["carol", "bob"]):
            assert await alice.code("subscribeUserStatus", userIDList=user_ids) == 0
        assert await bob.code("subscribeUserStatus", userIDList=["alice"]) == 0
        told = await post(backend, "v4/imtui_status/subscriptions", {"UserID": "alice"})
        assert told["Subscribed"] == ["dave", "carol", "bob"]
        assert (told["Subscribers"], told["ClearedAt"]) == (["bob"], None)
    nobody = await post(backend, "v4/imtui_status/subscriptions", {"UserID": "nobody"})
    assert nobody["ErrorCode"] == 70107


async def test_monitors_are_told_without_a_user_sig(backend: Backend) -> None:
    async with httpx.AsyncClient(base_url=backend.address.rest) as client:
        metrics = await client.get("/metrics")
        assert metrics.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert "\nimtui_connections 0\n" in metrics.text
        assert 'imtui_requests_total{port="rest",method="sns/friend_add"} 0' in metrics.text


@pytest.mark.parametrize(
    ("findings", "status", "state"),
    [
        (None, 200, {"status": "ok", "store": "unchecked"}),
        ([], 200, {"status": "ok", "store": "sound"}),
        (
            ["page 3 is never used", "page 4 is never used"],
            503,
            {"status": "store damaged", "store": "page 3 is never used"},
        ),
    ],
)
async def test_monitors_are_told_what_the_check_of_the_store_found(
    backend: Backend, findings: list[str] | None, status: int, state: dict[str, str]
) -> None:
    # Another one, which no check in the background overwrites.
    commits = backend.core.host.commits
    rest = Rest(
        backend.core.core,
        present,
        backend.core.host.carry_on,
        commits.durable,
        lambda: commits.failure,
        ChangeLog(lambda: 0),
        ProcessMetrics(Metrics()),
        OneNode(About(), lambda: 0),
    )
    rest.findings = findings
    for method in ("GET", "HEAD"):
        answer = await rest.answer(HTTPRequest(method, "/healthz", {}, b""))
        assert (answer.status, msgspec.json.decode(answer.content)) == (status, state)


async def test_metrics_with_those_of_edges_are_counted_once_a_second(backend: Backend) -> None:
    """Anybody may ask, and over a link nobody pays for what it costs the core."""
    commits, now = backend.core.host.commits, present()
    metrics = ProcessMetrics(Metrics())
    rest = Rest(
        backend.core.core,
        lambda: now,
        backend.core.host.carry_on,
        commits.durable,
        lambda: commits.failure,
        ChangeLog(lambda: 0),
        metrics,
        OneNode(About(), lambda: 0),
    )

    async def shown() -> bytes:
        metrics.core.messages += 1
        return (await rest.answer(HTTPRequest("GET", "/metrics", {}, b""))).content

    assert await shown() != await shown()

    def send(report: bytes) -> bool:
        metrics.take(1, report)
        return True

    Reporter("edge-1", Metrics(), send).report()
    first = await shown()
    assert await shown() == first
    now = msgspec.structs.replace(now, monotonic=now.monotonic + 1)
    assert await shown() != first


async def test_what_cannot_be_kept_is_not_acknowledged_and_the_backend_says_so(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(store: SQLiteStore) -> None:
        raise StoreError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(SQLiteStore, "commit", fail)
        answer = await post(backend, "v4/im_open_login_svc/account_import", {"UserID": "alice"})
        assert answer["ErrorCode"] == 70500
        again = await post(backend, "v4/im_open_login_svc/account_import", {"UserID": "bob"})
        assert again["ErrorCode"] == 70500
        async with httpx.AsyncClient(base_url=backend.address.rest) as client:
            health = await client.get("/healthz")
            told = {"status": "store failing", "store": "The disk is full."}
            assert (health.status_code, health.json()) == (503, told)
            assert (await client.head("/healthz")).status_code == 503


async def test_queries_tell_nothing_that_another_node_would_not_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(store: SQLiteStore) -> None:
        raise StoreError("The database is away.")

    monkeypatch.setattr(SQLiteStore, "is_shared", True)
    check = {"CheckItem": [{"UserID": "alice"}]}
    async with Backend(BackendConfig(tmp_path / "data")) as backend:
        await post(backend, "v4/im_open_login_svc/account_import", {"UserID": "alice"})
        with monkeypatch.context() as patched:
            patched.setattr(SQLiteStore, "commit", fail)
            await post(backend, "v4/im_open_login_svc/account_import", {"UserID": "bob"})
            refused = await post(backend, "v4/im_open_login_svc/account_check", check)
            assert refused["ErrorCode"] == 70500
            assert (await post(backend, "v4/imtui_node/list"))["ErrorCode"] == 0
        # Once it is there again, at the latest after the next retry.
        async with asyncio.timeout(20):
            while (await post(backend, "v4/im_open_login_svc/account_check", check))["ErrorCode"]:
                pass


async def test_a_path_without_a_command_is_60009_with_an_envelope(backend: Backend) -> None:
    assert (await post(backend, "v4/sns/no_such_command"))["ErrorCode"] == 60009


async def test_the_log_has_failures_acts_and_limits_and_outlives_a_restart(tmp_path: Path) -> None:
    config = BackendConfig(tmp_path / "data")
    async with Backend(config) as backend, wire(backend) as alice:
        assert await alice.code("login", **credentials(backend, "alice", "bob")) == 70013
        await alice.login("alice")
        for _ in range(21):
            code = await alice.code("getUserStatus", userIDList=["alice", "bob"])
        assert code == 7008
        await post(backend, "v4/im_open_login_svc/kick", {"UserID": "alice"})
        await post(backend, "v4/im_open_login_svc/kick", {"UserID": "nobody"})
        for _ in range(11):
            refused = await post(backend, "v4/imtui_console/get", usersig=forged(backend))
        assert refused["ErrorCode"] == 70050
    config = BackendConfig(tmp_path / "data")
    async with Backend(config) as backend:
        # The admin at this address has to wait, but only until the backend was started again.
        told = await console(backend, "log")
        seen = [
            (one["Event"], one["UserID"], one["Text"], one["Code"], one["Count"])
            for one in told["LogItem"]
            if one["Address"] == "127.0.0.1"
        ]
        kick = "im_open_login_svc/kick"
        assert seen == [
            ("failed", "alice", "login", 70013, 1),
            ("limit", "alice", "getUserStatus", 7008, 1),
            ("admin", "administrator", kick, 0, 1),
            ("admin", "administrator", kick, 70107, 1),
            ("failed", "administrator", "rest", 70009, 1),
            ("limit", "administrator", "rest", 70050, 1),
            ("failed", "administrator", "rest", 70009, 9),
        ]
        for query, count in (
            ({"Event": "admin"}, 2),
            ({"UserID": "alice", "Event": "failed"}, 1),
            ({"Code": 70009}, 2),
            ({"Address": "192.0.2.1"}, 0),
            ({"Before": told["LogItem"][1]["Index"]}, 1),
        ):
            assert len((await console(backend, "log", **query))["LogItem"]) == count


def credentials(backend: Backend, user_id: str, signed_for: str) -> dict[str, Any]:
    key = backend.app_key
    sig = sign(signed_for, key.sdk_app_id, key.secret_key)
    return {"sdkAppID": key.sdk_app_id, "userID": user_id, "userSig": sig}


def forged(backend: Backend) -> str:
    return sign("administrator", backend.app_key.sdk_app_id, "0" * 64)


async def test_a_secret_is_kept_and_shown_to_nobody(backend: Backend) -> None:
    secret = "nobody may see this"
    set_ = await console(backend, "set", Settings={"webhook_token": secret, "edition": "standard"})
    assert set_["Settings"]["webhook_token"] == "(set)"
    assert (await console(backend, "get"))["Settings"] == set_["Settings"]
    told = [set_, await console(backend, "get"), await console(backend, "log")]
    refused = await console(backend, "set", Settings={"webhook_token": f"{secret}\n"})
    assert refused["ErrorCode"] == 70402
    assert secret not in str([*told, refused])
    # What is shown is no secret.
    assert (await console(backend, "set", Settings={"webhook_token": "(set)"}))[
        "ErrorCode"
    ] == 70402
    log = (backend.config.data_dir / "audit.jsonl").read_text()
    assert "imtui_console/set" in log
    assert secret not in log
    cleared = await console(backend, "set", Settings={"webhook_token": ""})
    assert cleared["Settings"]["webhook_token"] == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"webhook_url": "ftp://host/"},
        {"webhook_commands": "State.StateChange,Nothing"},
        {"webhook_commands": [1]},
        {"heartbeat_timeout": 0},
        {"nonsense": "on"},
    ],
)
async def test_a_wrong_value_changes_none_of_the_others(
    backend: Backend, wrong: dict[str, Any]
) -> None:
    before = (await console(backend, "get"))["Settings"]
    answer = await console(backend, "set", Settings={"user_status": "off", **wrong})
    assert answer["ErrorCode"] == 70402
    assert "\n" not in answer["ErrorInfo"]
    assert next(iter(wrong)) in answer["ErrorInfo"]
    assert (await console(backend, "get"))["Settings"] == before
