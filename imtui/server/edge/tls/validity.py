"""Until when a certificate is valid; pure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

# The tags of X.690 that RFC 5280 uses.
_UTC_TIME: Final = 0x17
_VERSION: Final = 0xA0
_LONG_FORM: Final = 0x80
_CENTURY_FROM: Final = 50
"""Two digits of a year from here on are of the 20th century."""


def valid_until(der: bytes) -> datetime:
    """Return when a certificate expires.

    Args:
        der: The certificate in DER.

    Raises:
        ValueError: It is no certificate.
    """
    try:
        _, certificate = next(_elements(der))
        _, signed = next(_elements(certificate))
        fields = [field for field in _elements(signed) if field[0] != _VERSION]
        # After the serial number, the algorithm and the issuer.
        _, (kind, text) = _elements(fields[3][1])
    except (StopIteration, IndexError) as error:
        raise ValueError("it is no certificate") from error
    year = text.decode("ascii")
    if kind == _UTC_TIME:
        year = ("20" if int(year[:2]) < _CENTURY_FROM else "19") + year
    return datetime.strptime(year, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the tag and content of each element."""
    at = 0
    while at < len(data):
        tag, size, at = data[at], data[at + 1], at + 2
        if size & _LONG_FORM:
            length, at = size & ~_LONG_FORM, at + (size & ~_LONG_FORM)
            size = int.from_bytes(data[at - length : at])
        if at + size > len(data):
            raise IndexError
        yield tag, data[at : at + size]
        at += size
