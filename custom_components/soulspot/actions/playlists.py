"""Import, sync and show playlists."""

from types import MappingProxyType

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import ATTR_NAME
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv
import probatio

from ..const import CONF_AUTOMATIC_DOWNLOAD, CONF_PLAYLIST_ID, CONF_QUALITY, SUBENTRY_PLAYLIST
from ..coordinator import SoulSpotConfigEntry
from ..engine.lists import ListKind
from ..engine.model import Playlist, Quality
from ..entry import find_playlist, playlist_options
from ..errors import translated_errors
from ..texts import async_get_sentences
from .responses import Responses
from .target import (
    ATTR_PLAYLIST,
    ENTRY_FIELDS,
    PLAYLIST_FIELDS,
    find_entry,
    find_playlist_target,
    given,
    invalid,
    require_playlist,
    require_spotify,
)

ATTR_CONTENT = "content"
ATTR_FETCH_ALL_TRACKS = "fetch_all_tracks"
ATTR_FORMAT = "format"
ATTR_WRITE_FILE = "write_file"

EXPORT_FORMATS = {"m3u8": ListKind.M3U, "csv": ListKind.CSV, "jspf": ListKind.JSPF}

IMPORT_PLAYLIST_SCHEMA = probatio.Schema(
    {
        **PLAYLIST_FIELDS,
        probatio.Optional(ATTR_FETCH_ALL_TRACKS, default=True): cv.boolean,
        probatio.Optional(CONF_QUALITY): probatio.In([quality.value for quality in Quality]),
        probatio.Optional(CONF_AUTOMATIC_DOWNLOAD, default=True): cv.boolean,
    }
)
IMPORT_LIST_SCHEMA = probatio.Schema(
    {
        **ENTRY_FIELDS,
        probatio.Required(ATTR_CONTENT): str,
        probatio.Optional(ATTR_NAME): probatio.All(str, probatio.Length(min=1, max=200)),
    }
)
SYNC_PLAYLIST_SCHEMA = probatio.Schema(PLAYLIST_FIELDS)
DOWNLOAD_MISSING_SCHEMA = probatio.Schema(PLAYLIST_FIELDS)
GET_PLAYLIST_SCHEMA = probatio.Schema(PLAYLIST_FIELDS)
DELETE_LIST_SCHEMA = probatio.Schema({**ENTRY_FIELDS, probatio.Required(ATTR_PLAYLIST): str})
EXPORT_PLAYLIST_SCHEMA = probatio.Schema(
    {
        **PLAYLIST_FIELDS,
        probatio.Optional(ATTR_FORMAT, default="m3u8"): probatio.In(EXPORT_FORMATS),
        probatio.Optional(ATTR_WRITE_FILE, default=False): cv.boolean,
    }
)


async def async_import_playlist(call: ServiceCall) -> ServiceResponse:
    """Import a playlist, and configure it when it is new."""
    entry, playlist_id = require_playlist(call)
    require_spotify(entry)
    data = entry.runtime_data
    with translated_errors():
        report = await data.pipeline.playlists.import_playlist(
            playlist_id, fetch_all_tracks=call.data[ATTR_FETCH_ALL_TRACKS]
        )
        if find_playlist(entry, playlist_id) is None:
            _configure(call, entry, report.playlist)
        await data.playlists.async_reread()
    return Responses(await async_get_sentences(call.hass)).imported(report)


async def async_import_list(call: ServiceCall) -> ServiceResponse:
    """Import a list of tracks that does not come from Spotify."""
    data = find_entry(call).runtime_data
    with translated_errors():
        report = await data.pipeline.playlists.import_list(
            call.data.get(ATTR_NAME), call.data[ATTR_CONTENT]
        )
        await data.playlists.async_reread()
    return Responses(await async_get_sentences(call.hass)).imported(report)


