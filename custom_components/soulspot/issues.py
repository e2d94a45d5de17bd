"""Raise what the user should see to before it becomes trouble."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .const import CONF_CONSENTED_AT, DOMAIN

# Since 2026 Spotify ends every login six months after the consent, however often it was refreshed.
LOGIN_LIFETIME = timedelta(days=182)
REMIND_BEFORE = timedelta(days=14)


@callback
def async_watch_login(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Remind of the end of the Spotify login in time; a fresh login takes the reminder away."""
    async_forget_login(hass, entry)
    if CONF_CONSENTED_AT not in entry.data:
        return
    end = dt_util.utc_from_timestamp(entry.data[CONF_CONSENTED_AT]) + LOGIN_LIFETIME

    @callback
    def remind(_now: datetime) -> None:
        """Show the reminder."""
        ir.async_create_issue(
            hass,
            DOMAIN,
            _issue_id(entry),
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key="login_ends",
            translation_placeholders={
                "account": entry.title,
                "date": dt_util.as_local(end).date().isoformat(),
            },
        )

    if dt_util.utcnow() >= end - REMIND_BEFORE:
        remind(dt_util.utcnow())
    else:
        entry.async_on_unload(async_track_point_in_utc_time(hass, remind, end - REMIND_BEFORE))


@callback
def async_forget_login(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Take the reminder away."""
    ir.async_delete_issue(hass, DOMAIN, _issue_id(entry))


def _issue_id(entry: ConfigEntry) -> str:
    """Return the id of an entry's reminder."""
    return f"login_ends_{entry.entry_id}"


@callback
def async_show_shrunk_playlists(
    hass: HomeAssistant, entry: ConfigEntry, held: Mapping[str, int], names: Mapping[str, str]
) -> None:
    """Ask about the playlists that suddenly lost most of their tracks; `held` counts those by playlist."""
    prefix = f"playlist_shrunk_{entry.entry_id}_"
    known = {key for domain, key in ir.async_get(hass).issues if domain == DOMAIN}
    shown = {prefix + playlist_mark(playlist_id): playlist_id for playlist_id in held}
    for issue_id in known - shown.keys():
        if issue_id.startswith(prefix):
            ir.async_delete_issue(hass, DOMAIN, issue_id)
    for issue_id, playlist_id in shown.items():
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            data={"entry_id": entry.entry_id, "playlist_id": playlist_id},
            is_fixable=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key="playlist_shrunk",
            translation_placeholders={
                "account": entry.title,
                "playlist": names.get(playlist_id, playlist_id),
                "count": str(held[playlist_id]),
            },
        )


def playlist_mark(playlist_id: str) -> str:
    """Return what tells a playlist apart but does not name it: diagnostics show the ids of issues."""
    return sha256(playlist_id.encode()).hexdigest()[:16]
