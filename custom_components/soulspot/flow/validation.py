"""Try what the user entered, and say which field is wrong."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
import os
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from yarl import URL

from ..api import FreshTokenProvider
from ..const import (
    CONF_LIBRARY,
    CONF_LOCAL_DOWNLOADS,
    CONF_SLSKD_ADDRESS,
    CONF_SLSKD_API_KEY,
    CONF_SLSKD_DOWNLOADS,
    CONF_SLSKD_VERIFY_CERTIFICATE,
)
from ..engine.errors import InputError, PermissionDeniedError, Service, SoulSpotError, StorageError
from ..engine.http import HttpClient
from ..engine.library.storage import check_folder
from ..engine.model import PlaylistSummary
from ..engine.ports import SystemClock
from ..engine.settings import Endpoints
from ..engine.slskd.addresses import normalise_address
from ..engine.slskd.client import SlskdClient
from ..engine.slskd.folder_test import folder_self_test
from ..engine.slskd.models import ServerStatus
from ..engine.slskd.paths import FolderMapping
from ..engine.slskd.probe import probe
from ..engine.spotify.client import SpotifyClient
from ..engine.spotify.guard import RequestGuard
from ..engine.spotify.models import SpotifyAccount
from ..texts import async_get_sentences
from .schemas import CONF_LINK, CONF_PLAYLIST

_BASE = "base"
_SPOTIFY_PACE = 0.25  # seconds; a flow sends a handful of requests

_SLSKD_FIELDS = {
    "invalid_url": CONF_SLSKD_ADDRESS,
    "cannot_connect": CONF_SLSKD_ADDRESS,
    "timed_out": CONF_SLSKD_ADDRESS,
    "not_slskd": CONF_SLSKD_ADDRESS,
    "wrong_base_path": CONF_SLSKD_ADDRESS,
    "redirected": CONF_SLSKD_ADDRESS,
    "service_unavailable": CONF_SLSKD_ADDRESS,
    "relay_agent": CONF_SLSKD_ADDRESS,
    "proxy_requires_login": CONF_SLSKD_ADDRESS,
    "tls_failed": CONF_SLSKD_ADDRESS,
    "certificate_failed": CONF_SLSKD_VERIFY_CERTIFICATE,
    "invalid_auth": CONF_SLSKD_API_KEY,
    "permission_denied": CONF_SLSKD_API_KEY,
    "too_old": _BASE,
    "not_logged_in": _BASE,
}

_FOLDER_FIELDS = {
    "slskd_folder_missing": CONF_SLSKD_DOWNLOADS,
    "local_folder_missing": CONF_LOCAL_DOWNLOADS,
    "downloads_folder_not_visible": CONF_LOCAL_DOWNLOADS,
    "downloads_folder_mismatch": CONF_LOCAL_DOWNLOADS,
    "folder_not_absolute": CONF_LIBRARY,
    "folder_missing": CONF_LIBRARY,
    "not_a_folder": CONF_LIBRARY,
    "folder_not_readable": CONF_LIBRARY,
    "folder_not_writable": CONF_LIBRARY,
    "disk_full": CONF_LIBRARY,
    "folders_overlap": CONF_LIBRARY,
}

_PLAYLIST_FIELDS = {
    "nothing_chosen": _BASE,
    "invalid_link": CONF_LINK,
    "short_link": CONF_LINK,
    "not_a_playlist": CONF_LINK,
    "spotify_playlist_forbidden": _BASE,
    "spotify_playlist_not_found": _BASE,
    "spotify_owned_playlist": _BASE,
}

_SPOTIFY_ABORTS = frozenset(
    {
        "cannot_connect",
        "timed_out",
        "service_unavailable",
        "rate_limited",
        "quota_exceeded",
        "spotify_login_needed",
        "spotify_premium_required",
        "spotify_scope_missing",
        "spotify_user_not_registered",
    }
)
_OTHER_FAILURE = "other_failure"


@dataclass(frozen=True, slots=True)
class FormError:
    """Hold what a form shows as wrong."""

    errors: dict[str, str] = field(default_factory=dict)
    placeholders: dict[str, str] = field(default_factory=dict)


def without_blanks(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers without the blanks and line ends that come along with pasted text."""
    return {name: _without_blanks(value) for name, value in user_input.items()}


def _without_blanks(value: Any) -> Any:
    """Return one answer so; a section of the form holds answers of its own."""
    if isinstance(value, Mapping):
        return without_blanks(value)
    return value.strip() if isinstance(value, str) else value


async def async_slskd_error(
    hass: HomeAssistant, error: SoulSpotError, fields: Collection[str] | None = None
) -> FormError:
    """Return the error of the slskd form; `fields` names those that the form has."""
    return await _async_form_error(hass, error, _SLSKD_FIELDS, fields)


async def async_folder_error(hass: HomeAssistant, error: SoulSpotError) -> FormError:
    """Return the error of the folder form."""
    known = {**_SLSKD_FIELDS, **_FOLDER_FIELDS}
    return await _async_form_error(hass, error, known, _FOLDER_FIELDS.values())


async def async_playlist_error(hass: HomeAssistant, error: SoulSpotError) -> FormError:
    """Return the error of the forms that pick playlists."""
    if error.translation_key.startswith("link_is_"):
        error = InputError("not_a_playlist")
    return await _async_form_error(hass, error, _PLAYLIST_FIELDS, (CONF_LINK, CONF_PLAYLIST))


