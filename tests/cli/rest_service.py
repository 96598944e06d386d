"""A fake REST service with handlers that a test sets."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from imtui.cli import main as cli

APP_ID = 1400000000

Body = dict[str, Any]


class Refusal(Exception):
    """Makes the service refuse a call."""

    def __init__(self, code: int, info: str = "no") -> None:
        self.code = code
        self.info = info


class RestService:
    """Answers calls with the handlers of a test, and records them."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[tuple[str, Body]] = []
        self.queries: list[dict[str, str]] = []
        self.commands: dict[str, Callable[[Body], Body]] = {}

    def run(self, *arguments: object) -> int:
        """Run a command as an admin of this service, and return its exit status."""
        return cli.main([*map(str, arguments), "--rest", self.url, "--app-id", str(APP_ID)])

    def bodies(self, command: str) -> list[Body]:
        """Return the bodies of the calls of a command."""
        return [body for called, body in self.calls if called == command]

    def answer(self, target: str, body: Body) -> Body:
        """Return the complete answer to a call."""
        parts = urlsplit(target)
        command = parts.path.removeprefix("/v4/")
        self.queries.append(dict(parse_qsl(parts.query)))
        self.calls.append((command, body))
        try:
            if command not in self.commands:
                raise Refusal(60009, "There is no such command.")
            content = self.commands[command](body)
        except Refusal as refusal:
            return {
                "ActionStatus": "FAIL",
                "ErrorCode": refusal.code,
                "ErrorInfo": refusal.info,
            }
        return {"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", **content}


@contextlib.contextmanager
def rest_service(monkeypatch: pytest.MonkeyPatch) -> Iterator[RestService]:
    """Run a service, with the UserSig of its admin in the environment."""
    monkeypatch.setenv("IMTUI_USERSIG", "the-admins-sig")
    service = RestService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = json.dumps(service.answer(self.path, json.loads(body))).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()


def results(key: str, body: Body, field: str, failing: dict[str, int]) -> Body:
    """Return a ``ResultItem`` for each user of a call; ``failing`` has error codes."""
    users = [user[key] if isinstance(user, dict) else user for user in body[field]]
    return {
        "ResultItem": [
            {key: user, "ResultCode": failing.get(user, 0), "ResultInfo": "why" * (user in failing)}
            for user in users
        ]
    }
