"""Look tracks up at MusicBrainz, and decide what is true about them."""

from typing import Any

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv
import probatio

from ..engine.model import MetadataField, MetadataSource, TrackId
from ..engine.views import EnrichReport
from ..errors import translated_errors
from ..texts import async_get_sentences
from .field_values import field_facts
from .responses import Json, Responses, album_facts, artist_facts, track_facts
from .target import ENTRY_FIELDS, find_entry, require_one

ATTR_TRACK_ID = "track_id"
ATTR_FIELD = "field"
ATTR_SOURCE = "source"
ATTR_VALUE = "value"
ATTR_FORCE_REFRESH = "force_refresh"
ATTR_ENRICH_ARTIST = "enrich_artist"
ATTR_ENRICH_ALBUM = "enrich_album"
SOURCE_AUTOMATIC = "automatic"

_TRACK_FIELDS: dict[Any, Any] = {
    **ENTRY_FIELDS,
    probatio.Required(ATTR_TRACK_ID): probatio.All(probatio.Coerce(int), probatio.Range(min=1)),
}
ENRICH_METADATA_SCHEMA = probatio.Schema(
    {
        **_TRACK_FIELDS,
        probatio.Optional(ATTR_FORCE_REFRESH, default=False): cv.boolean,
        probatio.Optional(ATTR_ENRICH_ARTIST, default=True): cv.boolean,
        probatio.Optional(ATTR_ENRICH_ALBUM, default=True): cv.boolean,
    }
)
CHOOSE_METADATA_SCHEMA = probatio.Schema(
    {
        **_TRACK_FIELDS,
        probatio.Required(ATTR_FIELD): probatio.In([field.value for field in MetadataField]),
        probatio.Optional(ATTR_SOURCE): probatio.In(
            [MetadataSource.PLAYLIST.value, MetadataSource.MUSICBRAINZ.value, SOURCE_AUTOMATIC]
        ),
        probatio.Optional(ATTR_VALUE): probatio.All(
            probatio.Coerce(str), probatio.Length(max=1000)
        ),
    }
)


async def async_enrich_metadata(call: ServiceCall) -> ServiceResponse:
    """Look a track up at MusicBrainz."""
    entry = find_entry(call)
    with translated_errors():
        report = await entry.runtime_data.pipeline.tracks.enrich_metadata(
            TrackId(call.data[ATTR_TRACK_ID]),
            force_refresh=call.data[ATTR_FORCE_REFRESH],
            enrich_artist=call.data[ATTR_ENRICH_ARTIST],
            enrich_album=call.data[ATTR_ENRICH_ALBUM],
        )
    return _enriched(Responses(await async_get_sentences(call.hass)), report)


async def async_choose_metadata(call: ServiceCall) -> ServiceResponse:
    """Decide one field of a track for good, or leave it to SoulSpot again."""
    entry, data = find_entry(call), call.data
    require_one(call, "choice_missing", {ATTR_SOURCE}, {ATTR_VALUE})
    source = data.get(ATTR_SOURCE, SOURCE_AUTOMATIC)
    with translated_errors():
        report = await entry.runtime_data.pipeline.tracks.choose_metadata(
            TrackId(data[ATTR_TRACK_ID]),
            MetadataField(data[ATTR_FIELD]),
            source=None if source == SOURCE_AUTOMATIC else MetadataSource(source),
            value=data.get(ATTR_VALUE),
        )
    return _enriched(Responses(await async_get_sentences(call.hass)), report)


def _enriched(responses: Responses, report: EnrichReport) -> Json:
    """Return what is known of a track now, and what both sides say where they differ."""
    metadata = report.track.metadata
    return {
        "track": track_facts(report.track),
        "artist": artist_facts(metadata.artists[0]) if metadata.artists else None,
        "album": album_facts(metadata.album) if metadata.album else None,
        "enriched_fields": list(report.enriched_fields),
        "conflicts": [field_facts(values) for values in report.conflicts],
        "errors": list(responses.sentences(report.errors)),
    }
