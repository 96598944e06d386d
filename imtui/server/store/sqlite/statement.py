"""Statements with their values, and accounts in them."""

from typing import Any, Final

Statement = tuple[str, tuple[Any, ...]]


ACCOUNT: Final = "(SELECT key FROM accounts WHERE user_id = ? AND deleted_at IS NULL)"
"""The key of the present account with a user ID."""
