"""The messages of a client: opened for an account, and kept up to date over its sessions."""

from collections.abc import Callable
from pathlib import Path

from imtui.protocol.chat import ConversationList, MessageList, ReadReceiptList
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import Incoming
from imtui.protocol.messages import Push
from imtui.sdk.instances import InstanceID
from imtui.sdk.link.capability import Capability, push_handler
from imtui.sdk.link.link import Link
from imtui.sdk.listener import Listeners
from imtui.sdk.messages.account_messages import AccountMessages


class Messages(Capability):
    """Opens the messages of an account at its first login, until the logout or ``close``."""

    def __init__(
        self,
        link: Link,
        listeners: Listeners,
        instance: InstanceID,
        storage_dir: Path | None,
        wall_clock: Callable[[], float],
    ) -> None:
        """Prepare; nothing is opened before the first login.

        Args:
            link: Where to ask the backend.
            listeners: Notified of messages and conversations.
            instance: This device; its ID is held while an account is open.
            storage_dir: The folder of all accounts and devices; in memory only if None.
            wall_clock: Returns Unix seconds.
        """
        self.link = link
        self._listeners = listeners
        self._instance = instance
        self._storage_dir = storage_dir
        self._wall_clock = wall_clock
        self._account: AccountMessages | None = None
        self.push_handlers = {
            Push.RECV_NEW_MESSAGE: push_handler(MessageList, self._new_pushed),
            Push.MESSAGES_CHANGED: push_handler(MessageList, self._changes_pushed),
            Push.RECV_C2C_READ_RECEIPT: push_handler(ReadReceiptList, self._receipts_pushed),
            Push.CONVERSATION_CHANGED: push_handler(ConversationList, self._conversations_pushed),
            Push.MESSAGES_MISSED: self._missed,
        }

    @property
    def account(self) -> AccountMessages:
        """Return the messages of the account that logged in, with or without a connection.

        Raises:
            IMError: 6014 if none is open.
        """
        if self._account is None:
            raise IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
        return self._account

    @property
    def logged_in_account(self) -> AccountMessages:
        """Return the messages of the account that is logged in.

        Raises:
            IMError: 6014 if no account is logged in.
        """
        account = self.account
        self.link.check_logged_in()
        return account

    def open(self, user_id: str) -> None:
        """Open the messages of an account, unless they are open already."""
        if self._account is not None and self._account.user_id != user_id:
            self._close_account()
        if self._account is None:
            # Imported here, because it loads SQLite, which is of no use without a login.
            from imtui.sdk.messages.storage import open_storage

            cache, outbox = open_storage(user_id, self._instance, self._storage_dir)
            self._account = AccountMessages(
                user_id, cache, outbox, self.link, self._listeners, self._wall_clock
            )

    def close(self) -> None:
        """Close the files of the account, and release the device ID; may be called again."""
        self._close_account()
        self._instance.release()

    def _close_account(self) -> None:
        if self._account is not None:
            self._account.close()
            self._account = None

    def begin_login(self) -> None:
        """Mark what is known as outdated."""
        self.account.begin_login()

    async def run(self, *, is_reconnect: bool) -> IMError:
        """Sync, and send what is queued, while there is a connection."""
        return await self.account.run()

    def _new_pushed(self, push: MessageList) -> None:
        sync = self.account.sync
        sync.publish(sync.state.pushed(push.message_list, are_new=True))

    def _changes_pushed(self, push: MessageList) -> None:
        sync = self.account.sync
        sync.publish(sync.state.pushed(push.message_list, are_new=False))

    def _receipts_pushed(self, push: ReadReceiptList) -> None:
        sync = self.account.sync
        sync.publish(sync.state.receipts(push.receipt_list))

    def _conversations_pushed(self, push: ConversationList) -> None:
        sync = self.account.sync
        sync.publish(sync.state.changed(push.conversation_list))

    def _missed(self, push: Incoming) -> None:
        self.account.sync.begin_login()
