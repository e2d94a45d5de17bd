"""Read a config entry into what the engine works with."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_TOKEN
from homeassistant.core import HomeAssistant
from yarl import URL

from .const import (
    CONF_ACOUSTID_KEY,
    CONF_ADVANCED,
    CONF_AUTOMATIC_DOWNLOAD,
    CONF_KEEP_SOURCE,
    CONF_LIBRARY,
    CONF_LOCAL_DOWNLOADS,
    CONF_MUSICBRAINZ_ADDRESS,
    CONF_MUSICBRAINZ_PACE,
    CONF_PATH_TEMPLATE,
    CONF_PLAYLIST_ID,
    CONF_QUALITY,
    CONF_RECYCLE_BIN_DAYS,
    CONF_REMOVAL,
    CONF_REMOVAL_GRACE_DAYS,
    CONF_SLSKD_ADDRESS,
    CONF_SLSKD_API_KEY,
    CONF_SLSKD_DOWNLOADS,
    CONF_SLSKD_VERIFY_CERTIFICATE,
    CONF_UPGRADES,
    DOMAIN,
    SUBENTRY_PLAYLIST,
)
from .engine.model import Quality, RemovalPolicy, UpgradePolicy
from .engine.musicbrainz.lane import PACE
from .engine.musicbrainz.mirror import normalise_mirror
from .engine.settings import (
    DEFAULT_GRACE_DAYS,
    DEFAULT_RECYCLE_BIN_DAYS,
    DEFAULT_TEMPLATE,
    Endpoints,
    PipelineSettings,
    PlaylistOptions,
)


@dataclass(frozen=True, slots=True)
class EntrySnapshot:
    """Hold everything of an entry that matters while it runs; the token does not."""

    connection: tuple[tuple[str, Any], ...]
    options: tuple[tuple[str, Any], ...]
    playlists: tuple[tuple[str, str, PlaylistOptions], ...]

    @classmethod
    def of(cls, entry: ConfigEntry) -> Self:
        """Take the snapshot."""
        connection = {key: value for key, value in entry.data.items() if key != CONF_TOKEN}
        return cls(
            connection=tuple(sorted(connection.items())),
            options=tuple(sorted(entry.options.items())),
            playlists=tuple(
                (subentry.subentry_id, subentry.title, options_of(subentry))
                for subentry in entry.get_subentries_of_type(SUBENTRY_PLAYLIST)
            ),
        )

    def needs_reload_after(self, earlier: Self) -> bool:
        """Tell whether the pipeline must be built anew."""
        return (self.connection, self.options) != (
            earlier.connection,
            earlier.options,
        )


def database_path(hass: HomeAssistant, entry: ConfigEntry) -> Path:
    """Return the database file of an entry."""
    return Path(hass.config.path(DOMAIN, f"{entry.entry_id}.db"))


def pipeline_settings(
    hass: HomeAssistant, entry: ConfigEntry, endpoints: Endpoints, version: str
) -> PipelineSettings:
    """Return the settings of an entry's pipeline."""
    data, options = entry.data, entry.options
    advanced = options.get(CONF_ADVANCED, {})
    return PipelineSettings(
        database=database_path(hass, entry),
        version=version,
        slskd_address=URL(data[CONF_SLSKD_ADDRESS]),
        slskd_api_key=data.get(CONF_SLSKD_API_KEY),
        slskd_verify_certificate=data[CONF_SLSKD_VERIFY_CERTIFICATE],
        slskd_downloads=data.get(CONF_SLSKD_DOWNLOADS),
        local_downloads=_path(data.get(CONF_LOCAL_DOWNLOADS)),
        library=_path(data.get(CONF_LIBRARY)),
        quality=Quality(options.get(CONF_QUALITY, Quality.BEST)),
        path_template=options.get(CONF_PATH_TEMPLATE, DEFAULT_TEMPLATE),
        keep_source=options.get(CONF_KEEP_SOURCE, True),
        recycle_bin_days=int(options.get(CONF_RECYCLE_BIN_DAYS, DEFAULT_RECYCLE_BIN_DAYS)),
        upgrades=UpgradePolicy(options.get(CONF_UPGRADES, UpgradePolicy.NEVER)),
        acoustid_key=advanced.get(CONF_ACOUSTID_KEY),
        endpoints=_with_mirror(endpoints, advanced.get(CONF_MUSICBRAINZ_ADDRESS)),
        musicbrainz_pace=advanced.get(CONF_MUSICBRAINZ_PACE, PACE),
    )


def playlist_options(entry: ConfigEntry) -> dict[str, PlaylistOptions]:
    """Return the configured playlists by their Spotify id."""
    return {
        subentry.data[CONF_PLAYLIST_ID]: options_of(subentry)
        for subentry in entry.get_subentries_of_type(SUBENTRY_PLAYLIST)
    }


def options_of(subentry: ConfigSubentry) -> PlaylistOptions:
    """Return what the user chose for one playlist."""
    quality = subentry.data.get(CONF_QUALITY)
    return PlaylistOptions(
        quality=Quality(quality) if quality else None,
        automatic_download=subentry.data.get(CONF_AUTOMATIC_DOWNLOAD, True),
        removal=RemovalPolicy(subentry.data.get(CONF_REMOVAL, RemovalPolicy.UNLIST)),
        removal_grace_days=int(subentry.data.get(CONF_REMOVAL_GRACE_DAYS, DEFAULT_GRACE_DAYS)),
    )


def find_playlist(entry: ConfigEntry, playlist_id: str) -> ConfigSubentry | None:
    """Return the subentry of a playlist, None when it is not configured."""
    return next(
        (
            subentry
            for subentry in entry.get_subentries_of_type(SUBENTRY_PLAYLIST)
            if subentry.data[CONF_PLAYLIST_ID] == playlist_id
        ),
        None,
    )


def _with_mirror(endpoints: Endpoints, mirror: str | None) -> Endpoints:
    """Return the addresses with another MusicBrainz, when there is one."""
    return replace(endpoints, musicbrainz=normalise_mirror(mirror)) if mirror else endpoints


def _path(text: str | None) -> Path | None:
    """Return a folder, None for an empty field."""
    return Path(text) if text else None
