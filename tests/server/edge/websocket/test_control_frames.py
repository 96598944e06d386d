"""Control frames are what a client of the library reads."""

from websockets.frames import Close, Frame, Opcode
from websockets.streams import StreamReader

from imtui.server.edge.websocket.control_frames import close_frame, control_frame


def parsed(data: bytes) -> Frame:
    reader = StreamReader()
    reader.feed_data(data)
    parsing = Frame.parse(reader.read_exact, mask=False)
    try:
        while True:
            next(parsing)
    except StopIteration as done:
        frame: Frame = done.value
        return frame


def test_a_pong_and_a_close_are_read_as_they_were_meant() -> None:
    assert parsed(control_frame(Opcode.PONG, b"p" * 125)) == Frame(Opcode.PONG, b"p" * 125)
    frame = parsed(close_frame(4001, "bye"))
    assert frame.opcode is Opcode.CLOSE
    assert Close.parse(frame.data) == Close(4001, "bye")
