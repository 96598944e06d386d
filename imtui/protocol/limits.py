"""The limits that both sides keep.

Times are in seconds and sizes in bytes unless the name says otherwise.
"""

from typing import Final

# The reference page: "Setting the Custom Status", "Querying", "Subscribing", "API Restrictions".
CUSTOM_STATUS_MAX_BYTES: Final = 100
QUERY_MAX_USERS: Final = 500
SUBSCRIBE_MAX_USERS: Final = 100
UNSUBSCRIBE_MAX_USERS: Final = 100
SUBSCRIPTIONS_MAX: Final = 200
RATE_CALLS: Final = 20
RATE_WINDOW: Final = 5.0
HEARTBEAT_TIMEOUT: Final = 400.0

# Ours, where the page is silent.
RETURN_WITHIN: Final = 75.0
"""How long clients may take to come back elsewhere when what held their connection is gone, in
seconds: 25 to the next heartbeat, 10 for its answer, 10 to connect, and 30 of back-off."""
SUBSCRIPTIONS_CLEARED_AFTER: Final = 600.0
CLOCK_AHEAD_MAX: Final = 300
HEARTBEAT_INTERVAL_MAX: Final = 25.0
HEARTBEAT_ANSWER_MAX: Final = 10.0
CALL_TIMEOUT: Final = 10.0
CALLS_UNDER_WAY_MAX: Final = 16
"""The most requests that the SDK has under way; others wait until they can be sent."""
CONNECTIONS_PER_ADDRESS: Final = 1000
APP_KEYS_MAX: Final = 10
"""The most keys of an app at once: the newest one, and earlier ones in their grace."""
KEY_GRACE_MAX: Final = 366 * 24 * 3600
ADMINS_MAX: Final = 100
NODE_NAME_MAX: Final = 64
"""The most characters of a node's name."""
LOGIN_FAILURES_MAX: Final = 10
LOGIN_FAILURES_WINDOW: Final = 60.0
DEVICES_PER_PLATFORM: Final = 10
DEVICE_RECORDS_MAX: Final = 200
STATUS_ENDS_MAX: Final = 16
FRIENDS_MAX: Final = 3000
FRIEND_LIST_PAGE: Final = 500
DELETE_FRIENDS_MAX: Final = 100
PUSH_MAX_STATUSES: Final = 500

# Friendship and profiles: the field's limits.
ADD_WORDING_MAX_BYTES: Final = 120
FRIEND_REMARK_MAX_BYTES: Final = 96
FRIEND_GROUP_NAME_MAX_BYTES: Final = 30
FRIEND_GROUPS_MAX: Final = 32
FRIEND_APPLICATIONS_MAX: Final = 100
BLACK_LIST_MAX: Final = 1000
PROFILE_TEXT_MAX_BYTES: Final = 500
FRIENDSHIP_MAX_USERS: Final = 100
FRIENDSHIP_BATCH_MAX: Final = 1000
"""The most users in one call of the REST API."""
PROFILE_LOCATION_MAX_BYTES: Final = 16
CUSTOM_FIELDS_MAX: Final = 20
CUSTOM_VALUE_MAX_BYTES: Final = 500

# Messages: the field's limits on them and on conversations.
MESSAGE_MAX_BYTES: Final = 12 * 1024
REVOKE_WINDOW: Final = 120.0
DELETE_MESSAGES_MAX: Final = 50
PINNED_CONVERSATIONS_MAX: Final = 50
RECEIVE_OPT_MAX_USERS: Final = 30
HISTORY_PAGE_MAX: Final = 100
CONVERSATION_PAGE_MAX: Final = 100
MSG_ID_MAX_CHARS: Final = 64

UNIX_MS_MAX: Final = 2**53 - 1
"""The largest time in Unix milliseconds that every JSON reader can represent exactly."""

USER_ID_MAX_CHARS: Final = 32
INSTANCE_ID_MAX_CHARS: Final = 64
DEVICE_NAME_MAX_BYTES: Final = 64
REQUEST_ID_MAX_CHARS: Final = 256
FRAME_MAX_BYTES: Final = 1024 * 1024
STRANGER_FRAME_MAX_BYTES: Final = 64 * 1024
"""The same while nobody is logged in on the connection."""
CONNECTION_HELD_MAX: Final = 1024 * 1024
"""What the backend holds for a connection, received and to be sent together."""
USER_SIG_PACKED_MAX_BYTES: Final = 4 * 1024
USER_SIG_UNPACKED_MAX_BYTES: Final = 8 * 1024
USER_SIG_EXPIRE: Final = 15_552_000


def heartbeat_interval(heartbeat_timeout: float) -> float:
    """Return the seconds between heartbeats: a quarter of the time-out, at most 25."""
    return min(heartbeat_timeout / 4, HEARTBEAT_INTERVAL_MAX)


def heartbeat_answer_timeout(interval: float) -> float:
    """Return the seconds that an answer to a heartbeat may take: one interval, at most 10."""
    return min(interval, HEARTBEAT_ANSWER_MAX)
