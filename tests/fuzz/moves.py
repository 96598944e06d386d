"""What a terminal may send, at random."""

from random import Random
from typing import Final

START, END = b"\x1b[200~", b"\x1b[201~"
PASTED: Final = (
    *(
        "quit",
        "\r",
        "\r\n",
        "\n",
        "\t",
        " ",
        "/quit",
        ":",
        "y",
        "\x1b",
        "\x1b[31mred\x1b[0m",
        "é",
        "👍🏻",
    ),
    *(
        "\x1b[200~",
        "\x1b]52;c;cXVpdA==\x07",
        "\x1bOP",
        "\x9b1m",
        "\x00",
        "\x11",
        "\x03",
        "x" * 3000,
    ),
)
REPLIES: Final = (
    *("\x1b[?62;22;52c", "\x1b[>41;390;0c", "\x1bP>|XTerm(390)\x1b\\", "\x1b[12;40R", "\x1b[?0u"),
    *(
        "\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
        "\x1b]11;rgb:1c1c/dcdc/acac\x07",
        "\x1b]52;c;cXVpdA==\x07",
    ),
    *(
        "\x1bP1+r696e646e=1B5B25703125\x1b\\",
        "\x1b_Gi=31;OK\x1b\\",
        "\x1b[4;600;800t",
        "\x1b[?997;1n",
    ),
    *("\x1b[48;50;120;800;900t", "\x1b[?2026;2$y", "\x1b[?2048;0$y", "\x1b[0n", "\x1b^quit\x1b\\"),
)
RUBBISH: Final = (
    *(b"\xff", b"\xfe\xc3", b"\x80\x81", b"\xe2\x97", b"\x9b", b"\x18", b"\x00", b"\x7f"),
    *(b"\x1b[M \x90\x21", b"\x1b[M\xff\xff\xff", b"\x1b[<0;;M", b"\x1b[99999999999999999999;1u"),
    *(
        b"\x1b[1114112;1u",
        b"\x1b[48;9;9y",
        b"\x1b[1;2;3;4;5;6;7~",
        b"\x1b[<64;9;9M",
        b"\x1b[32;40;50M",
    ),
)
MOVING: Final = (
    *(
        "\x1b[A",
        "\x1b[B",
        "\x1b[C",
        "\x1b[D",
        "\x1b[5~",
        "\x1b[6~",
        "\x1b[H",
        "\x1b[F",
        "\x1b",
        "\t",
    ),
    *("\x1b[Z", "\x1b[1;3D", "\x1b\x1b[D", "\x1bb", "\x1bOA", "\x1b[I", "\x1b[O", "\x1b[1;5C"),
)
TYPED: Final = (
    *"abcdefghijklmnoprstuvwxyzABCDEFGHIJKLMNOPRSTUVWXYZ0123456789/:+-,?. éß",
    *(
        "\r",
        "\r",
        "\r",
        "\n",
        "\x10",
        "\x0e",
        "\x06",
        "\x17",
        "\x1b\r",
        "\x7f",
        "\x1bOP",
        "\x1b[13;3u",
    ),
    *("s", "\x1b", ":chat bob\r", ":chat alice\r", "hello", "for 45m", "👍", "\x1b[3~", "\x15"),
)
"""Keys that may send, publish and change things; none of them leaves or suspends the app."""


def pasted(random: Random) -> bytes:
    """Return a paste; sometimes without its end."""
    text = "".join(random.choices(PASTED, k=random.randint(0, 12)))
    return START + text.encode() + (b"" if random.random() < 0.1 else END)


def reply(random: Random) -> bytes:
    """Return an answer of a terminal."""
    return random.choice(REPLIES).encode()


def rubbish(random: Random) -> bytes:
    """Return bytes that mean nothing."""
    return b"".join(random.choices(RUBBISH, k=random.randint(1, 4)))


def moving(random: Random) -> bytes:
    """Return keys that only move."""
    return "".join(random.choices(MOVING, k=random.randint(1, 4))).encode()


def hovering(random: Random) -> bytes:
    """Return moves and turns of the mouse."""
    button = random.choice((35, 64, 65, 66, 67, 39, 51))
    x, y = random.choice((0, 1, 40, 79, 119, 500)), random.choice((0, 1, 12, 23, 500))
    return f"\x1b[<{button};{x};{y}M".encode()


def clicking(random: Random) -> bytes:
    """Return a click of the mouse."""
    button, x, y = random.choice((0, 0, 1, 2)), random.randint(1, 120), random.randint(1, 40)
    return f"\x1b[<{button};{x};{y}M\x1b[<{button};{x};{y}m".encode()


def typing(random: Random) -> bytes:
    """Return keys of any kind."""
    return "".join(random.choices(TYPED, k=random.randint(1, 12))).encode()


QUIET: Final = (pasted, pasted, reply, rubbish, moving, hovering)
"""What confirms nothing."""
LOUD: Final = (typing, typing, typing, clicking, *QUIET)
