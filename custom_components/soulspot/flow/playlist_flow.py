"""Add a playlist to an account, and change what is done with it."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentryData,
    ConfigSubentryFlow,
    SubentryFlowResult,
)

from ..const import (
    CONF_AUTOMATIC_DOWNLOAD,
    CONF_PLAYLIST_ID,
    CONF_QUALITY,
    CONF_REMOVAL,
    CONF_REMOVAL_GRACE_DAYS,
    CONF_SPOTIFY_USER_ID,
    SUBENTRY_PLAYLIST,
)
from ..coordinator import SoulSpotConfigEntry
from ..engine.errors import InputError, SoulSpotError
from ..engine.model import PlaylistSummary, RemovalPolicy
from ..engine.settings import DEFAULT_GRACE_DAYS
from ..engine.spotify.links import parse_playlist_link
from ..entry import find_playlist
from .schemas import (
    ACCOUNT_QUALITY,
    CONF_LINK,
    CONF_PLAYLIST,
    PLAYLIST_OPTIONS_SCHEMA,
    add_playlist_schema,
    with_liked_songs,
)
from .validation import FormError, async_playlist_error, readable_playlists, require_readable


class PlaylistFlowHandler(ConfigSubentryFlow):
    """Handle the subentry of one playlist."""

    _choices: tuple[PlaylistSummary, ...] | None = None

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Take a playlist from the list or by its link."""
        entry: SoulSpotConfigEntry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        problem = FormError()
        if self._choices is None:
            self._choices, problem = await self._async_choices(entry)
        if user_input is not None:
            try:
                summary = await self._async_chosen(entry, user_input)
            except SoulSpotError as error:
                problem = await async_playlist_error(self.hass, error)
            else:
                if find_playlist(entry, summary.spotify_id):
                    return self.async_abort(reason="already_configured")
                data = playlist_data(summary, user_input)
                return self.async_create_entry(
                    title=data["title"], data=data["data"], unique_id=data["unique_id"]
                )
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(
                add_playlist_schema(self._choices), user_input
            ),
            errors=problem.errors,
            description_placeholders=problem.placeholders,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change quality, automatic download, and what is done about removed tracks."""
        subentry = self._get_reconfigure_subentry()
        if user_input is not None:
            return self.async_update_and_abort(
                self._get_entry(),
                subentry,
                data={
                    CONF_PLAYLIST_ID: subentry.data[CONF_PLAYLIST_ID],
                    **_options(user_input),
                },
            )
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                PLAYLIST_OPTIONS_SCHEMA,
                {CONF_QUALITY: ACCOUNT_QUALITY, **subentry.data},
            ),
            description_placeholders={"playlist": subentry.title},
        )

    async def _async_choices(
        self, entry: SoulSpotConfigEntry
    ) -> tuple[tuple[PlaylistSummary, ...], FormError]:
        """List what can be added; a link can be pasted even when Spotify gives no list."""
        problem = FormError()
        user_id = entry.data[CONF_SPOTIFY_USER_ID]
        try:
            playlists = await entry.runtime_data.pipeline.playlists.list_spotify()
        except SoulSpotError as error:
            playlists, problem = (), await async_playlist_error(self.hass, error)
        return tuple(
            playlist
            for playlist in with_liked_songs(readable_playlists(playlists, user_id))
            if not find_playlist(entry, playlist.spotify_id)
        ), problem

    async def _async_chosen(
        self, entry: SoulSpotConfigEntry, user_input: Mapping[str, Any]
    ) -> PlaylistSummary:
        """Return the playlist that was picked or pasted; raises the engine's errors."""
        link = user_input.get(CONF_LINK) or user_input.get(CONF_PLAYLIST)
        if not link:
            raise InputError("nothing_chosen")
        playlist_id = parse_playlist_link(link)
        for choice in self._choices or ():
            if choice.spotify_id == playlist_id:
                return choice
        summary = await entry.runtime_data.pipeline.playlists.describe(playlist_id)
        require_readable(summary, entry.data[CONF_SPOTIFY_USER_ID])
        return summary


def playlist_data(summary: PlaylistSummary, user_input: Mapping[str, Any]) -> ConfigSubentryData:
    """Return the subentry of a playlist."""
    return ConfigSubentryData(
        data={CONF_PLAYLIST_ID: summary.spotify_id, **_options(user_input)},
        subentry_type=SUBENTRY_PLAYLIST,
        title=summary.name,
        unique_id=summary.spotify_id,
    )


def _options(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the chosen options; what is as usual is stored as none of its own."""
    quality = user_input.get(CONF_QUALITY, ACCOUNT_QUALITY)
    chosen: dict[str, Any] = {} if quality == ACCOUNT_QUALITY else {CONF_QUALITY: quality}
    removal = user_input.get(CONF_REMOVAL, RemovalPolicy.UNLIST)
    if removal != RemovalPolicy.UNLIST:
        chosen[CONF_REMOVAL] = removal
    grace = int(user_input.get(CONF_REMOVAL_GRACE_DAYS, DEFAULT_GRACE_DAYS))
    if grace != DEFAULT_GRACE_DAYS:
        chosen[CONF_REMOVAL_GRACE_DAYS] = grace
    return {
        CONF_AUTOMATIC_DOWNLOAD: user_input.get(CONF_AUTOMATIC_DOWNLOAD, True),
        **chosen,
    }