async def async_spotify_abort(
    hass: HomeAssistant, error: SoulSpotError
) -> tuple[str, dict[str, str]]:
    """Return why a login cannot be used, and the placeholders of the text."""
    if error.translation_key in _SPOTIFY_ABORTS:
        return error.translation_key, error.placeholders
    return _OTHER_FAILURE, await _async_in_words(hass, error)


async def _async_form_error(
    hass: HomeAssistant,
    error: SoulSpotError,
    known: Mapping[str, str],
    fields: Iterable[str] | None,
) -> FormError:
    """Put the error beside its field when the form has it, else above the form."""
    place = known.get(error.translation_key)
    if place is None:
        return FormError({_BASE: _OTHER_FAILURE}, await _async_in_words(hass, error))
    if fields is not None and place not in fields:
        place = _BASE
    return FormError({place: error.translation_key}, error.placeholders)


async def _async_in_words(hass: HomeAssistant, error: SoulSpotError) -> dict[str, str]:
    """Return the sentence of an error that the flow has no text of its own for."""
    reason = error.reason
    return {"error": (await async_get_sentences(hass)).of(reason) or error.translation_key}


async def async_probe_slskd(hass: HomeAssistant, user_input: Mapping[str, Any]) -> ServerStatus:
    """Return the state of the slskd the user means; raises as the engine's probe."""
    address = normalise_address(user_input[CONF_SLSKD_ADDRESS])
    return await probe(
        _slskd_http(hass, address, user_input[CONF_SLSKD_VERIFY_CERTIFICATE]),
        user_input.get(CONF_SLSKD_API_KEY),
        SystemClock(),
        require_login=True,
    )


async def async_check_folders(
    hass: HomeAssistant, slskd: Mapping[str, Any], user_input: Mapping[str, Any]
) -> None:
    """Prove the folders that were entered; none at all means that nothing will be filed.

    Raises StorageError and InputError by the field that is wrong, and what slskd's client raises.
    """
    downloads: str = user_input.get(CONF_SLSKD_DOWNLOADS, "")
    local = user_input.get(CONF_LOCAL_DOWNLOADS)
    library = user_input.get(CONF_LIBRARY)
    if local and not downloads:
        raise InputError("slskd_folder_missing")
    if library and not local:
        raise InputError("local_folder_missing")
    if local:
        if not Path(local).is_absolute():
            raise StorageError("downloads_folder_not_visible", path=local)
        address = URL(slskd[CONF_SLSKD_ADDRESS])
        client = SlskdClient(
            _slskd_http(hass, address, slskd[CONF_SLSKD_VERIFY_CERTIFICATE]),
            slskd.get(CONF_SLSKD_API_KEY),
            SystemClock(),
        )
        mapping = FolderMapping(slskd_downloads=downloads, local_downloads=Path(local))
        await folder_self_test(client, mapping)
    if library and local:
        if not Path(library).is_absolute():
            raise InputError("folder_not_absolute", path=library)
        await hass.async_add_executor_job(_check_library, Path(library), Path(local))


def _check_library(library: Path, downloads: Path) -> None:
    """Raise unless the library can be written to and has no file in common with the downloads."""
    check_folder(library)
    filed, fresh = library.resolve(), downloads.resolve()
    # What slskd has just downloaded would count as filed music.
    if filed.is_relative_to(fresh) or fresh.is_relative_to(filed):
        raise InputError("folders_overlap")


async def async_spotify_account(hass: HomeAssistant, token: str) -> SpotifyAccount:
    """Return whose token this is; raises as the engine's client."""
    return await _spotify(hass, token).me()


async def async_list_playlists(
    hass: HomeAssistant, token: str, user_id: str
) -> tuple[PlaylistSummary, ...]:
    """Return the playlists that the user can import; raises as the engine's client."""
    return readable_playlists(await _spotify(hass, token).playlists(), user_id)


def readable_playlists(
    playlists: Iterable[PlaylistSummary], user_id: str
) -> tuple[PlaylistSummary, ...]:
    """Leave out the followed lists of others, which Spotify shows to nobody else since 2026."""
    return tuple(
        playlist
        for playlist in playlists
        if playlist.collaborative or playlist.owner_id in (None, user_id)
    )


def require_readable(playlist: PlaylistSummary, user_id: str) -> None:
    """Raise PermissionDeniedError for a list of somebody else: Spotify hides even its length."""
    if playlist.total is None and playlist.owner_id not in (None, user_id):
        raise PermissionDeniedError(Service.SPOTIFY, "spotify_playlist_forbidden")


def _spotify(hass: HomeAssistant, token: str) -> SpotifyClient:
    """Return a client for a fresh login."""
    return SpotifyClient(
        HttpClient(
            session=async_get_clientsession(hass),
            service=Service.SPOTIFY,
            base_url=Endpoints.from_environment(os.environ).spotify_api,
        ),
        FreshTokenProvider(token),
        RequestGuard(SystemClock(), pace=_SPOTIFY_PACE),
    )


def _slskd_http(hass: HomeAssistant, address: URL, verify: bool) -> HttpClient:
    """Return a client for an address that is being tried."""
    return HttpClient(
        session=async_get_clientsession(hass),
        service=Service.SLSKD,
        base_url=address,
        verify_certificate=verify,
    )
