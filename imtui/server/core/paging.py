"""Answers in pages: as much as was asked for, and as fits into a frame."""

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from msgspec import Struct

from imtui.protocol.errors import invalid_parameters
from imtui.protocol.jsonrpc import encode
from imtui.protocol.limits import FRAME_MAX_BYTES

PAGE_MAX_BYTES: Final = FRAME_MAX_BYTES * 3 // 4
"""What the contents of one answer may take, so that all around them fits into the frame too."""

T = TypeVar("T")
S = TypeVar("S", bound=Struct)


def check_count(count: int, most: int) -> None:
    """Check how many are asked for.

    Raises:
        IMError: 6017 unless it is 1 to ``most``.
    """
    if not 1 <= count <= most:
        raise invalid_parameters("count", f"1 to {most}")


def page_of(
    found: Iterable[T], count: int, show: Callable[[T], S], most_bytes: int = PAGE_MAX_BYTES
) -> tuple[list[S], bool]:
    """Return the first ones as they are shown, at least one, and whether that is all.

    Args:
        found: What there is; one more than ``count`` tells that there is more.
        count: How many at most.
        show: Makes what is put into the answer.
        most_bytes: What they may take together, in JSON.
    """
    page: list[S] = []
    size = 0
    for one in found:
        if len(page) == count:
            return page, False
        shown = show(one)
        size += len(encode(shown))
        if page and size > most_bytes:
            return page, False
        page.append(shown)
    return page, True
