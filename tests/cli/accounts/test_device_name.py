"""The name of a device of this machine."""

import os

import pytest

from imtui.cli.accounts.device_name import default_device_name
from imtui.sdk.instances import Instance


@pytest.mark.parametrize(
    ("host", "number", "name"),
    [
        ("laptop", 1, "laptop"),
        ("laptop", 2, "laptop 2"),
        ("", 1, "device"),
        ("é" * 60, 1, "é" * 32),
        ("é" * 60, 12, "é" * 30 + " 12"),
        ("a\u202eb", 1, "ab"),
    ],
)
def test_device_name(monkeypatch: pytest.MonkeyPatch, host: str, number: int, name: str) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: host)

    assert default_device_name(Instance(number, "0123456789", None)) == name
    assert len(os.fsencode(name)) <= 64
