"""Keeps what the person is writing, so that it outlives a crash."""

from typing import Final

from imtui.protocol.errors import IMError
from imtui.tui.actions.parts import Parts
from imtui.tui.kit.clock import Handle
from imtui.tui.services.explain import explain

KEPT_AFTER: Final = 1.5
"""Seconds from the first change that is not kept yet to its writing."""


class Drafts:
    """Writes the draft of the open conversation soon after a change, and when it is left."""

    def __init__(self, parts: Parts) -> None:
        """Keep the drafts of the conversations on the main screen."""
        self._chat = parts.navigator.main.chat
        self._clock = parts.clock
        self._feedback = parts.feedback
        self._keys = parts.keys
        self._login_service = parts.login_service
        self._model = parts.model
        self._due: Handle | None = None
        self._failed = False

    def changed(self) -> None:
        """Write the draft in ``KEPT_AFTER`` seconds at the latest, if it differs from what is kept.

        Later changes do not delay it.
        """
        kept = self._model.chats.get(self._chat.user_id).draft
        if self._due is None and self._chat.user_id and self._chat.written != kept:
            self._due = self._clock.call_later(KEPT_AFTER, self.keep)

    def keep(self) -> None:
        """Write the draft now; complain once if that fails."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if not self._chat.user_id:
            return
        try:
            self._login_service.messaging.save_draft(self._chat.user_id, self._chat.written)
        except IMError as error:
            if not self._failed:
                self._feedback.complain(explain(error, self._keys))
            self._failed = True
        else:
            self._failed = False
