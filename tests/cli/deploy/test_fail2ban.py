"""The jail finds who guesses, in lines of an audit log, and nobody else."""

import asyncio
import configparser
import ipaddress
import re
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.cli.deploy.deployed import Deployed
from imtui.cli.deploy.fail2ban import fail2ban_jail
from imtui.cli.errors import UsageError
from imtui.protocol.limits import LOGIN_FAILURES_MAX
from imtui.protocol.usersig import sign
from imtui.server.audit import AuditEntry, AuditFile, Kind
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from imtui.server.node.data_dir import DataDir
from imtui.server.node.settings.settings import NodeSettings
from tests.server.commands.test_rest import post
from tests.server.wire import wire

HOST = (
    r"(?:(?:::f{4,6}:)?(?P<ip4>(?:\d{1,3}\.){3}\d{1,3})"
    r"|\[?(?P<ip6>(?:[0-9a-fA-F]{1,4}::?|::){1,7}(?:[0-9a-fA-F]{1,4}|(?<=:):))\]?"
    r"|(?P<dns>[\w\-.^_]*\w))"
)
"""What fail2ban 1.0 puts in place of <HOST>."""
LEPOCH = r"(\d{10,11}(?:\d{3}(?:\d{3})?)?)(?!\d)"
"""What it puts in place of {LEPOCH}."""


def parsed(text: str) -> configparser.RawConfigParser:
    found = configparser.RawConfigParser()
    found.read_string(text)
    return found


JAIL = parsed(fail2ban_jail(Deployed(NodeSettings(), Path("/var/lib/imtui"))).text)["imtui"]
ATTACKER, VICTIM = "203.0.113.7", "192.0.2.7"

needs_fail2ban = pytest.mark.skipif(
    shutil.which("fail2ban-server") is None, reason="fail2ban is not installed; CI has it"
)


def banned(line: str) -> str | None:
    """Return the address that a line counts against, as fail2ban reads it; None for nobody's."""
    date = re.search(JAIL["datepattern"].replace("{LEPOCH}", LEPOCH), line)
    assert date is not None, line
    # What it matches is taken out before the expressions are tried.
    rest = line[: date.start()] + line[date.end() :]
    for expression in JAIL["failregex"].splitlines():
        match = re.search(expression.strip().replace("<HOST>", HOST), rest)
        if match is not None:
            return match["ip4"] or match["ip6"] or match["dns"]
    return None


def line_of(path: Path, entry: AuditEntry) -> str:
    path.unlink(missing_ok=True)
    AuditFile(path).append([entry])
    (line,) = path.read_text().splitlines()
    return line


def failed(address: str, identifier: str = "ann", code: int = 70009) -> AuditEntry:
    return AuditEntry(1_795_896_147_498, Kind.FAILED, address, identifier, "login", code)


