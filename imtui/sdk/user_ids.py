"""The user IDs that a caller passes."""

from collections.abc import Iterable

from imtui.protocol.errors import invalid_parameters


def user_id_list(user_ids: Iterable[str]) -> list[str]:
    """Return user IDs as a list.

    Raises:
        IMError: 6017 for a single text, whose letters would count as IDs.
    """
    if isinstance(user_ids, str):
        raise invalid_parameters("userIDList", "expected a list of user IDs, got one text")
    return list(user_ids)
