"""A prompt for a user ID."""

from imtui.protocol.identifiers import is_user_id
from imtui.protocol.limits import USER_ID_MAX_CHARS
from imtui.tui.kit.prompt import TextPrompt


def _no_user_id(answer: str) -> str:
    if is_user_id(answer):
        return ""
    return f"A user ID is 1 to {USER_ID_MAX_CHARS} of A-Z a-z 0-9 _ -"


def user_id_prompt(question: str, preset: str) -> TextPrompt:
    """Return a prompt for a user ID."""
    return TextPrompt(question, preset, "user ID", _no_user_id)