@given(
    address=st.ip_addresses().map(str).filter(lambda one: one != "::"),
    kind=st.sampled_from(Kind),
    identifier=st.text(),
)
def test_failures_of_any_address_are_found_whatever_the_identifier(
    address: str, kind: Kind, identifier: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    entry = failed(address, re.sub(r"[^\w-]", "", identifier, flags=re.ASCII)[:32])
    line = line_of(
        tmp_path_factory.getbasetemp() / "audit", msgspec.structs.replace(entry, kind=kind)
    )
    found = banned(line)
    assert (found is not None) == (kind is Kind.FAILED)
    if found is not None:
        assert _plain(found) == _plain(address)


def _plain(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    parsed = ipaddress.ip_address(address)
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return mapped or parsed


@pytest.mark.parametrize(
    "entry",
    [
        failed(""),
        failed("192.0.2.7", code=70001),
        AuditEntry(
            1_795_896_147_498, Kind.ADMIN, "192.0.2.7", "administrator", "sns/friend_add", 0
        ),
        AuditEntry(1_795_896_147_498, Kind.ADMIN, "192.0.2.7", "reader", "admin/add", 60010),
        AuditEntry(1_795_896_147_498, Kind.LIMIT, "192.0.2.7", "ann", "sendMessage", 7008),
        AuditEntry(1_795_896_147_498, Kind.LIMIT, "192.0.2.7", "", "connect", 4004),
        AuditEntry(1_795_896_147_498, Kind.FAILED, "", "", "others", 0, 300),
        AuditEntry(1_795_896_147_498, Kind.ADMIN, "", "", "start/webhook_url", 0),
    ],
)
def test_what_is_nobodys_guess_bans_nobody(tmp_path: Path, entry: AuditEntry) -> None:
    assert banned(line_of(tmp_path / "audit", entry)) is None


@pytest.mark.parametrize("field", ["identifier", "what"])
def test_text_that_looks_like_a_line_bans_nobody(tmp_path: Path, field: str) -> None:
    victim = line_of(tmp_path / "audit", failed("192.0.2.7"))
    for text in (victim, f'x"}}\n{victim}', f"x\r{victim}", f'","address":"192.0.2.7{victim}'):
        entry = msgspec.structs.replace(failed("", code=70009), **{field: text})
        assert banned(line_of(tmp_path / "audit", entry)) is None
        mine = msgspec.structs.replace(failed("198.51.100.1"), **{field: text})
        assert banned(line_of(tmp_path / "audit", mine)) in (None, "198.51.100.1")


async def test_a_running_backend_is_read_right(tmp_path: Path) -> None:
    async with Backend(BackendConfig(tmp_path)) as backend:
        app_id = backend.app_key.sdk_app_id
        async with (
            wire(backend, additional_headers={"X-Forwarded-For": "203.0.113.7"}) as guesser,
            wire(backend, additional_headers={"X-Forwarded-For": "2001:db8::7"}) as user,
        ):
            await user.login("alice")
            for number in range(LOGIN_FAILURES_MAX + 1):
                wrong = sign("bob", app_id, f"{number}" * 64, 60)
                params = {"sdkAppID": app_id, "userID": "bob", "userSig": wrong}
                assert await guesser.code("login", **params) in (70009, 70050)
        await post(backend, "v4/im_open_login_svc/kick", {"UserID": "alice"})
        forged = sign("administrator", app_id, "f" * 64, 60)
        query = {"sdkappid": str(app_id), "identifier": "administrator", "usersig": forged}
        async with httpx.AsyncClient(base_url=backend.address.rest) as client:
            headers = {"X-Forwarded-For": "2001:db8::9"}
            path = '/v4/imtui_console/set"}{"time":1795896147498,"kind":"failed'
            for one in ("/v4/imtui_console/set", path):
                await client.post(one, params=query, headers=headers, json={})
    lines = (tmp_path / "audit.jsonl").read_text().splitlines()
    found = [banned(line) for line in lines]
    assert found[:2] == ["203.0.113.7", "203.0.113.7"]
    assert "2001:db8::9" in found
    assert {one for one in found if one} == {"203.0.113.7", "2001:db8::9"}
    acts = [line for line in lines if '"kind":"admin"' in line]
    assert acts
    assert not any(map(banned, acts))


def test_the_jail_reads_the_logs_of_all_processes() -> None:
    data = DataDir(Path("/var/lib/imtui"))
    logs = [data.audit_log, *(data.audit_log_of(edge) for edge in range(1, 65))]
    pattern = JAIL["logpath"].removesuffix(" head")
    for log in logs:
        assert fnmatch(str(log), pattern)
        assert not fnmatch(f"{log}.1", pattern)


def test_the_ports_are_those_that_clients_use() -> None:
    here = Deployed(NodeSettings(port=1, rest_port=2), Path("/srv"))
    assert "port = 1,2\n" in fail2ban_jail(here).text
    assert "port = 443\n" in fail2ban_jail(here, listen=["0.0.0.0:443", "[::]:443"]).text


@pytest.mark.parametrize("name", ["a<b", "a>b", "a;b"])
def test_a_folder_that_a_jail_cannot_have_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="another name"):
        fail2ban_jail(Deployed(NodeSettings(), Path("/srv") / name))


@needs_fail2ban
def test_fail2ban_counts_no_line_that_somebody_made_up(tmp_path: Path) -> None:
    made_up = line_of(tmp_path / "audit", failed(VICTIM))
    log = AuditFile(tmp_path / "made up.jsonl")
    texts = (made_up, f'x"}}\n{made_up}', f"x\r{made_up}", f'","address":"{VICTIM}{made_up}')
    log.append(
        msgspec.structs.replace(failed(""), **{field: text})
        for text in texts
        for field in ("identifier", "what")
    )
    file = tmp_path / "imtui.conf"
    file.write_text(
        f"[Definition]\ndatepattern = {JAIL['datepattern']}\nfailregex = {JAIL['failregex']}\n"
    )
    for name, matched in (("made up.jsonl", 0), ("audit", 1)):
        done = subprocess.run(
            ["fail2ban-regex", tmp_path / name, file], capture_output=True, text=True, check=False
        )
        assert f", {matched} matched," in done.stdout, done.stdout + done.stderr


@needs_fail2ban
async def test_fail2ban_bans_who_guesses_at_a_running_backend(tmp_path: Path) -> None:
    data = tmp_path / "it's 100% [data]"
    async with Backend(BackendConfig(data)) as backend:
        app_id = backend.app_key.sdk_app_id
        for address, users in ((VICTIM, 4), (ATTACKER, 5), ("2001:db8::9", 5)):
            headers = {"X-Forwarded-For": address}
            async with wire(backend, additional_headers=headers) as guesser:
                for number in range(users):
                    wrong = sign(f"user{number}", app_id, "f" * 64, 60)
                    login = {"sdkAppID": app_id, "userID": f"user{number}", "userSig": wrong}
                    assert await guesser.code("login", **login) == 70009
            if address == VICTIM:
                await attack(backend)
    deployed = Deployed(NodeSettings(), data)
    assert await banned_by_fail2ban(tmp_path, fail2ban_jail(deployed).text, 2) == {
        ATTACKER,
        "2001:db8::9",
    }


async def attack(backend: Backend) -> None:
    """Try to have the victim banned."""
    made_up = (
        f',"kind":"failed","address":"{VICTIM}","identifier":"a","what":"b","code":1,"count":1}}'
    )
    forged = sign("administrator", backend.app_key.sdk_app_id, "f" * 64, 60)
    async with httpx.AsyncClient(base_url=backend.address.rest) as client:
        for path in (f"/v4/a/b{made_up}", f'/v4/a/b"\n{{"time":1795896147498{made_up}', made_up):
            for identifier in ("administrator", made_up):
                await client.post(
                    path.replace("\n", "%0A"),
                    params={"identifier": identifier, "usersig": forged},
                    headers={"X-Forwarded-For": f"{VICTIM}, {ATTACKER}", "User-Agent": made_up},
                )


async def banned_by_fail2ban(folder: Path, jail: str, count: int) -> set[str]:
    """Run fail2ban, without any action, until so many are banned; return who is."""
    config = folder / "fail2ban"
    (config / "jail.d").mkdir(parents=True)
    (config / "fail2ban.conf").write_text(
        "[Definition]\nloglevel = INFO\nlogtarget = STDOUT\nsyslogsocket = auto\n"
        "dbfile = None\ndbmaxmatches = 10\ndbpurgeage = 1d\n[Thread]\nstacksize = 0\n"
    )
    (config / "jail.conf").write_text(
        "[DEFAULT]\nignoreself = false\nlogencoding = utf-8\n"
        # As every installation has it.
        "mode = normal\nfilter = %(__name__)s[mode=%(mode)s]\n"
    )
    (config / "jail.d/imtui.conf").write_text(jail)
    files = ("-c", config, "-s", folder / "f.sock", "-p", folder / "f.pid")
    server = await asyncio.create_subprocess_exec(
        *map(str, ("fail2ban-server", *files, "-f", "start")), stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    said: list[str] = []
    banned: set[str] = set()
    try:
        async with asyncio.timeout(60):
            while len(banned) < count:
                said.append((await server.stdout.readline()).decode())
                assert said[-1], said
                banned |= set(re.findall(r"\[imtui\] Ban (\S+)", said[-1]))
    finally:
        # It would take half a minute to end by itself; earlier lines have been read.
        server.kill()
        rest, _ = await server.communicate()
    return banned | set(re.findall(r"\[imtui\] Ban (\S+)", rest.decode()))


def test_the_logs_of_all_processes_are_found(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    logs = [data.audit_log, *(data.audit_log_of(edge) for edge in (1, 2, 12))]
    for log in logs:
        log.touch()
        log.with_name(f"{log.name}.1").touch()
    assert sorted(data.audit_logs()) == sorted(logs)
