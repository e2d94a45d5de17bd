"""Look for better files for owned tracks, rarely and after everything else."""

from datetime import datetime, timedelta
import random
import sqlite3

from ...library.formats import LOSSLESS_FORMATS
from ...matching.quality import cutoff_bit_rate
from ...model import Priority, UpgradePolicy
from ...settings import PipelineSettings, PlaylistOptions
from ...store import downloads, upgrades
from ..context import Context

_AT_ONCE = 5
# What was filed was the best to be had; that changes slowly, and most of it never.
_FIRST_PAUSE = timedelta(days=14)
_LONGEST_PAUSE = timedelta(days=120)
_JITTER = 0.2


class UpgradeFiles:
    """Queue searches for what is better than the library has."""

    def __init__(self, context: Context) -> None:
        """Take the rooms to work with."""
        self._context = context
        self._generator = random.Random()

    async def execute(self) -> int:
        """Queue the tracks whose turn it is, a few at a time, and return how many."""
        settings = self._context.settings
        if settings.upgrades is UpgradePolicy.NEVER or settings.library is None:
            return 0
        number = await self._context.database.run(
            _queue,
            dict(self._context.playlists),
            settings,
            self._generator,
            now=self._context.clock.now(),
        )
        if number:
            self._context.announcer.changed()
        return number


def _queue(
    connection: sqlite3.Connection,
    playlists: dict[str, PlaylistOptions],
    settings: PipelineSettings,
    generator: random.Random,
    *,
    now: datetime,
) -> int:
    """Queue upgrades of the configured playlists that download by themselves."""
    room = _AT_ONCE - upgrades.count_running(connection)
    number = 0
    for spotify_id, options in playlists.items():
        quality = options.quality or settings.quality
        cutoff = cutoff_bit_rate(quality)
        if cutoff is None or not options.automatic_download or number >= room:
            continue
        for due in upgrades.find_due(
            connection,
            spotify_id,
            satisfied_formats=LOSSLESS_FORMATS,
            cutoff_bit_rate=cutoff,
            only_ours=settings.upgrades is UpgradePolicy.OURS,
            filed_before=now - _FIRST_PAUSE,
            now=now,
            limit=room - number,
        ):
            tries = due.tries + 1
            next_at = now + _pause(tries, generator)
            upgrades.note_try(connection, due.track_id, tries=tries, next_at=next_at)
            download_id = downloads.request_download(
                connection,
                due.track_id,
                quality=quality,
                query=None,
                now=now,
                priority=Priority.UPGRADE,
                lane=downloads.get_lane(connection, due.track_id),
                is_upgrade=True,
            )
            downloads.queue_step(connection, download_id, now=now)
            number += 1
    return number


def _pause(tries: int, generator: random.Random) -> timedelta:
    """Return how long to wait for the next try, longer after each."""
    pause = min(_FIRST_PAUSE * (1 << min(tries, 8)), _LONGEST_PAUSE)
    return pause * generator.uniform(1 - _JITTER, 1 + _JITTER)
