"""MsgBody: what becomes of its elements, and what is told of a message."""

from typing import Any

import msgspec
import pytest

from imtui.protocol.chat import ElemType, Message, MessageStatus
from imtui.protocol.errors import IMError
from imtui.protocol.limits import MESSAGE_MAX_BYTES
from imtui.protocol.rest.message_body import NESTING_MAX, Contents, contents_of, elements_of

Element = dict[str, Any]


def elem(kind: str, **content: Any) -> Element:
    return {"MsgType": f"TIM{kind}Elem", "MsgContent": content}


TEXT = elem("Text", Text="hello")
FACE = elem("Face", Index=6, Data="abc")
FILE = elem("File", Url="https://x/f", FileName="f.pdf", FileSize=7, Download_Flag=2)


def message(contents: Contents) -> Message:
    return Message(
        "m",
        "alice",
        "bob",
        elem_type=contents.elem_type,
        text=contents.text,
        data=contents.data,
        msg_body=contents.msg_body,
    )


@pytest.mark.parametrize(
    ("body", "elem_type", "text", "data"),
    [
        ([TEXT], ElemType.TEXT, "hello", b""),
        ([elem("Custom", Data="{}")], ElemType.CUSTOM, "", b"{}"),
        ([elem("Custom", Data="dätä", Desc="")], ElemType.CUSTOM, "", "dätä".encode()),
        ([elem("Custom", Data="d", Desc="a gift")], ElemType.CUSTOM, "a gift", b"d"),
        ([elem("Custom", Data="d", Ext="e")], ElemType.CUSTOM, "[custom]", b"d"),
        ([TEXT, TEXT], ElemType.TEXT, "hello\nhello", b""),
        ([TEXT, FACE, FILE], ElemType.FACE, "hello\n[face]\n[file] f.pdf https://x/f", b""),
        ([TEXT, elem("Custom", Data="d")], ElemType.CUSTOM, "hello\n[custom]", b"d"),
        ([FACE, elem("Custom", Data="d")], ElemType.FACE, "[face]\n[custom]", b""),
        (
            [elem("Image", UUID="u", ImageInfoArray=[{"Type": 1, "URL": "a"}, {"URL": "b"}])],
            ElemType.IMAGE,
            "[image] a",
            b"",
        ),
        ([elem("Image", UUID="u", ImageInfoArray=[])], ElemType.IMAGE, "[image]", b""),
        ([elem("Sound", Url="s", Second=1)], ElemType.SOUND, "[sound] s", b""),
        ([elem("Sound", UUID="of before")], ElemType.SOUND, "[sound]", b""),
        ([elem("VideoFile", VideoUrl="v")], ElemType.VIDEO, "[video] v", b""),
        (
            [elem("Location", Desc="here", Latitude=29.34, Longitude=116)],
            ElemType.LOCATION,
            "[location] here (29.34, 116.0)",
            b"",
        ),
    ],
)
def test_elements_become_a_message_and_come_back_as_they_were(
    body: list[Element], elem_type: ElemType, text: str, data: bytes
) -> None:
    contents = contents_of(body)
    assert (contents.elem_type, contents.text, contents.data) == (elem_type, text, data)
    told = elements_of(message(contents))
    assert told == body or told == [elem("Custom", Data=data.decode())]


def test_what_a_text_or_a_payload_says_is_not_kept_twice() -> None:
    assert not contents_of([TEXT]).msg_body
    assert not contents_of([elem("Custom", Data="d")]).msg_body
    assert msgspec.json.decode(contents_of([TEXT, FACE]).msg_body) == [TEXT, FACE]


@pytest.mark.parametrize(
    "body",
    [
        [],
        ["text"],
        [{}],
        [{"MsgType": "TIMTextElem"}],
        [{"MsgType": 1, "MsgContent": {}}],
        [{"MsgType": "TIMTextElem", "MsgContent": "text"}],
        [elem("Video", VideoUrl="v")],
        [elem("Text")],
        [elem("Text", Text=" \n")],
        [elem("Text", Text=1)],
        [elem("Text", Text="a\x00")],
        [elem("Custom", Data="")],
        [elem("Custom", Desc="d")],
        [elem("Location", Desc="d")],
        [elem("Image", ImageInfoArray=[1])],
        [TEXT, elem("Text", Text="")],
    ],
)
def test_a_malformed_body_is_refused(body: list[Any]) -> None:
    with pytest.raises(IMError) as refused:
        contents_of(body)
    assert refused.value.code == 90002


def test_a_body_that_is_too_deep_to_be_put_into_an_answer_is_refused() -> None:
    deep: Any = 0
    for _ in range(NESTING_MAX):
        deep = [deep]
    with pytest.raises(IMError, match="levels"):
        contents_of([elem("Face", Index=deep)])


@pytest.mark.parametrize(
    ("body", "custom", "fits"),
    [
        ([elem("Text", Text="x" * MESSAGE_MAX_BYTES)], "", True),
        ([elem("Text", Text="x" * MESSAGE_MAX_BYTES)], "y", False),
        ([elem("Custom", Data="ä" * (MESSAGE_MAX_BYTES // 2))], "", True),
        ([elem("Custom", Data="ä" * (MESSAGE_MAX_BYTES // 2))], "y", False),
        ([elem("Custom", Data="x" * (MESSAGE_MAX_BYTES - 100), Desc="d")], "", True),
        ([elem("Custom", Data="x" * MESSAGE_MAX_BYTES, Desc="d")], "", False),
        ([TEXT, elem("Face", Index=1, Data="x" * MESSAGE_MAX_BYTES)], "", False),
    ],
)
def test_a_message_has_at_most_12_kb(body: list[Element], custom: str, fits: bool) -> None:
    contents = contents_of(body)
    if fits:
        contents.check_size(custom)
    else:
        with pytest.raises(IMError) as refused:
            contents.check_size(custom)
        assert refused.value.code == 93000


@pytest.mark.parametrize("status", [MessageStatus.LOCAL_REVOKED, MessageStatus.HAS_DELETED])
def test_a_message_of_which_nothing_is_left_has_no_elements(status: MessageStatus) -> None:
    assert elements_of(Message("m", "alice", "bob", status=status)) == []


def test_a_clients_payload_that_is_no_text_is_told_as_far_as_it_goes() -> None:
    told = elements_of(Message("m", "alice", "bob", elem_type=ElemType.CUSTOM, data=b"\xffab"))
    assert told == [elem("Custom", Data="\ufffdab")]
