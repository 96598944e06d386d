"""The friends that a new account has from the start."""

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from imtui.server.core.accounts.account import Account


class InitialFriends(Struct, frozen=True):
    """The rule for friends of newly registered accounts."""

    rule: Callable[[str, str], bool] | None = None
    """Whether a new and an earlier user ID are friends; without a rule no accounts are."""

    def friends_of(self, user_id: str, accounts: Iterable[Account]) -> Iterator[str]:
        """Yield the accounts that are friends of a new one."""
        if self.rule is not None:
            for account in list(accounts):
                if account.user_id != user_id and self.rule(user_id, account.user_id):
                    yield account.user_id
