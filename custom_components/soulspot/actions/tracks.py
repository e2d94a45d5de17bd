"""Search and download single tracks, and show the queue."""

from typing import Any

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv
import probatio

from ..coordinator import SoulSpotConfigEntry
from ..engine.model import DownloadState, Quality, TrackId
from ..errors import translated_errors
from ..texts import async_get_sentences
from .responses import Responses, download_facts
from .target import ENTRY_FIELDS, find_entry, given, invalid

ATTR_TRACK_ID = "track_id"
ATTR_ARTIST = "artist"
ATTR_TITLE = "title"
ATTR_ALBUM = "album"
ATTR_DURATION = "duration"
ATTR_SEARCH_QUERY = "search_query"
ATTR_MAX_RESULTS = "max_results"
ATTR_TIMEOUT_SECONDS = "timeout_seconds"
ATTR_UNTIL_FILED = "until_filed"
ATTR_QUALITY_PREFERENCE = "quality_preference"
ATTR_STATES = "states"
ATTR_LIMIT = "limit"
ATTR_OFFSET = "offset"

TRACK_ID = probatio.All(probatio.Coerce(int), probatio.Range(min=1))
TEXT = probatio.All(str, probatio.Length(min=1, max=500))
_TRACK_FIELDS = {
    **ENTRY_FIELDS,
    probatio.Optional(ATTR_TRACK_ID): TRACK_ID,
    probatio.Optional(ATTR_ARTIST): TEXT,
    probatio.Optional(ATTR_TITLE): TEXT,
    probatio.Optional(ATTR_ALBUM): TEXT,
    probatio.Optional(ATTR_DURATION): probatio.All(
        probatio.Coerce(float), probatio.Range(min=1, max=86_400)
    ),
    probatio.Optional(ATTR_SEARCH_QUERY): TEXT,
    probatio.Optional(ATTR_QUALITY_PREFERENCE): probatio.In([quality.value for quality in Quality]),
    probatio.Optional(ATTR_MAX_RESULTS, default=10): probatio.All(
        probatio.Coerce(int), probatio.Range(min=1, max=100)
    ),
}

SEARCH_SCHEMA = probatio.Schema(_TRACK_FIELDS)
DOWNLOAD_TRACK_SCHEMA = probatio.Schema(
    {
        **_TRACK_FIELDS,
        probatio.Optional(ATTR_TIMEOUT_SECONDS, default=30): probatio.All(
            probatio.Coerce(float), probatio.Range(min=0, max=600)
        ),
        probatio.Optional(ATTR_UNTIL_FILED, default=False): cv.boolean,
    }
)
GET_QUEUE_SCHEMA = probatio.Schema(
    {
        **ENTRY_FIELDS,
        probatio.Optional(ATTR_STATES): probatio.All(
            cv.ensure_list, [probatio.In([state.value for state in DownloadState])]
        ),
        probatio.Optional(ATTR_LIMIT, default=100): probatio.All(
            probatio.Coerce(int), probatio.Range(min=1, max=1000)
        ),
        probatio.Optional(ATTR_OFFSET, default=0): probatio.All(
            probatio.Coerce(int), probatio.Range(min=0)
        ),
    }
)


async def async_search(call: ServiceCall) -> ServiceResponse:
    """Search for a track, and judge what peers offer without downloading."""
    entry = find_entry(call)
    data = call.data
    if ATTR_TRACK_ID not in data:
        _require_names(call)
    with translated_errors():
        report = await entry.runtime_data.pipeline.tracks.search(
            track_id=TrackId(data[ATTR_TRACK_ID]) if ATTR_TRACK_ID in data else None,
            query=data.get(ATTR_SEARCH_QUERY),
            quality=_quality(call),
            maximum_results=data[ATTR_MAX_RESULTS],
            **_described(call),
        )
    responses = Responses(await async_get_sentences(call.hass))
    return {
        "outcome": report.outcome,
        **responses.reason(report.reason),
        "queries": list(report.queries),
        "search_results_count": report.files,
        "peers": report.responses,
        "candidates": [responses.seen(candidate) for candidate in report.candidates],
    }


async def async_download_track(call: ServiceCall) -> ServiceResponse:
    """Search for a track and download the best that is right."""
    entry = find_entry(call)
    with translated_errors():
        track_id = await _async_wanted(call, entry)
        report = await entry.runtime_data.pipeline.tracks.download(
            track_id,
            query=call.data.get(ATTR_SEARCH_QUERY),
            quality=_quality(call),
            timeout=call.data[ATTR_TIMEOUT_SECONDS],
            until_filed=call.data[ATTR_UNTIL_FILED],
        )
    responses = Responses(await async_get_sentences(call.hass))
    reason = responses.reason(report.reason)
    return {
        "track_id": track_id,
        "download": download_facts(report.download),
        "search_results_count": report.search_results_count,
        "selected_file": (
            responses.candidate(report.selected_file) if report.selected_file else None
        ),
        "candidates": [
            responses.candidate(candidate)
            for candidate in report.candidates[: call.data[ATTR_MAX_RESULTS]]
        ],
        "status": report.state.value,
        "error_message": reason["reason"],
        "error_key": reason["reason_key"],
    }


async def async_get_queue(call: ServiceCall) -> ServiceResponse:
    """Return the counters and the downloads."""
    entry = find_entry(call)
    pipeline = entry.runtime_data.pipeline
    with translated_errors():
        downloads = await pipeline.queue.entries(
            states=[DownloadState(state) for state in call.data[ATTR_STATES]]
            if ATTR_STATES in call.data
            else None,
            limit=call.data[ATTR_LIMIT],
            offset=call.data[ATTR_OFFSET],
        )
        queue = await pipeline.queue.snapshot()
    responses = Responses(await async_get_sentences(call.hass))
    return {
        "queue": responses.queue(queue),
        "downloads": [responses.track_status(status) for status in downloads],
    }


async def _async_wanted(call: ServiceCall, entry: SoulSpotConfigEntry) -> TrackId:
    """Return the id of the wanted track; one that is only described becomes known first."""
    if ATTR_TRACK_ID in call.data:
        return TrackId(call.data[ATTR_TRACK_ID])
    _require_names(call)
    track = await entry.runtime_data.pipeline.tracks.add(**_described(call))
    return track.id


def _require_names(call: ServiceCall) -> None:
    """Raise unless artist and title are given."""
    if ATTR_ARTIST not in call.data or ATTR_TITLE not in call.data:
        raise invalid("track_missing")


def _described(call: ServiceCall) -> dict[str, Any]:
    """Return how the call describes a track, in the engine's words."""
    described = given(call.data, artist=ATTR_ARTIST, title=ATTR_TITLE, album=ATTR_ALBUM)
    if ATTR_DURATION in call.data:
        described["duration_ms"] = round(call.data[ATTR_DURATION] * 1000)
    return described


def _quality(call: ServiceCall) -> Quality | None:
    """Return the wished quality, None for the account's."""
    quality = call.data.get(ATTR_QUALITY_PREFERENCE)
    return Quality(quality) if quality else None
