"""Collect the figures that help to find out what is wrong."""

import asyncio
from dataclasses import asdict
from datetime import datetime
from typing import Any

from .composition import Rooms
from .programs import find_programs
from .store import downloads, jobs, verdicts
from .use_cases.library.index_library import IndexProgress
from .views import ServiceHealth


async def collect_statistics(
    rooms: Rooms,
    *,
    health: ServiceHealth,
    spotify: ServiceHealth,
    next_search: datetime,
    library: IndexProgress,
) -> dict[str, Any]:
    """Return figures for diagnostics: no names, no addresses, no secrets."""
    database = rooms.context.database
    folders = rooms.context.settings.program_folders
    programs = await asyncio.to_thread(find_programs, folders)
    wait = (next_search - rooms.context.clock.now()).total_seconds()
    return {
        "version": rooms.context.settings.version,
        "slskd_version": health.version,
        "slskd_trouble": health.trouble.value,
        "spotify_trouble": spotify.trouble.value,
        "spotify_requests_today": rooms.guard.requests_today,
        "jobs": await database.run(jobs.count_states),
        "downloads": await database.run(downloads.count_states),
        "seconds_until_next_search": max(0.0, wait),
        "library": asdict(library),
        # Without ffmpeg nothing is decoded, only the structure is checked.
        "programs": {name: path is not None for name, path in asdict(programs).items()},
        "acoustid": rooms.context.acoustid is not None,
        "verdicts": await database.run(verdicts.count_rows),
        "caches": {
            cache.space.value: {
                "entries": await cache.size(),
                "bytes": await cache.bytes_used(),
                "hits": cache.statistics.hits,
                "misses": cache.statistics.misses,
            }
            for cache in rooms.caches
        },
    }
