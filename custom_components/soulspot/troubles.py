"""Show as repairs what only a person can put right, and take it back when it is over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_call_later

from .const import CONF_LIBRARY, DOMAIN
from .coordinator import SoulSpotConfigEntry
from .engine.model import Reason
from .engine.slskd.models import Support
from .engine.slskd.parsing import parse_version
from .engine.slskd.versions import FULL_VERSION, MINIMUM_VERSION, features_of
from .engine.views import Trouble
from .issues import playlist_mark

# slskd logs in again by itself; after so long it has given up or somebody else uses the account.
_PATIENCE_WITH_LOGIN = timedelta(minutes=10)
_LIBRARY_ISSUES = {
    "disk_full": "library_full",
    "folder_not_writable": "library_not_writable",
    "folder_not_readable": "library_not_readable",
}
_PLAYLIST_ISSUES = {
    "spotify_playlist_forbidden": "playlist_forbidden",
    "spotify_playlist_not_found": "playlist_gone",
    "spotify_owned_playlist": "playlist_of_spotify",
}


@dataclass(frozen=True, slots=True)
class _Issue:
    """Hold one thing to be shown; `about` tells issues of one kind apart."""

    key: str
    about: str
    placeholders: tuple[tuple[str, str], ...]
    severity: ir.IssueSeverity = ir.IssueSeverity.WARNING


@callback
def async_watch_troubles(hass: HomeAssistant, entry: SoulSpotConfigEntry) -> None:
    """Keep the repairs of an entry up to date until it unloads."""
    watch = _Troubles(hass, entry)
    data = entry.runtime_data
    for coordinator in (data.downloads, data.playlists):
        entry.async_on_unload(coordinator.async_add_listener(watch.async_update))
    entry.async_on_unload(watch.async_clear)
    watch.async_update()


class _Troubles:
    """Compare what is wrong with what is shown."""

    def __init__(self, hass: HomeAssistant, entry: SoulSpotConfigEntry) -> None:
        """Begin with nothing shown."""
        self._hass = hass
        self._entry = entry
        self._shown: dict[str, _Issue] = {}
        self._stop_waiting: CALLBACK_TYPE | None = None
        self._is_over = False  # The patience with a slskd that is logged out.

    @callback
    def async_update(self) -> None:
        """Show what is new, and take back what is over."""
        present = {self._id(issue): issue for issue in self._find()}
        for issue_id in self._shown.keys() - present.keys():
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
        for issue_id, issue in present.items():
            if self._shown.get(issue_id) != issue:
                ir.async_create_issue(
                    self._hass,
                    DOMAIN,
                    issue_id,
                    is_fixable=False,
                    severity=issue.severity,
                    translation_key=issue.key,
                    translation_placeholders=dict(issue.placeholders),
                )
        self._shown = present

    @callback
    def async_clear(self) -> None:
        """Take everything back."""
        self._forget_login()
        for issue_id in self._shown:
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
        self._shown = {}

    def _id(self, issue: _Issue) -> str:
        """Return the id of an issue."""
        return f"{issue.key}_{self._entry.entry_id}_{issue.about}".rstrip("_")

    def _find(self) -> Iterator[_Issue]:
        """Yield what is wrong now."""
        queue = self._entry.runtime_data.downloads.data
        account = ("account", self._entry.title)
        if queue.library is not None:
            yield self._library_issue(queue.library)
        if queue.slskd_disk is not None:
            yield _Issue("slskd_cannot_write", "", (account,), ir.IssueSeverity.ERROR)
        if self._is_logged_out_for_long(queue.slskd.trouble):
            yield _Issue("slskd_not_logged_in", "", (account,), ir.IssueSeverity.ERROR)
        if queue.slskd.trouble is Trouble.FAILED:
            yield _Issue("slskd_answers_badly", "", (account,), ir.IssueSeverity.ERROR)
        version = parse_version(queue.slskd.version)
        support = features_of(version).support if version is not None else Support.FULL
        told = (account, ("version", str(version)))
        if support is Support.UNSUPPORTED:
            minimum = ("minimum", str(MINIMUM_VERSION))
            yield _Issue("slskd_too_old", "", (*told, minimum), ir.IssueSeverity.ERROR)
        elif support is Support.TOLERATED:
            yield _Issue("slskd_old", "", (*told, ("minimum", str(FULL_VERSION))))
        for spotify_id, snapshot in self._entry.runtime_data.playlists.data.playlists.items():
            error = snapshot.playlist.error
            key = _PLAYLIST_ISSUES.get(error.key) if error else None
            if key is not None:
                name = snapshot.playlist.name or spotify_id
                yield _Issue(key, playlist_mark(spotify_id), (account, ("playlist", name)))

    def _library_issue(self, reason: Reason) -> _Issue:
        """Return what to show about the library folder."""
        folder = str(self._entry.data.get(CONF_LIBRARY, ""))
        return _Issue(
            _LIBRARY_ISSUES.get(reason.key, "library_away"),
            "",
            (("account", self._entry.title), ("folder", folder)),
            ir.IssueSeverity.ERROR,
        )

    def _is_logged_out_for_long(self, trouble: Trouble) -> bool:
        """Tell whether slskd has been without Soulseek for longer than it takes to come back."""
        if trouble is not Trouble.NOT_LOGGED_IN:
            self._forget_login()
        elif self._stop_waiting is None and not self._is_over:
            self._stop_waiting = async_call_later(
                self._hass, _PATIENCE_WITH_LOGIN, self._async_lose_patience
            )
        return self._is_over

    @callback
    def _async_lose_patience(self, _now: datetime) -> None:
        """Show that slskd does not come back by itself."""
        self._stop_waiting = None
        self._is_over = True
        self.async_update()

    def _forget_login(self) -> None:
        """Wait for nothing any more."""
        self._is_over = False
        if self._stop_waiting is not None:
            self._stop_waiting()
            self._stop_waiting = None
