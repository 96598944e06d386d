"""The field's error codes that we use, and the exception that carries one."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, Final


class ErrorCode(IntEnum):
    """An error code; ``meaning`` says it in words."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> "ErrorCode":
        """Make the member for ``value``."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    ERR_SUCC = 0, "Success."

    # Codes of JSON-RPC 2.0, for malformed requests.
    JSONRPC_PARSE_ERROR = -32700, "The frame is not JSON."
    JSONRPC_INVALID_REQUEST = -32600, "The frame is not one JSON-RPC 2.0 request."
    JSONRPC_METHOD_NOT_FOUND = -32601, "There is no such method."

    # The SDK.
    ERR_PARSE_RESPONSE_FAILED = 6001, "The backend's answer cannot be read."
    ERR_SDK_NOT_LOGGED_IN = 6014, "Not logged in, or kicked offline."
    ERR_INVALID_PARAMETERS = 6017, "A parameter is invalid."
    ERR_DATABASE_OPERATE_FAILED = 6019, "The local database failed."
    ERR_INVALID_MSG_RECEIVER = 6032, "Nobody writes to themselves."
    ERR_LOGGED_OUT_BEFORE_LOGIN_FINISHED = 6023, "Logged out before the login had finished."
    ERR_USER_SIG_EXPIRED = 6206, "The UserSig has expired."
    ERR_LOGIN_KICKED_OFF_BY_OTHER = 6208, "Kicked offline, by another login or by an admin."
    ERR_SDK_COMM_API_CALL_FREQUENCY_LIMIT = 7008, "The API is called too often."
    ERR_SDK_INTERFACE_NOT_SUPPORT = 7013, "The edition does not include this API."
    ERR_SDK_INVALID_OPERATION = 7014, "The operation is not possible now."
    ERR_SDK_ACCOUNT_LOGIN_IN_PROCESS = 7501, "A login is already under way."
    ERR_SDK_MSG_BODY_SIZE_LIMIT = 8001, "A message has at most 12 KB."
    ERR_SDK_FRIENDSHIP_INVALID_ADD_REMARK = 9002, "A remark has at most 96 bytes."
    ERR_SDK_FRIENDSHIP_INVALID_ADD_WORDING = 9003, "The words of a request have at most 120 bytes."
    ERR_SDK_FRIENDSHIP_FRIEND_GROUP_EMPTY = 9005, "The name of a friend group has 1 to 30 bytes."
    ERR_SDK_NET_DISCONNECT = 9508, "There is no connection to the backend."
    ERR_SDK_NET_CONN_TIMEOUT = 9510, "Connecting to the backend took too long."
    ERR_SDK_NET_CONN_REFUSE = 9511, "The backend refused the connection."
    ERR_SDK_NET_HOST_GETADDRINFO_FAILED = 9516, "The backend's host name is unknown."
    ERR_SDK_NET_WAIT_ACK_TIMEOUT = 9520, "The backend did not answer in time."
    ERR_SDK_NET_PKG_SIZE_LIMIT = 9522, "The request is larger than 1 MB."

    # The backend: messages and conversations.
    ERR_SVR_MSG_INVALID_ID = 20003, "There is no such account to write to."
    ERR_SVR_MSG_PUSH_DENY = 20006, "The app does not let this message be sent."
    ERR_SVR_MSG_IN_PEER_BLACKLIST = 20007, "The other user has blocked you."
    ERR_SVR_MSG_REVOKE_TIME_LIMIT = 20016, "A message can be recalled for 2 minutes only."
    ERR_SVR_MSG_REVOKE_NOT_FOUND = 20022, "There is no such message to recall."
    ERR_SVR_MSG_REVOKED_ALREADY = 20023, "The message is recalled already."
    ERR_SVR_CONV_ACCOUNT_NOT_FOUND = 50001, "There is no such account."
    ERR_SVR_CONV_INVALID_PARAMETERS = 50002, "A parameter of the conversation is invalid."
    ERR_SVR_CONV_INTERNAL_ERROR = 50004, "The backend could not do it; try again."
    ERR_SVR_CONV_PINNED_COUNT_LIMIT = 51012, "At most 50 conversations can be pinned."

    # The backend: friendship.
    ERR_SVR_FRIENDSHIP_INVALID_PARAMETERS = 30001, "A parameter of the friendship is invalid."
    ERR_SVR_FRIENDSHIP_ACCOUNT_NOT_FOUND = 30003, "There is no such account."
    ERR_SVR_FRIENDSHIP_INTERNAL_ERROR = 30006, "The backend could not do it; try again."
    ERR_SVR_FRIENDSHIP_ADD_FRIEND_DENY = 30009, "An admin has forbidden to add friends."
    ERR_SVR_FRIENDSHIP_COUNT_LIMIT = 30010, "The friend list is full."
    ERR_SVR_FRIENDSHIP_GROUP_COUNT_LIMIT = 30011, "There are at most 32 friend groups."
    ERR_SVR_FRIENDSHIP_PENDENCY_LIMIT = 30012, "At most 100 friend requests can be pending."
    ERR_SVR_FRIENDSHIP_BLACKLIST_LIMIT = 30013, "At most 1,000 users can be blocked."
    ERR_SVR_FRIENDSHIP_PEER_FRIEND_LIMIT = 30014, "The other user's friend list is full."
    ERR_SVR_FRIENDSHIP_IN_SELF_BLACKLIST = 30515, "You have blocked the other user."
    ERR_SVR_FRIENDSHIP_ALLOW_TYPE_DENY_ANY = 30516, "The other user takes no friend requests."
    ERR_SVR_FRIENDSHIP_IN_PEER_BLACKLIST = 30525, "The other user has blocked you."
    ERR_SVR_FRIENDSHIP_ALLOW_TYPE_NEED_CONFIRM = 30539, "Asked; the other user has to agree."
    ERR_SVR_FRIENDSHIP_PENDENCY_NOT_FOUND = 30614, "There is no such friend request."
    ERR_SVR_FRIENDSHIP_DEL_NONFRIEND = 31704, "Not a friend."
    ERR_SVR_FRIENDSHIP_GROUP_ADD_NONFRIEND = 32216, "Only friends are put into a friend group."

    # The backend: profiles.
    ERR_SVR_PROFILE_INVALID_PARAMETERS = 40001, "A parameter of the profile is invalid."
    ERR_SVR_PROFILE_ACCOUNT_MISS = 40002, "No account is given."
    ERR_SVR_PROFILE_ACCOUNT_NOT_FOUND = 40003, "There is no such account."
    ERR_SVR_PROFILE_INTERNAL_ERROR = 40006, "The backend could not do it; try again."
    ERR_SVR_PROFILE_TAG_NOT_FOUND = 40009, "There is no such field of the profile."
    ERR_SVR_PROFILE_SIZE_LIMIT = 40601, "A text of the profile has at most 500 bytes."
    ERR_SVR_PROFILE_VALUE_ERROR = 40605, "A field of the profile cannot have this value."
    ERR_SVR_PROFILE_INVALID_VALUE_FORMAT = 40610, "A value of the profile is of the wrong type."

    # The backend: REST.
    ERR_SVR_COMM_INVALID_HTTP_URL = 60002, "The HTTP request is malformed."
    ERR_SVR_COMM_REQ_JSON_PARSE_FAILED = 60003, "The request's body is not a JSON object."
    ERR_SVR_COMM_INVALID_SDKAPPID = 60006, "The SDKAppID is invalid."
    ERR_SVR_COMM_REST_FREQ_LIMIT = 60007, "The command is called too often."
    ERR_SVR_COMM_REQUEST_TIMEOUT = 60008, "The request took too long."
    ERR_SVR_COMM_INVALID_RES = 60009, "There is no such command."
    ERR_SVR_COMM_ID_NOT_ADMIN = 60010, "The identifier is not an admin of the app."
    ERR_SVR_COMM_SDKAPPID_MISS = 60012, "The SDKAppID is missing."
    ERR_SVR_COMM_BODY_SIZE_LIMIT = 80002, "The request's body is too large."
    ERR_SVR_COMM_PRE_HOOK_FAILED = 80003, "The app could not be asked whether this is allowed."

    # The backend: messages by the REST API.
    ERR_SVR_MSG_JSON_PARSE_FAILED = 90001, "The request's body is malformed."
    ERR_SVR_MSG_INVALID_JSON_BODY_FORMAT = 90002, "MsgBody is malformed."
    ERR_SVR_MSG_INVALID_TO_ACCOUNT = 90003, "To_Account is missing, or of the wrong type."
    ERR_SVR_MSG_INVALID_RAND = 90005, "MsgRandom is missing, or no integer."
    ERR_SVR_MSG_INVALID_TIMESTAMP = 90006, "MsgTimeStamp is missing, or no integer."
    ERR_SVR_MSG_BODY_NOT_ARRAY = 90007, "MsgBody is missing, or no array."
    ERR_SVR_MSG_INVALID_FROM_ACCOUNT = 90008, "There is no such From_Account."
    ERR_SVR_MSG_INVALID_JSON_FORMAT = 90010, "The message is malformed."
    ERR_SVR_MSG_TO_ACCOUNT_COUNT_LIMIT = 90011, "At most 500 accounts a call."
    ERR_SVR_MSG_TO_ACCOUNT_NOT_FOUND = 90012, "There is no such To_Account."
    ERR_SVR_MSG_TIME_LIMIT = 90026, "A message lives for at most 7 days."
    ERR_SVR_MSG_INVALID_SYNCFROMOLDSYSTEM = 90030, "SyncFromOldSystem is missing, or unknown."
    ERR_SVR_MSG_INVALID_SYNCOTHERMACHINE = 90031, "SyncOtherMachine is no integer."
    ERR_SVR_MSG_INVALID_MSGLIFETIME = 90044, "MsgLifeTime is no integer."
    ERR_SVR_MSG_INVALID_MSGKEY = 90054, "There can be no such MsgKey."
    ERR_SVR_MSG_INTERNAL_ERROR4 = 91000, "The backend could not do it; try again."
    ERR_SVR_MSG_BODY_SIZE_LIMIT = 93000, "A message has at most 12 KB."

    # The backend: accounts and user status.
    ERR_SVR_ACCOUNT_USERSIG_EXPIRED = 70001, "The UserSig has expired."
    ERR_SVR_ACCOUNT_USERSIG_EMPTY = 70002, "The UserSig is empty."
    ERR_SVR_ACCOUNT_USERSIG_CHECK_FAILED = 70003, "The UserSig cannot be read."
    ERR_SVR_ACCOUNT_USERSIG_MISMATCH_PUBLICKEY = 70009, "The UserSig was made with another key."
    ERR_SVR_ACCOUNT_USERSIG_MISMATCH_ID = 70013, "The UserSig is for another user."
    ERR_SVR_ACCOUNT_USERSIG_MISMATCH_SDKAPPID = 70014, "The UserSig is for another app."
    ERR_SVR_ACCOUNT_SDKAPPID_NOT_FOUND = 70020, "There is no app with this SDKAppID."
    ERR_SVR_ACCOUNT_USERSIG_FREQ_LIMIT = 70050, "Too many logins failed; try again in a minute."
    ERR_SVR_ACCOUNT_INVALID_USERSIG = 70052, "The UserSig was revoked; get a new one."
    ERR_SVR_ACCOUNT_NOT_FOUND = 70107, "There is no such account."
    ERR_SVR_ACCOUNT_INVALID_COUNT = 70206, "Too few or too many accounts in a call."
    ERR_SVR_ACCOUNT_INVALID_PARAMETERS = 70402, "A parameter is invalid."
    ERR_SVR_ACCOUNT_INTERNAL_ERROR = 70500, "The backend could not do it; try again."
    ERR_SVR_ACCOUNT_USER_STATUS_DISABLED = 72001, "User status is not enabled in the console."


_BY_NUMBER: Final = {int(code): code for code in ErrorCode}


class IMError(Exception):
    """A call failed.

    Attributes:
        code: The field's code; an ``ErrorCode`` if it is a known one.
        message: One line for a person.
        data: Details for a program, such as ``retryAfterMs`` with 7008; often empty.
    """

    def __init__(self, code: int, message: str = "", data: Mapping[str, Any] | None = None) -> None:
        """Make an error; without a message, the code's meaning is the message."""
        known = _BY_NUMBER.get(code)
        self.code: int = code if known is None else known
        self.message: str = message or ("Unknown error." if known is None else known.meaning)
        self.data: dict[str, Any] = dict(data or {})
        super().__init__(self.code, self.message)

    @property
    def symbol(self) -> str:
        """Return the code's symbolic name; empty for an unknown code."""
        return self.code.name if isinstance(self.code, ErrorCode) else ""

    def __str__(self) -> str:
        """Return the code and the message in one line."""
        return f"{int(self.code)} · {self.message}"


def invalid_parameters(field: str, problem: str) -> IMError:
    """Return error 6017, naming the field and its problem."""
    return IMError(ErrorCode.ERR_INVALID_PARAMETERS, f"{field}: {problem}.", {"field": field})
