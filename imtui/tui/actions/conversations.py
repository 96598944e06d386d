"""Actions on conversations and messages."""

from collections.abc import Awaitable, Callable
from functools import partial

from imtui.protocol.chat import Message, MessageStatus
from imtui.protocol.errors import IMError
from imtui.protocol.status import UserStatusType
from imtui.tui.actions.asking import chosen_user
from imtui.tui.actions.drafts import Drafts
from imtui.tui.actions.parts import Parts
from imtui.tui.actions.toggling import Toggle, run_toggle
from imtui.tui.commands.toggles import Turn
from imtui.tui.services.explain import explain
from imtui.tui.services.messaging_service import MessagingService, can_resend


class ConversationActions:
    """Opening conversations; writing, recalling and deleting messages; muting and pinning."""

    def __init__(self, parts: Parts) -> None:
        """Make the actions on the parts of the app."""
        self._parts = parts
        self._main = parts.navigator.main
        self._feedback = parts.feedback
        self._keys = parts.keys
        self._login_service = parts.login_service
        self._model = parts.model
        self._navigator = parts.navigator
        self.drafts = Drafts(parts)
        self._toaster = parts.toaster

    @property
    def _messaging(self) -> MessagingService:
        return self._login_service.messaging

    @property
    def has_focus(self) -> bool:
        """Return whether a conversation has the focus."""
        return self._main.in_chat

    # Conversations

    def open(self, typed: str) -> None:
        """Open the conversation with a user."""
        user_id = typed.strip() or self._navigator.selected
        if user_id == self._model.own.user_id:
            self._feedback.complain("That is you: open a friend's conversation.")
        elif user_id := chosen_user(self._parts, typed):
            self._show(user_id)

    def _show(self, user_id: str, at: Message | None = None) -> None:
        """Show a conversation at its end, or at one of its messages."""
        self.drafts.keep()
        # What it says is about to be seen.
        self._toaster.drop(user_id)
        chat = self._model.chats.get(user_id)
        self._main.open_chat(user_id, chat.draft)
        self._login_service.presence.ask_about(user_id)

        async def load() -> None:
            await self._messaging.open_conversation(user_id)
            if at is not None:
                await self._messaging.load_back_to(user_id, at.seq)
            elif chat.unread:
                await self._messaging.load_back_to(user_id, chat.read_seq + 1)
            else:
                return
            if self._main.chat.user_id != user_id:
                # Another conversation was opened meanwhile.
                return
            if at is None:
                self._main.chat.show_new()
            else:
                self._main.show_message(at.msg_id)

        self._attempt(load)

    def close(self) -> None:
        """Close the open conversation and save its draft."""
        self.drafts.keep()
        self._main.close_chat()

    def next_unread(self) -> None:
        """Open the next conversation with unread messages."""
        user_id = self._model.chats.next_unread(self._main.chat.user_id)
        if user_id:
            self._show(user_id)
        else:
            self._feedback.say("You have read everything.")

    def search(self, words: str, *, here: bool = False) -> None:
        """Search messages in all conversations, or in the open one; prompt if nothing is typed."""
        user_id = self._main.chat.user_id if here else None
        if words.strip():
            self._attempt(lambda: self._search(words, user_id))
            return
        from imtui.tui.kit.prompt import TextPrompt

        where = f"in the conversation with {user_id}" if user_id else "in all conversations"

        def answered(typed: str | None) -> None:
            if typed:
                self._attempt(lambda: self._search(typed, user_id))

        self._navigator.open(TextPrompt(f"Search {where}", "", "words"), answered)

    async def _search(self, words: str, user_id: str | None) -> None:
        from imtui.tui.screens.found import FoundScreen

        parts = self._parts
        found = await self._messaging.search_messages(words, user_id)
        own_id = parts.model.own.user_id
        parts.navigator.open(
            FoundScreen(words, found, own_id, parts.keys, parts.glyphs, parts.clock), self._go_to
        )

    def _go_to(self, message: Message | None) -> None:
        """Show a message within its conversation."""
        if message is not None:
            self._show(message.peer(self._model.own.user_id), message)

    def older(self) -> None:
        """Load older messages of the open conversation."""
        if user_id := self._main.chat.user_id:
            self._attempt(lambda: self._messaging.load_older(user_id))

    def mark_seen(self) -> None:
        """Mark the open conversation as read if its end is in sight, and ask how its user is."""
        user_id = self._main.chat.user_id
        if self._navigator.sees_chat(user_id):
            self._login_service.presence.ask_about(user_id)
        if self._model.chats.unread(user_id) and self._navigator.sees_end_of_chat(user_id):
            self._attempt(lambda: self._messaging.mark_read(user_id))

    # Writing

    def write(self, text: str) -> None:
        """Send a text in the open conversation."""
        main = self._main
        reply_to = main.chat.reply_to
        if self._try(lambda: self._messaging.send_text(main.chat.user_id, text, reply_to)):
            main.chat.clear_written()
            self.drafts.keep()
            main.chat.read_up()
            main.chat.to_end()

    def send_typing_hint(self) -> None:
        """Send a typing hint if the other user is known to be ONLINE now."""
        person = self._model.person(self._main.chat.user_id)
        if person is None or self._model.connection.stale:
            return
        if person.live_status is UserStatusType.ONLINE:
            self._attempt(lambda: self._messaging.send_typing_hint(person.user_id))

    def confirm_paste(self, text: str) -> None:
        """Insert a long paste after confirmation."""
        from imtui.tui.kit.prompt import Question

        lines = text.count("\n") + 1
        words = f"Paste {lines:,} lines, {len(text.encode()):,} bytes?"

        def answered(yes: bool | None) -> None:
            if yes:
                self._main.chat.paste(text)

        self._navigator.open(Question(words), answered)

    # One message

    def _on_message(self, do: Callable[[Message], None]) -> None:
        message = self._main.chat.chosen_message
        if message is None:
            self._feedback.complain("Which message? Go to the messages (PgUp) and choose one.")
        else:
            do(message)

    def reply(self) -> None:
        """Reply to the message under the cursor."""
        self._on_message(self._main.begin_reply)

    def recall(self) -> None:
        """Recall the own message under the cursor."""

        def recall(message: Message) -> None:
            if message.sender != self._model.own.user_id:
                self._feedback.complain("Only your own messages can be recalled.")
            elif message.status is MessageStatus.SEND_SUCC:
                self._attempt(lambda: self._messaging.recall_message(message))
            else:
                self._feedback.complain("That one cannot be recalled.")

        self._on_message(recall)

    def delete(self) -> None:
        """Delete the message under the cursor for oneself, after confirmation."""

        from imtui.tui.kit.prompt import Question

        def delete(message: Message) -> None:
            def answered(yes: bool | None) -> None:
                if yes and message.seq:
                    self._attempt(lambda: self._messaging.delete_message(message))
                elif yes:
                    self._try(lambda: self._messaging.discard_message(message))

            where = "for yourself, on all your devices" if message.seq else "without sending it"
            self._navigator.open(
                Question(f"Delete the message {where}?", takes_away=True), answered
            )

        self._on_message(delete)

    def delete_conversation(self, typed: str) -> None:
        """Delete the conversation with a user for oneself, after confirmation."""
        from imtui.tui.kit.prompt import Question

        user_id = chosen_user(self._parts, typed)
        if not user_id:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._attempt(lambda: self._messaging.delete_conversation(user_id))

        words = f"Delete all messages with {user_id} for yourself, on all your devices?"
        self._navigator.open(Question(words, takes_away=True), answered)

    def resend(self) -> None:
        """Resend the failed message under the cursor, or all failed messages if there is none."""
        chosen = self._main.chat.chosen_message
        failed = [
            one
            for one in self._model.chats.get(self._main.chat.user_id).messages
            if can_resend(one) and chosen in (None, one)
        ]
        if not failed:
            self._feedback.say("Nothing here failed to be sent.")
        for message in failed:
            self._try(partial(self._messaging.resend_message, message))

    def copy(self) -> None:
        """Copy what the mouse selected, or else the message under the cursor."""
        if self._feedback.copy_selection():
            return

        def copy(message: Message) -> None:
            if message.text:
                self._feedback.copy(message.text, "the message")

        self._on_message(copy)

    # Muting and pinning

    def mute(self, typed: str, turn: Turn) -> None:
        """Mute or unmute a user."""

        def change(user_id: str, muted: bool) -> None:
            self._attempt(lambda: self._mute(user_id, muted))

        chats = self._model.chats
        toggle = Toggle("mute", lambda user_id, _: chats.get(user_id).muted, change)
        run_toggle(self._parts, toggle, typed, turn)

    async def _mute(self, user_id: str, muted: bool) -> None:
        await self._messaging.set_muted(user_id, muted)
        self._feedback.say("is muted" if muted else "is no longer muted", who=user_id)

    def pin(self, typed: str, turn: Turn) -> None:
        """Pin or unpin the conversation with a user."""

        def change(user_id: str, pinned: bool) -> None:
            self._attempt(lambda: self._pin(user_id, pinned))

        chats = self._model.chats
        toggle = Toggle("pin", lambda user_id, _: chats.get(user_id).pinned, change)
        run_toggle(self._parts, toggle, typed, turn)

    async def _pin(self, user_id: str, pinned: bool) -> None:
        await self._messaging.set_pinned(user_id, pinned)
        self._main.friend_list.sort_now()
        self._feedback.say("is pinned" if pinned else "is no longer pinned", who=user_id)

    def _attempt(self, call: Callable[[], Awaitable[None]]) -> None:
        self._feedback.attempt(call)

    def _try(self, call: Callable[[], None]) -> bool:
        """Make a synchronous call, and return whether it succeeded."""
        try:
            call()
        except IMError as error:
            self._feedback.complain(explain(error, self._keys))
            return False
        return True
