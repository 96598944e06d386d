"""Formatting messages of each kind as lines."""

from typing import Any

import pytest

from imtui.cli.output.message_lines import message_lines
from imtui.protocol.chat import ElemType, Message, MessageStatus


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        ({"text": "hello"}, "hello"),
        ({"elem_type": ElemType.CUSTOM, "data": b"abc"}, "(custom message, 3 bytes)"),
        ({"elem_type": ElemType.CUSTOM, "data": b"abc", "text": "a gift"}, "a gift"),
        (
            {"elem_type": ElemType.IMAGE, "text": "[image] https://x/a.png"},
            "[image] https://x/a.png",
        ),
        ({"elem_type": ElemType.FACE, "status": MessageStatus.LOCAL_REVOKED}, "(recalled)"),
    ],
)
def test_each_kind_of_message(contents: dict[str, Any], words: str) -> None:
    (line,) = message_lines(Message("m", "bob", "alice", **contents), as_json=False)
    assert line.endswith(f"  bob  {words}")
