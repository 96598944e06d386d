"""The custom status of a user, and what comes back when it ends."""

from msgspec import Struct

from imtui.protocol.limits import STATUS_ENDS_MAX


class Text(Struct, frozen=True):
    """A text that was set, until its end."""

    text: str
    expires_at: int | None = None
    """When it ends, in Unix milliseconds."""

    def ended(self, unix_ms: int) -> bool:
        """Tell whether it has ended."""
        return self.expires_at is not None and self.expires_at <= unix_ms


NOTHING = Text("")


class CustomStatus(Struct, frozen=True):
    """The text that stands, on top of those that may come back after it."""

    texts: tuple[Text, ...] = ()

    @property
    def standing(self) -> Text:
        """Return the text that stands."""
        return self.texts[-1] if self.texts else NOTHING

    def at(self, unix_ms: int) -> "CustomStatus":
        """Return what is left once the texts that have ended by then fell away."""
        left = [text for text in self.texts if not text.ended(unix_ms)]
        return self if len(left) == len(self.texts) else CustomStatus(tuple(left))

    def set(self, text: str, expires_at: int | None) -> "CustomStatus":
        """Put a text on top until its end; without an end it is for good.

        A text that stands already gets the new end instead.
        """
        top = Text(text, expires_at)
        if expires_at is None:
            return CustomStatus((top,) if text else ())
        below = self.texts[:-1] if self.standing.text == text else self.texts
        return CustomStatus((*below[-(STATUS_ENDS_MAX - 1) :], top))


CLEARED = CustomStatus()
