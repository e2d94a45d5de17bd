"""Let the user settle what was held back for their sake."""

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .coordinator import SoulSpotConfigEntry
from .engine.errors import SoulSpotError


class ShrunkPlaylistFlow(RepairsFlow):
    """Ask whether what vanished from a playlist was removed, or only could not be read."""

    def __init__(self, entry: SoulSpotConfigEntry, playlist_id: str) -> None:
        """Take the account and the playlist."""
        self._entry = entry
        self._playlist_id = playlist_id

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Offer both."""
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        return self.async_show_menu(
            step_id="init",
            menu_options=["removed", "keep"],
            description_placeholders=issue.translation_placeholders if issue else None,
        )

    async def async_step_removed(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Let the removals count from now on."""
        return await self._async_settle(is_removed=True)

    async def async_step_keep(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Let the files stay for good."""
        return await self._async_settle(is_removed=False)

    async def _async_settle(self, *, is_removed: bool) -> RepairsFlowResult:
        """Tell the engine, and take the question away."""
        if self._entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        data = self._entry.runtime_data
        library = data.pipeline.library
        try:
            settle = library.confirm_removals if is_removed else library.discard_removals
            await settle(self._playlist_id)
            await data.playlists.async_reread()
        except SoulSpotError:
            return self.async_abort(reason="entry_not_loaded")
        return self.async_create_entry(data={})


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the dialog of an issue; there is one kind that can be settled here."""
    details = data or {}
    entry = hass.config_entries.async_get_entry(str(details.get("entry_id")))
    assert entry is not None
    return ShrunkPlaylistFlow(entry, str(details.get("playlist_id")))
