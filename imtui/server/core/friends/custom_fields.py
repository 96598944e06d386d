"""The app's custom fields, in profiles and notes on friends."""

from collections.abc import Mapping

from imtui.protocol import limits
from imtui.protocol.errors import ErrorCode, IMError

Value = str | int
"""An integer or a text; an empty text in a request removes the field."""


def merged(
    before: Mapping[str, Value], given: Mapping[str, Value], full: ErrorCode
) -> dict[str, Value]:
    """Return the fields with the given ones changed; an empty text removes a field.

    Raises:
        IMError: ``full`` for more than 20 fields.
    """
    after = {name: value for name, value in {**before, **given}.items() if value != ""}
    if len(after) > limits.CUSTOM_FIELDS_MAX:
        raise IMError(full, f"At most {limits.CUSTOM_FIELDS_MAX} custom fields.")
    return after
