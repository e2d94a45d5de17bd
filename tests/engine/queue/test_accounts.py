"""Check that several servers with one Soulseek account keep to one budget."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from custom_components.soulspot.engine.queue.accounts import Accounts
from custom_components.soulspot.engine.queue.budget import (
    SEARCHES_PER_WINDOW,
    SIGNS_BEFORE_BACK_OFF,
    WINDOW,
    SearchBudget,
)
from custom_components.soulspot.engine.store import Database

from ..fakes import ManualClock


@pytest.fixture
async def databases(tmp_path: Path) -> AsyncIterator[tuple[Database, Database]]:
    """Open a database for each of two servers."""
    pair = Database(tmp_path / "one.db"), Database(tmp_path / "two.db")
    for database in pair:
        await database.open()
    yield pair
    for database in pair:
        await database.close()


async def search(budget: SearchBudget, clock: ManualClock, name: str) -> float:
    """Wait as long as asked, send, and return when that was."""
    while (wait := await budget.next_allowed() - clock.now()) > timedelta():
        clock.advance(wait.total_seconds())
    await budget.spend(name)
    return clock.monotonic()


@pytest.mark.parametrize("restarts", [False, True])
async def test_two_servers_share_the_budget_of_an_account(
    databases: tuple[Database, Database], restarts: bool
) -> None:
    """Keep every window within the budget although each server knows only its own searches."""
    clock, accounts = ManualClock(), Accounts()
    sent: list[float] = []
    budgets = [SearchBudget(database, clock, accounts=accounts) for database in databases]
    for budget in budgets:
        budget.join("somebody")
    for number in range(SEARCHES_PER_WINDOW * 2):
        if restarts and number == SEARCHES_PER_WINDOW:
            for budget in budgets:
                budget.leave()
            budgets = [SearchBudget(database, clock, accounts=accounts) for database in databases]
            for budget in budgets:
                budget.join("somebody")
        sent.append(await search(budgets[number % 2], clock, f"search {number}"))
    window = WINDOW.total_seconds()
    most = max(sum(1 for other in sent if at - window < other <= at) for at in sent)
    assert most == SEARCHES_PER_WINDOW


async def test_what_is_left_is_counted_together(databases: tuple[Database, Database]) -> None:
    """Searches of every server of the account count until the window is over."""
    clock, accounts = ManualClock(), Accounts()
    budgets = [SearchBudget(database, clock, accounts=accounts) for database in databases]
    for budget in budgets:
        budget.join("somebody")
    for number in range(5):
        await search(budgets[number % 2], clock, f"search {number}")
    assert [await budget.left() for budget in budgets] == [SEARCHES_PER_WINDOW - 5] * 2
    budgets[1].leave()
    assert [await budget.left() for budget in budgets] == [
        SEARCHES_PER_WINDOW - 3,
        SEARCHES_PER_WINDOW - 2,
    ]
    clock.advance(WINDOW.total_seconds() + 1)
    assert await budgets[0].left() == SEARCHES_PER_WINDOW


async def test_a_ban_counts_for_every_server_of_the_account(
    databases: tuple[Database, Database],
) -> None:
    """Wait with one server when the other one was shut out."""
    clock, accounts = ManualClock(), Accounts()
    one, two = (SearchBudget(database, clock, accounts=accounts) for database in databases)
    one.join("somebody")
    two.join("somebody")
    for _ in range(SIGNS_BEFORE_BACK_OFF):
        await one.note_throttled()
    assert await two.next_allowed() > clock.now() + timedelta(minutes=29)


async def test_other_accounts_have_budgets_of_their_own(
    databases: tuple[Database, Database],
) -> None:
    """Let a second account search at once, and the first one too after it has left."""
    clock, accounts = ManualClock(), Accounts()
    one, two = (SearchBudget(database, clock, accounts=accounts) for database in databases)
    one.join("somebody")
    two.join("somebody else")
    for number in range(SEARCHES_PER_WINDOW):
        await search(one, clock, f"search {number}")
    assert await one.next_allowed() > clock.now()
    assert await two.next_allowed() <= clock.now()
    two.join("somebody")
    assert await two.next_allowed() > clock.now()
    two.leave()
    assert await two.next_allowed() <= clock.now()
