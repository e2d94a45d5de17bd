"""Set up an account: Spotify's login, slskd, folders, and the first playlists."""

from collections.abc import Mapping
import logging
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigFlowResult,
    ConfigSubentryFlow,
)
from homeassistant.const import CONF_ACCESS_TOKEN, CONF_TOKEN
from homeassistant.core import callback
from homeassistant.helpers.config_entry_oauth2_flow import AbstractOAuth2FlowHandler
from homeassistant.util import dt as dt_util

from .const import (
    CONF_CONSENTED_AT,
    CONF_LIBRARY,
    CONF_LOCAL_DOWNLOADS,
    CONF_SERVICE,
    CONF_SLSKD_ADDRESS,
    CONF_SLSKD_API_KEY,
    CONF_SLSKD_DOWNLOADS,
    CONF_SLSKD_VERIFY_CERTIFICATE,
    CONF_SPOTIFY_USER_ID,
    DOMAIN,
    SERVICE_SLSKD,
    SPOTIFY_SCOPES,
    SUBENTRY_PLAYLIST,
)
from .engine.errors import Service, SoulSpotError, UnavailableError
from .engine.model import PlaylistSummary
from .engine.slskd.models import ServerStatus, StatusWarning
from .flow.options_flow import SoulSpotOptionsFlow
from .flow.playlist_flow import PlaylistFlowHandler, playlist_data
from .flow.schemas import (
    CONF_PLAYLISTS,
    FOLDERS_SCHEMA,
    SLSKD_KEY_SCHEMA,
    SLSKD_SCHEMA,
    options_schema,
    playlists_schema,
    with_liked_songs,
)
from .flow.validation import (
    FormError,
    async_check_folders,
    async_folder_error,
    async_list_playlists,
    async_playlist_error,
    async_probe_slskd,
    async_slskd_error,
    async_spotify_abort,
    async_spotify_account,
    without_blanks,
)

_SLSKD = (CONF_SLSKD_ADDRESS, CONF_SLSKD_API_KEY, CONF_SLSKD_VERIFY_CERTIFICATE)
_FOLDERS = (CONF_SLSKD_DOWNLOADS, CONF_LOCAL_DOWNLOADS, CONF_LIBRARY)


