"""Describe the forms of the flows."""

from collections.abc import Iterable

from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio

from ..const import (
    CONF_ACOUSTID_KEY,
    CONF_ADVANCED,
    CONF_AUTOMATIC_DOWNLOAD,
    CONF_KEEP_SOURCE,
    CONF_LIBRARY,
    CONF_LOCAL_DOWNLOADS,
    CONF_MUSICBRAINZ_ADDRESS,
    CONF_MUSICBRAINZ_PACE,
    CONF_PATH_TEMPLATE,
    CONF_QUALITY,
    CONF_RECYCLE_BIN_DAYS,
    CONF_REMOVAL,
    CONF_REMOVAL_GRACE_DAYS,
    CONF_SLSKD_ADDRESS,
    CONF_SLSKD_API_KEY,
    CONF_SLSKD_DOWNLOADS,
    CONF_SLSKD_VERIFY_CERTIFICATE,
    CONF_UPGRADES,
    CONF_WEBHOOK,
    CONF_WEBHOOK_LOCAL_ONLY,
)
from ..engine.model import LIKED_SONGS_ID, PlaylistSummary, Quality, RemovalPolicy, UpgradePolicy
from ..engine.musicbrainz.mirror import FASTEST_PACE, SLOWEST_PACE
from ..engine.settings import DEFAULT_GRACE_DAYS, DEFAULT_RECYCLE_BIN_DAYS, DEFAULT_TEMPLATE

CONF_PLAYLISTS = "playlists"
CONF_PLAYLIST = "playlist"
CONF_LINK = "link"
ACCOUNT_QUALITY = "account"
LIKED_SONGS_NAME = "Liked Songs"

_DAYS = NumberSelector(NumberSelectorConfig(min=0, max=3650, step=1, mode=NumberSelectorMode.BOX))
_PASSWORD = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off"))

SLSKD_SCHEMA = probatio.Schema(
    {
        probatio.Required(CONF_SLSKD_ADDRESS): TextSelector(
            TextSelectorConfig(type=TextSelectorType.URL, autocomplete="off")
        ),
        probatio.Optional(CONF_SLSKD_API_KEY): _PASSWORD,
        probatio.Required(CONF_SLSKD_VERIFY_CERTIFICATE, default=True): BooleanSelector(),
    }
)

SLSKD_KEY_SCHEMA = probatio.Schema({probatio.Required(CONF_SLSKD_API_KEY): _PASSWORD})

FOLDERS_SCHEMA = probatio.Schema(
    {
        probatio.Optional(CONF_SLSKD_DOWNLOADS): TextSelector(),
        probatio.Optional(CONF_LOCAL_DOWNLOADS): TextSelector(),
        probatio.Optional(CONF_LIBRARY): TextSelector(),
    }
)

WEBHOOK_SCHEMA = probatio.Schema(
    {probatio.Required(CONF_WEBHOOK_LOCAL_ONLY, default=True): BooleanSelector()}
)

_PLAYLIST_FIELDS = {
    probatio.Required(CONF_QUALITY, default=ACCOUNT_QUALITY): SelectSelector(
        SelectSelectorConfig(
            options=[ACCOUNT_QUALITY, *(quality.value for quality in Quality)],
            mode=SelectSelectorMode.DROPDOWN,
            translation_key="playlist_quality",
        )
    ),
    probatio.Required(CONF_AUTOMATIC_DOWNLOAD, default=True): BooleanSelector(),
    probatio.Required(CONF_REMOVAL, default=RemovalPolicy.UNLIST.value): SelectSelector(
        SelectSelectorConfig(
            options=[policy.value for policy in RemovalPolicy],
            mode=SelectSelectorMode.DROPDOWN,
            translation_key=CONF_REMOVAL,
        )
    ),
    probatio.Required(CONF_REMOVAL_GRACE_DAYS, default=DEFAULT_GRACE_DAYS): _DAYS,
}

PLAYLIST_OPTIONS_SCHEMA = probatio.Schema(_PLAYLIST_FIELDS)


def options_schema(*, shows_advanced: bool = False) -> probatio.Schema:
    """Return the form of the options; its advanced part is open when there is something to see."""
    return probatio.Schema(
        {
            probatio.Required(CONF_QUALITY, default=Quality.BEST.value): SelectSelector(
                SelectSelectorConfig(
                    options=[quality.value for quality in Quality],
                    mode=SelectSelectorMode.DROPDOWN,
                    translation_key=CONF_QUALITY,
                )
            ),
            probatio.Required(CONF_PATH_TEMPLATE, default=DEFAULT_TEMPLATE): TextSelector(),
            probatio.Required(CONF_KEEP_SOURCE, default=True): BooleanSelector(),
            probatio.Required(CONF_UPGRADES, default=UpgradePolicy.NEVER.value): SelectSelector(
                SelectSelectorConfig(
                    options=[policy.value for policy in UpgradePolicy],
                    mode=SelectSelectorMode.DROPDOWN,
                    translation_key=CONF_UPGRADES,
                )
            ),
            probatio.Required(CONF_RECYCLE_BIN_DAYS, default=DEFAULT_RECYCLE_BIN_DAYS): _DAYS,
            probatio.Optional(CONF_WEBHOOK): BooleanSelector(),
            probatio.Optional(CONF_ADVANCED): section(
                probatio.Schema(
                    {
                        probatio.Optional(CONF_ACOUSTID_KEY): _PASSWORD,
                        probatio.Optional(CONF_MUSICBRAINZ_ADDRESS): TextSelector(
                            TextSelectorConfig(type=TextSelectorType.URL, autocomplete="off")
                        ),
                        probatio.Optional(CONF_MUSICBRAINZ_PACE): NumberSelector(
                            NumberSelectorConfig(
                                min=FASTEST_PACE,
                                max=SLOWEST_PACE,
                                step="any",
                                unit_of_measurement="s",
                                mode=NumberSelectorMode.BOX,
                            )
                        ),
                    }
                ),
                {"collapsed": not shows_advanced},
            ),
        }
    )


def playlists_schema(choices: Iterable[PlaylistSummary]) -> probatio.Schema:
    """Return the form that picks the first playlists."""
    return probatio.Schema(
        {
            probatio.Optional(CONF_PLAYLISTS, default=list): _playlist_selector(
                choices, multiple=True
            )
        }
    )


def add_playlist_schema(choices: Iterable[PlaylistSummary]) -> probatio.Schema:
    """Return the form that adds one playlist."""
    return probatio.Schema(
        {
            probatio.Optional(CONF_PLAYLIST): _playlist_selector(choices, multiple=False),
            probatio.Optional(CONF_LINK): TextSelector(),
            **_PLAYLIST_FIELDS,
        }
    )


def _playlist_selector(choices: Iterable[PlaylistSummary], *, multiple: bool) -> SelectSelector:
    """Return a list of playlists; the Liked Songs have a translated name."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[
                SelectOptionDict(value=choice.spotify_id, label=choice.name) for choice in choices
            ],
            multiple=multiple,
            mode=SelectSelectorMode.DROPDOWN,
            translation_key=CONF_PLAYLIST,
        )
    )


def with_liked_songs(
    playlists: Iterable[PlaylistSummary],
) -> tuple[PlaylistSummary, ...]:
    """Put the Liked Songs in front of the playlists."""
    liked_songs = PlaylistSummary(spotify_id=LIKED_SONGS_ID, name=LIKED_SONGS_NAME)
    return (liked_songs, *playlists)
