"""Pages of answers, limited by a count and by the size of a frame."""

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from msgspec import Struct

from imtui.protocol.errors import invalid_parameters
from imtui.protocol.jsonrpc import encode
from imtui.protocol.limits import FRAME_MAX_BYTES

PAGE_MAX_BYTES: Final = FRAME_MAX_BYTES * 3 // 4
"""The size limit of a page; the rest of the frame is for the envelope."""
MESSAGES_MAX_BYTES: Final = 64 * 1024
"""The size limit of a page of messages, which may be long: others wait while it is made."""

T = TypeVar("T")
S = TypeVar("S", bound=Struct)


def check_count(count: int, most: int) -> None:
    """Check the ``count`` parameter.

    Raises:
        IMError: 6017 unless the count is 1 to ``most``.
    """
    if not 1 <= count <= most:
        raise invalid_parameters("count", f"1 to {most}")


def page_of(
    found: Iterable[T], count: int, show: Callable[[T], S], most_bytes: int = PAGE_MAX_BYTES
) -> tuple[list[S], bool]:
    """Return the first items as a page, and whether it is the last one.

    The page has at least one item if there is any.

    Args:
        found: The items; more than ``count`` show that there is another page.
        count: The most items on the page.
        show: Converts an item for the answer.
        most_bytes: The size limit of the page, as JSON.
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
