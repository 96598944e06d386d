"""The clauses that need tests, and the decorator by which a test names those it proves.

A test declares with ``covers`` which sections of the reference page and which decisions it proves.
``test_clauses.py`` checks that each of them has a test. The modules cover:

| module | sections of the page | decisions |
|---|---|---|
| ``test_general_status.py`` | Feature description | 1 to 5, 17 |
| ``test_custom_status.py`` | Setting the custom status | 12, 14 to 17, 20 |
| ``test_query.py`` | Querying the user status, of oneself and of others | 23 to 27 |
| ``test_subscription.py`` | Subscribing, unsubscribing | 28 to 30 |
| ``test_notification.py`` | Status change notification, multi-client sync | 13, 18 to 22 |
| ``test_restrictions.py`` | API restrictions, FAQs | 23 to 26, 34 |
| ``test_login.py`` | – | 7, 9 to 13, 22, 31 to 33, 44 |
| ``test_hiding.py`` | – | 38 |
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

SECTIONS: Final = (
    "general status",
    "offline status",
    "setting the custom status",
    "clearing the custom status",
    "querying",
    "querying a user's own status",
    "querying the status of another user",
    "subscribing",
    "unsubscribing",
    "notification",
    "notification of one's own status",
    "notification of a friend's status",
    "notification of a non-friend's status",
    "multi-client sync",
    "plan restrictions",
    "frequency limit",
    "error code 72001",
)
"""The sections of the page that specify the backend."""

DECISIONS: Final = (*range(1, 6), 7, *range(9, 35), 38, 44)
"""The decisions that concern the backend, without those of the SDK or the app alone."""

F = TypeVar("F", bound=Callable[..., Any])


def covers(*clauses: str | int) -> Callable[[F], F]:
    """Declare which sections and decisions a test proves."""
    unknown = set(clauses) - set(SECTIONS) - set(DECISIONS)
    assert not unknown, unknown

    def mark(test: F) -> F:
        test.__dict__["clauses"] = clauses
        return test

    return mark
