"""Show the recycle bin, and bring files back from it."""

from homeassistant.core import ServiceCall, ServiceResponse
import probatio

from ..engine.model import RecycledId, TrackId
from ..errors import translated_errors
from ..texts import async_get_sentences
from .responses import Responses
from .target import ENTRY_FIELDS, find_entry, require_one
from .tracks import ATTR_LIMIT, ATTR_OFFSET, ATTR_TRACK_ID, TRACK_ID

ATTR_RECYCLED_ID = "recycled_id"

GET_RECYCLE_BIN_SCHEMA = probatio.Schema(
    {
        **ENTRY_FIELDS,
        probatio.Optional(ATTR_LIMIT, default=100): probatio.All(
            probatio.Coerce(int), probatio.Range(min=1, max=500)
        ),
        probatio.Optional(ATTR_OFFSET, default=0): probatio.All(
            probatio.Coerce(int), probatio.Range(min=0)
        ),
    }
)
RESTORE_TRACK_SCHEMA = probatio.Schema(
    {
        **ENTRY_FIELDS,
        probatio.Optional(ATTR_TRACK_ID): TRACK_ID,
        probatio.Optional(ATTR_RECYCLED_ID): TRACK_ID,
    }
)


async def async_get_recycle_bin(call: ServiceCall) -> ServiceResponse:
    """Return what lies in the recycle bin."""
    with translated_errors():
        snapshot = await find_entry(call).runtime_data.pipeline.library.recycle_bin(
            limit=call.data[ATTR_LIMIT], offset=call.data[ATTR_OFFSET]
        )
    return Responses(await async_get_sentences(call.hass)).recycle_bin(snapshot)


async def async_restore_track(call: ServiceCall) -> ServiceResponse:
    """Bring back one file from the recycle bin."""
    data = call.data
    require_one(call, "restored_file_missing", {ATTR_TRACK_ID}, {ATTR_RECYCLED_ID})
    entry = find_entry(call)
    with translated_errors():
        report = await entry.runtime_data.pipeline.library.restore(
            track_id=TrackId(data[ATTR_TRACK_ID]) if ATTR_TRACK_ID in data else None,
            recycled_id=RecycledId(data[ATTR_RECYCLED_ID]) if ATTR_RECYCLED_ID in data else None,
        )
        await entry.runtime_data.playlists.async_reread()
    return {"path": report.path, "track_ids": list(report.track_ids)}