class SoulSpotFlowHandler(AbstractOAuth2FlowHandler, domain=DOMAIN):
    """Handle set-up, reauthentication and reconfiguration."""

    DOMAIN = DOMAIN
    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        """Start with nothing known."""
        super().__init__()
        self._data: dict[str, Any] = {}
        self._uses_spotify = False
        self._title = ""
        self._choices: tuple[PlaylistSummary, ...] = ()

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> SoulSpotOptionsFlow:
        """Return the flow that changes the options."""
        return SoulSpotOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Offer playlists to accounts that have Spotify."""
        if CONF_TOKEN not in config_entry.data:
            return {}
        return {SUBENTRY_PLAYLIST: PlaylistFlowHandler}

    @property
    @override
    def logger(self) -> logging.Logger:
        """Return where the login is logged."""
        return logging.getLogger(__name__)

    @property
    @override
    def extra_authorize_data(self) -> dict[str, Any]:
        """Ask for the right to read playlists; let the user choose the account."""
        return {"scope": " ".join(SPOTIFY_SCOPES), "show_dialog": "true"}

    # --- Spotify -----------------------------------------------------------------------------

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether Spotify is wanted."""
        return self.async_show_menu(
            step_id="user", menu_options=["with_spotify", "without_spotify"]
        )

    async def async_step_with_spotify(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Log in to Spotify first."""
        return await self.async_step_pick_implementation()

    async def async_step_without_spotify(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Go straight to slskd."""
        return await self.async_step_slskd()

    @override
    async def async_oauth_create_entry(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Find out who logged in, and go on with slskd."""
        token = data[CONF_TOKEN]
        granted = set(token.get("scope", "").split())
        if granted and not granted.issuperset(SPOTIFY_SCOPES):
            return self.async_abort(reason="missing_scopes")
        try:
            account = await async_spotify_account(self.hass, token[CONF_ACCESS_TOKEN])
        except SoulSpotError as error:
            reason, placeholders = await async_spotify_abort(self.hass, error)
            return self.async_abort(reason=reason, description_placeholders=placeholders)
        login = {
            **data,
            CONF_CONSENTED_AT: dt_util.utcnow().timestamp(),
            CONF_SPOTIFY_USER_ID: account.id,
        }
        if self.source in (SOURCE_REAUTH, SOURCE_RECONFIGURE):
            entry = self._entry_in_question()
            # Spotify added the second kind of id in 2026; either proves the account.
            if entry.unique_id not in (account.account_id, account.id):
                return self.async_abort(
                    reason="wrong_account",
                    description_placeholders={"account": entry.title},
                )
            return self._update(entry, login)
        await self.async_set_unique_id(account.unique_id)
        self._abort_if_unique_id_configured()
        self._data = login
        self._uses_spotify = True
        self._title = account.display_name or account.id
        return await self.async_step_slskd()

    # --- slskd -------------------------------------------------------------------------------

    async def async_step_slskd(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where slskd is, and try it."""
        problem = FormError()
        if user_input is not None:
            user_input = without_blanks(user_input)
            try:
                status = await async_probe_slskd(self.hass, user_input)
                if not self._uses_spotify:
                    await self._async_identify_by_slskd(status)
            except SoulSpotError as error:
                problem = await async_slskd_error(self.hass, error)
            else:
                return await self._async_accept_slskd(status, user_input)
        return self.async_show_form(
            step_id="slskd",
            data_schema=self.add_suggested_values_to_schema(SLSKD_SCHEMA, user_input or self._data),
            errors=problem.errors,
            description_placeholders=problem.placeholders,
        )

    async def _async_identify_by_slskd(self, status: ServerStatus) -> None:
        """Tell accounts without Spotify apart by their Soulseek login."""
        if status.username is None:
            raise UnavailableError(Service.SLSKD, "not_logged_in")
        await self.async_set_unique_id(f"soulseek:{status.username}")
        if self.source == SOURCE_USER:
            self._abort_if_unique_id_configured()
        self._abort_if_unique_id_mismatch(reason="wrong_soulseek_account")
        self._title = status.username

    async def _async_accept_slskd(
        self, status: ServerStatus, user_input: dict[str, Any]
    ) -> ConfigFlowResult:
        """Remember a slskd that works, and go on with the folders."""
        self._data |= {
            CONF_SLSKD_ADDRESS: status.url,
            CONF_SLSKD_API_KEY: user_input.get(CONF_SLSKD_API_KEY),
            CONF_SLSKD_VERIFY_CERTIFICATE: user_input[CONF_SLSKD_VERIFY_CERTIFICATE],
        }
        if not self._data.get(CONF_SLSKD_DOWNLOADS):
            self._data[CONF_SLSKD_DOWNLOADS] = status.downloads_directory
        if StatusWarning.NOTHING_SHARED in status.warnings:
            return await self.async_step_nothing_shared()
        return await self.async_step_folders()

    async def async_step_nothing_shared(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Warn that many peers give nothing to those who share nothing."""
        if user_input is not None:
            return await self.async_step_folders()
        return self.async_show_form(step_id="nothing_shared")

    async def async_step_folders(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the folders, and prove that they are what they should be."""
        problem = FormError()
        if user_input is not None:
            user_input = without_blanks(user_input)
            try:
                await async_check_folders(self.hass, self._data, user_input)
            except SoulSpotError as error:
                problem = await async_folder_error(self.hass, error)
            else:
                self._data |= {key: user_input.get(key) for key in _FOLDERS}
                return await self._async_after_folders()
        return self.async_show_form(
            step_id="folders",
            data_schema=self.add_suggested_values_to_schema(
                FOLDERS_SCHEMA, user_input or self._data
            ),
            errors=problem.errors,
            description_placeholders=problem.placeholders,
        )

    async def _async_after_folders(self) -> ConfigFlowResult:
        """Finish, or go on with the playlists."""
        if self.source == SOURCE_RECONFIGURE:
            return self._update(self._get_reconfigure_entry(), self._data)
        if self._uses_spotify:
            return await self.async_step_playlists()
        return self._create([])

    # --- Playlists ---------------------------------------------------------------------------

    async def async_step_playlists(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the user pick the first playlists."""
        if user_input is not None:
            return self._create(user_input[CONF_PLAYLISTS])
        problem = FormError()
        token = self._data[CONF_TOKEN][CONF_ACCESS_TOKEN]
        try:
            playlists = await async_list_playlists(
                self.hass, token, self._data[CONF_SPOTIFY_USER_ID]
            )
        except SoulSpotError as error:
            playlists, problem = (), await async_playlist_error(self.hass, error)
        self._choices = with_liked_songs(playlists)
        return self.async_show_form(
            step_id="playlists",
            data_schema=playlists_schema(self._choices),
            errors=problem.errors,
            description_placeholders=problem.placeholders,
        )

    def _create(self, chosen: list[str]) -> ConfigFlowResult:
        """Create the entry with a subentry per chosen playlist."""
        return self.async_create_entry(
            title=self._title,
            data=self._data,
            options=options_schema()({}),
            subentries=[
                playlist_data(choice, {}) for choice in self._choices if choice.spotify_id in chosen
            ],
        )

    # --- Later -------------------------------------------------------------------------------

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Ask for what the service in question refused."""
        is_slskd = entry_data.get(CONF_SERVICE) == SERVICE_SLSKD
        if is_slskd or CONF_TOKEN not in entry_data:
            return await self.async_step_slskd_key()
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Log in to Spotify again."""
        entry = self._get_reauth_entry()
        if user_input is None:
            return self.async_show_form(
                step_id="reauth_confirm",
                description_placeholders={"account": entry.title},
            )
        return await self.async_step_pick_implementation(
            {"implementation": entry.data["auth_implementation"]}
        )

    async def async_step_slskd_key(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take a new API key for slskd."""
        entry = self._get_reauth_entry()
        problem = FormError()
        if user_input is not None:
            user_input = without_blanks(user_input)
            try:
                await async_probe_slskd(self.hass, {**entry.data, **user_input})
            except SoulSpotError as error:
                problem = await async_slskd_error(self.hass, error, fields=(CONF_SLSKD_API_KEY,))
            else:
                return self._update(entry, user_input)
        return self.async_show_form(
            step_id="slskd_key",
            data_schema=SLSKD_KEY_SCHEMA,
            errors=problem.errors,
            description_placeholders={
                "address": entry.data[CONF_SLSKD_ADDRESS],
                **problem.placeholders,
            },
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change slskd and the folders, or log in to Spotify again."""
        data = self._get_reconfigure_entry().data
        # The token may be refreshed meanwhile: it must not be written back.
        self._data = {key: data.get(key) for key in (*_SLSKD, *_FOLDERS)}
        self._uses_spotify = CONF_TOKEN in data
        if not self._uses_spotify:
            return await self.async_step_slskd()
        return self.async_show_menu(step_id="reconfigure", menu_options=["slskd", "with_spotify"])

    def _entry_in_question(self) -> ConfigEntry:
        """Return the entry a reauthentication or reconfiguration is about."""
        if self.source == SOURCE_REAUTH:
            return self._get_reauth_entry()
        return self._get_reconfigure_entry()

    def _update(self, entry: ConfigEntry, updates: Mapping[str, Any]) -> ConfigFlowResult:
        """Store the changes; an entry that is not loaded has no listener to reload it."""
        is_followed = bool(entry.update_listeners)  # The reload it starts may take it away.
        result = self.async_update_and_abort(entry, data_updates=updates)
        if not is_followed:
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return result
