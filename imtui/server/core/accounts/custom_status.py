"""The custom status of a user, and the earlier texts that return when it ends."""

from msgspec import Struct

from imtui.protocol.limits import STATUS_ENDS_MAX


class Text(Struct, frozen=True):
    """A text with an optional end."""

    text: str
    expires_at: int | None = None
    """When it ends, in Unix milliseconds."""

    def ended(self, unix_ms: int) -> bool:
        """Tell whether it has ended."""
        return self.expires_at is not None and self.expires_at <= unix_ms


NOTHING = Text("")


class CustomStatus(Struct, frozen=True):
    """A stack of texts: the top one is shown, and those below return when it ends."""

    texts: tuple[Text, ...] = ()

    @property
    def standing(self) -> Text:
        """Return the text that is shown."""
        return self.texts[-1] if self.texts else NOTHING

    def at(self, unix_ms: int) -> "CustomStatus":
        """Return the custom status without the texts that have ended by then."""
        left = [text for text in self.texts if not text.ended(unix_ms)]
        return self if len(left) == len(self.texts) else CustomStatus(tuple(left))

    def set(self, text: str, expires_at: int | None) -> "CustomStatus":
        """Return it with a text on top; a text without an end removes those below.

        If the same text is on top already, only its end changes.
        """
        top = Text(text, expires_at)
        if expires_at is None:
            return CustomStatus((top,) if text else ())
        below = self.texts[:-1] if self.standing.text == text else self.texts
        return CustomStatus((*below[-(STATUS_ENDS_MAX - 1) :], top))


CLEARED = CustomStatus()
