"""Keep the Spotify guard over restarts: a used-up quota lasts for hours."""

from ...spotify.guard import GuardState
from ...store import Database
from ...store.settings import get_setting, set_setting

_GUARD_KEY = "spotify_guard"


class StoredGuard:
    """Keep the Spotify guard's state in the database."""

    def __init__(self, database: Database) -> None:
        """Share the database."""
        self._database = database

    async def load(self) -> GuardState | None:
        """Return the stored state, or None."""
        payload = await self._database.run(get_setting, _GUARD_KEY)
        return None if payload is None else GuardState.from_payload(payload)

    async def save(self, state: GuardState) -> None:
        """Replace the stored state."""
        await self._database.run(set_setting, _GUARD_KEY, state.as_payload())
