"""Show what is known of a track, and take what a person decides about it."""

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv
import probatio

from ..engine.model import TrackId
from ..errors import translated_errors
from ..texts import async_get_sentences
from .responses import Responses, download_facts
from .target import ENTRY_FIELDS, find_entry, require_one
from .tracks import ATTR_TRACK_ID, TEXT, TRACK_ID

ATTR_POSITION = "position"
ATTR_USERNAME = "username"
ATTR_FILENAME = "filename"
ATTR_IGNORE = "ignore"
ATTR_REASON = "reason"
ATTR_WAIT_SECONDS = "wait_seconds"

GET_TRACK_SCHEMA = probatio.Schema(
    {
        **ENTRY_FIELDS,
        probatio.Required(ATTR_TRACK_ID): TRACK_ID,
        probatio.Optional(ATTR_WAIT_SECONDS, default=0): probatio.All(
            probatio.Coerce(float), probatio.Range(min=0, max=600)
        ),
    }
)
CANCEL_DOWNLOAD_SCHEMA = probatio.Schema(
    {**ENTRY_FIELDS, probatio.Required(ATTR_TRACK_ID): TRACK_ID}
)
RETRY_DOWNLOAD_SCHEMA = probatio.Schema(
    {**ENTRY_FIELDS, probatio.Optional(ATTR_TRACK_ID): TRACK_ID}
)
CHOOSE_CANDIDATE_SCHEMA = probatio.Schema(
    {
        **ENTRY_FIELDS,
        probatio.Required(ATTR_TRACK_ID): TRACK_ID,
        probatio.Optional(ATTR_POSITION): probatio.All(probatio.Coerce(int), probatio.Range(min=0)),
        probatio.Optional(ATTR_USERNAME): str,
        probatio.Optional(ATTR_FILENAME): str,
    }
)
IGNORE_TRACK_SCHEMA = probatio.Schema(
    {
        **ENTRY_FIELDS,
        probatio.Required(ATTR_TRACK_ID): TRACK_ID,
        probatio.Optional(ATTR_IGNORE, default=True): cv.boolean,
        probatio.Optional(ATTR_REASON): TEXT,
    }
)


async def async_get_track(call: ServiceCall) -> ServiceResponse:
    """Return one track with its file, what was found for it, and its story."""
    tracks = find_entry(call).runtime_data.pipeline.tracks
    track_id = TrackId(call.data[ATTR_TRACK_ID])
    with translated_errors():
        status = await tracks.wait(track_id, call.data[ATTR_WAIT_SECONDS])
        candidates = await tracks.candidates(track_id)
        journal = await tracks.journal(track_id)
    responses = Responses(await async_get_sentences(call.hass))
    return responses.track_details(status, candidates, journal)


async def async_choose_candidate(call: ServiceCall) -> ServiceResponse:
    """Download exactly one file for a track."""
    data = call.data
    require_one(call, "candidate_missing", {ATTR_POSITION}, {ATTR_USERNAME, ATTR_FILENAME})
    with translated_errors():
        download = await find_entry(call).runtime_data.pipeline.queue.choose(
            TrackId(data[ATTR_TRACK_ID]),
            position=data.get(ATTR_POSITION),
            username=data.get(ATTR_USERNAME),
            filename=data.get(ATTR_FILENAME),
        )
    return {"download": download_facts(download)}


async def async_cancel_download(call: ServiceCall) -> ServiceResponse:
    """Stop the download of a track, within slskd too."""
    queue = find_entry(call).runtime_data.pipeline.queue
    with translated_errors():
        download = await queue.cancel(TrackId(call.data[ATTR_TRACK_ID]))
    return {"download": download_facts(download)}


async def async_retry_download(call: ServiceCall) -> ServiceResponse:
    """Take up one track again, or everything that came to nothing."""
    queue = find_entry(call).runtime_data.pipeline.queue
    with translated_errors():
        if ATTR_TRACK_ID not in call.data:
            return {"queued": await queue.retry_failed()}
        download = await queue.retry(TrackId(call.data[ATTR_TRACK_ID]))
    return {"queued": 1, "download": download_facts(download)}


async def async_ignore_track(call: ServiceCall) -> ServiceResponse:
    """Let a track be wanted by nobody, or take that back."""
    entry = find_entry(call)
    pipeline, track_id = entry.runtime_data.pipeline, TrackId(call.data[ATTR_TRACK_ID])
    with translated_errors():
        if call.data[ATTR_IGNORE]:
            await pipeline.queue.ignore(track_id, call.data.get(ATTR_REASON))
        else:
            await pipeline.queue.want_again(track_id)
        status = await pipeline.tracks.status(track_id)
        await entry.runtime_data.playlists.async_reread()
    return Responses(await async_get_sentences(call.hass)).track_status(status)