async def async_sync_playlist(call: ServiceCall) -> ServiceResponse:
    """Sync one playlist, or all of them."""
    entry, playlist_id = find_playlist_target(call)
    require_spotify(entry)
    known = {*playlist_options(entry), *entry.runtime_data.playlists.data.playlists}
    if playlist_id is not None and playlist_id not in known:
        raise invalid("unknown_playlist")
    wanted = None if playlist_id is None else [playlist_id]
    with translated_errors():
        snapshot = await entry.runtime_data.playlists.async_sync(wanted)
    responses = Responses(await async_get_sentences(call.hass))
    return {
        "playlists": [
            responses.playlist(playlist)
            for spotify_id, playlist in snapshot.playlists.items()
            if playlist_id in (None, spotify_id)
        ]
    }


async def async_download_missing(call: ServiceCall) -> ServiceResponse:
    """Queue what is missing from one playlist, or from all of them."""
    entry, playlist_id = find_playlist_target(call)
    with translated_errors():
        queued = await entry.runtime_data.pipeline.playlists.download_missing(playlist_id)
    return {"queued": queued}


async def async_get_playlist(call: ServiceCall) -> ServiceResponse:
    """Return a playlist with every entry and its state, or the figures of all playlists and lists."""
    entry, playlist_id = find_playlist_target(call)
    if playlist_id is None:
        return await _async_all_playlists(call, entry)
    with translated_errors():
        entries = await entry.runtime_data.pipeline.playlists.entries(playlist_id)
        snapshot = await entry.runtime_data.pipeline.playlists.snapshot()
    responses = Responses(await async_get_sentences(call.hass))
    playlist = snapshot.playlists.get(playlist_id)
    return {
        "playlist": responses.playlist(playlist) if playlist else None,
        "entries": [responses.entry_status(item) for item in entries],
    }


async def _async_all_playlists(call: ServiceCall, entry: SoulSpotConfigEntry) -> ServiceResponse:
    """Return the figures of every playlist, imported lists among them."""
    with translated_errors():
        snapshot = await entry.runtime_data.pipeline.playlists.snapshot()
    responses = Responses(await async_get_sentences(call.hass))
    return {"playlists": [responses.playlist(item) for item in snapshot.playlists.values()]}


async def async_export_playlist(call: ServiceCall) -> ServiceResponse:
    """Return a playlist as a list that other programs read."""
    entry, playlist_id = require_playlist(call)
    with translated_errors():
        report = await entry.runtime_data.pipeline.playlists.export(
            playlist_id,
            EXPORT_FORMATS[call.data[ATTR_FORMAT]],
            is_file=call.data[ATTR_WRITE_FILE],
        )
    return {
        "name": report.playlist.name,
        "format": call.data[ATTR_FORMAT],
        "tracks": report.tracks,
        "owned": report.owned,
        "path": report.path,
        "content": report.text,
    }


async def async_delete_list(call: ServiceCall) -> ServiceResponse:
    """Forget an imported list; tracks and files stay."""
    entry = find_entry(call)
    with translated_errors():
        await entry.runtime_data.pipeline.playlists.delete_list(call.data[ATTR_PLAYLIST])
        await entry.runtime_data.playlists.async_reread()
    return {"deleted": call.data[ATTR_PLAYLIST]}


def _configure(call: ServiceCall, entry: SoulSpotConfigEntry, playlist: Playlist) -> None:
    """Add the subentry of an imported playlist."""
    chosen = given(call.data, **{CONF_QUALITY: CONF_QUALITY})
    call.hass.config_entries.async_add_subentry(
        entry,
        ConfigSubentry(
            data=MappingProxyType(
                {
                    CONF_PLAYLIST_ID: playlist.spotify_id,
                    CONF_AUTOMATIC_DOWNLOAD: call.data[CONF_AUTOMATIC_DOWNLOAD],
                    **chosen,
                }
            ),
            subentry_type=SUBENTRY_PLAYLIST,
            title=playlist.name,
            unique_id=playlist.spotify_id,
        ),
    )
