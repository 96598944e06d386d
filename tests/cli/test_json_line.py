"""JSON that a command prints."""

import ast
import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from imtui.cli import json_line as door
from imtui.cli.json_line import json_line
from imtui.cli.output.message_lines import message_lines, unread_line
from imtui.cli.output.status_lines import status_line
from imtui.protocol.chat import Message
from imtui.protocol.status import UserStatus, UserStatusType
from imtui.sdk import ConversationInfo

TEXTS = st.text(st.characters() | st.sampled_from("\x1b\x7f\x85\x9b\u202e\u2028\ud800"))


def is_printable_ascii(line: str) -> bool:
    return all(" " <= char <= "~" for char in line)


@given(TEXTS, st.binary())
def test_it_is_printable_ascii_and_says_the_same(text: str, data: bytes) -> None:
    line = json_line({text: [text, 1.5, None, True], "data": data})
    assert is_printable_ascii(line)
    decoded = json.loads(line)
    assert decoded[text][0] == text or text == "data"


@given(TEXTS)
def test_everything_remote_is_printed_so(text: str) -> None:
    message = Message(
        "m", "bob", "alice", text=text, cloud_custom_data=text, data=text.encode(errors="replace")
    )
    (line,) = message_lines(message, as_json=True)
    assert is_printable_ascii(line)
    decoded = json.loads(line)
    assert (decoded.get("text", ""), decoded.get("cloudCustomData", "")) == (text, text)
    line = unread_line(ConversationInfo("c2c_bob", "bob", last_message=message), as_json=True)
    assert is_printable_ascii(line)
    assert json.loads(line)["lastMessage"].get("text", "") == text
    line = status_line(UserStatus("bob", UserStatusType.ONLINE, custom_status=text), as_json=True)
    assert is_printable_ascii(line)
    assert json.loads(line)["customStatus"] == text


def test_no_other_module_of_the_commands_makes_json() -> None:
    source = Path(door.__file__).parent
    makers = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Attribute) and node.attr == "dumps")
        or (isinstance(node, ast.ImportFrom) and node.module == "imtui.protocol.jsonrpc")
        or (isinstance(node, ast.Attribute) and ast.unparse(node) == "msgspec.json.encode")
    }
    # These are files: the saved accounts, and what other programs read.
    files = {"accounts/saved.py", "deploy/grafana.py", "deploy/yaml.py"}
    assert makers == {"json_line.py", *files}
