"""Let everything that searches with one Soulseek account keep to one budget."""

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from .budget import SearchBudget


class Account:
    """Hold the budgets that are spent with one account; the lane lets one search begin at a time."""

    def __init__(self) -> None:
        """Begin without any."""
        self.lane = asyncio.Lock()
        self._members: WeakSet[SearchBudget] = WeakSet()

    def add(self, budget: SearchBudget) -> None:
        """Take a budget in."""
        self._members.add(budget)

    def remove(self, budget: SearchBudget) -> None:
        """Let a budget go."""
        self._members.discard(budget)

    def others(self, budget: SearchBudget) -> Iterator[SearchBudget]:
        """Yield the budgets of the same account but this one."""
        yield from (member for member in tuple(self._members) if member is not budget)

    @property
    def is_empty(self) -> bool:
        """Tell whether nobody is left."""
        return not self._members


class Accounts:
    """Find accounts by their Soulseek name, which knows upper and lower case."""

    def __init__(self) -> None:
        """Know nobody yet."""
        self._accounts: dict[str, Account] = {}

    def join(self, username: str, budget: SearchBudget) -> Account:
        """Return the account of that name, with the budget in it."""
        account = self._accounts.setdefault(username, Account())
        account.add(budget)
        return account

    def leave(self, username: str, budget: SearchBudget) -> None:
        """Take a budget out, and forget an account that nobody uses."""
        account = self._accounts.get(username)
        if account is None:
            return
        account.remove(budget)
        if account.is_empty:
            del self._accounts[username]


# The Soulseek server counts by account, whatever a process calls its parts.
ACCOUNTS = Accounts()
