"""Statements with their values, and how accounts are named in them."""

from typing import Any, Final

Statement = tuple[str, tuple[Any, ...]]


ACCOUNT: Final = "(SELECT key FROM accounts WHERE user_id = ? AND deleted_at IS NULL)"
"""The key of the account that has a user ID now."""
