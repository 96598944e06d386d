"""Friends that an account has from the start."""

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from imtui.server.core.accounts.account import Account


class Befriending(Struct, frozen=True):
    """Whether a newly registered account and an earlier one are friends from the start."""

    rule: Callable[[str, str], bool] | None = None
    """Takes the new and the earlier user ID; without a rule nobody is befriended."""

    def friends_of(self, user_id: str, accounts: Iterable[Account]) -> Iterator[str]:
        """Yield those of the accounts that a new one is friends with."""
        if self.rule is not None:
            for account in list(accounts):
                if account.user_id != user_id and self.rule(user_id, account.user_id):
                    yield account.user_id
