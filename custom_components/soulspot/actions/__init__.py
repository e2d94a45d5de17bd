"""Register the actions, which find their account only when they are called."""

from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
import probatio

from ..const import DOMAIN
from . import choices, library, metadata, playlists, tracks


class _Action(NamedTuple):
    """Hold what Home Assistant needs to know of an action."""

    handler: Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]
    schema: probatio.Schema
    response: SupportsResponse = SupportsResponse.OPTIONAL


_ACTIONS = {
    "import_playlist": _Action(playlists.async_import_playlist, playlists.IMPORT_PLAYLIST_SCHEMA),
    "import_list": _Action(playlists.async_import_list, playlists.IMPORT_LIST_SCHEMA),
    "sync_playlist": _Action(playlists.async_sync_playlist, playlists.SYNC_PLAYLIST_SCHEMA),
    "download_missing": _Action(
        playlists.async_download_missing, playlists.DOWNLOAD_MISSING_SCHEMA
    ),
    "get_playlist": _Action(
        playlists.async_get_playlist,
        playlists.GET_PLAYLIST_SCHEMA,
        SupportsResponse.ONLY,
    ),
    "export_playlist": _Action(
        playlists.async_export_playlist,
        playlists.EXPORT_PLAYLIST_SCHEMA,
        SupportsResponse.ONLY,
    ),
    "delete_list": _Action(playlists.async_delete_list, playlists.DELETE_LIST_SCHEMA),
    "search": _Action(tracks.async_search, tracks.SEARCH_SCHEMA, SupportsResponse.ONLY),
    "download_track": _Action(tracks.async_download_track, tracks.DOWNLOAD_TRACK_SCHEMA),
    "enrich_metadata": _Action(metadata.async_enrich_metadata, metadata.ENRICH_METADATA_SCHEMA),
    "choose_metadata": _Action(metadata.async_choose_metadata, metadata.CHOOSE_METADATA_SCHEMA),
    "get_track": _Action(choices.async_get_track, choices.GET_TRACK_SCHEMA, SupportsResponse.ONLY),
    "choose_candidate": _Action(choices.async_choose_candidate, choices.CHOOSE_CANDIDATE_SCHEMA),
    "cancel_download": _Action(choices.async_cancel_download, choices.CANCEL_DOWNLOAD_SCHEMA),
    "retry_download": _Action(choices.async_retry_download, choices.RETRY_DOWNLOAD_SCHEMA),
    "ignore_track": _Action(choices.async_ignore_track, choices.IGNORE_TRACK_SCHEMA),
    "get_recycle_bin": _Action(
        library.async_get_recycle_bin,
        library.GET_RECYCLE_BIN_SCHEMA,
        SupportsResponse.ONLY,
    ),
    "restore_track": _Action(library.async_restore_track, library.RESTORE_TRACK_SCHEMA),
    "get_queue": _Action(tracks.async_get_queue, tracks.GET_QUEUE_SCHEMA, SupportsResponse.ONLY),
}


@callback
def async_setup_actions(hass: HomeAssistant) -> None:
    """Register every action."""
    for name, action in _ACTIONS.items():
        hass.services.async_register(
            DOMAIN,
            name,
            action.handler,
            schema=action.schema,
            supports_response=action.response,
        )
