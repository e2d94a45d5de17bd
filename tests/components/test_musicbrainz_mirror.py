"""Use another MusicBrainz, and share one lane to each."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from yarl import URL

from custom_components.soulspot.diagnostics import async_get_config_entry_diagnostics
from custom_components.soulspot.musicbrainz_lane import async_lane_to
from simulators.musicbrainz import MusicBrainzSettings, MusicBrainzSimulator

from .test_actions import call, imported, track_id
from .world import World, account, set_up, small_catalogue

CHOSEN: dict[str, Any] = {
    "quality": "good",
    "path_template": "{artist}/{title}",
    "keep_source": False,
}


async def test_another_musicbrainz(hass: HomeAssistant, world: World) -> None:
    """Refuse what does not answer as one, then ask the mirror at its own pace."""
    entry = await imported(hass, world)
    form = await hass.config_entries.options.async_init(entry.entry_id)
    for address, problem in (
        ("http://", "mirror_invalid"),
        ("http://user:secret@mirror", "mirror_invalid"),
        (world.slskd.url, "mirror_is_other"),
        ("http://127.0.0.1:1", "mirror_unreachable"),
    ):
        advanced: dict[str, Any] = {"musicbrainz_address": address}
        form = await hass.config_entries.options.async_configure(
            form["flow_id"], {**CHOSEN, "advanced": advanced}
        )
        assert form["errors"] == {"base": problem}
        # What is wrong is to be seen without looking for it.
        schema: Any = form["data_schema"]
        assert schema.schema["advanced"].options == {"collapsed": False}
    fast = MusicBrainzSettings(requests_per_second=20)
    async with MusicBrainzSimulator(small_catalogue(), settings=fast) as mirror:
        advanced = {"musicbrainz_address": f" {mirror.url}\n", "musicbrainz_pace": 0.05}
        result = await hass.config_entries.options.async_configure(
            form["flow_id"], {**CHOSEN, "advanced": advanced}
        )
        assert result["type"] is FlowResultType.CREATE_ENTRY
        await hass.async_block_till_done()
        assert entry.state is ConfigEntryState.LOADED
        assert entry.options["advanced"]["musicbrainz_address"] == mirror.url
        assert async_lane_to(hass, URL(mirror.url)).pace == 0.05
        number = await track_id(hass, world, "Morning Song")
        asked = world.musicbrainz.log.count()
        await call(hass, "enrich_metadata", track_id=number, force_refresh=True)
        assert mirror.log.count("/ws/2/recording") > 0
        assert world.musicbrainz.log.count() == asked
        dump = await async_get_config_entry_diagnostics(hass, entry)
        assert mirror.url not in str(dump)
        # What was chosen before need not answer today.
        await hass.config_entries.async_unload(entry.entry_id)
    form = await hass.config_entries.options.async_init(entry.entry_id)
    result = await hass.config_entries.options.async_configure(
        form["flow_id"], {**CHOSEN, "advanced": advanced}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("pace", [0.1, 3.0])
async def test_accounts_share_a_lane(hass: HomeAssistant, world: World, pace: float) -> None:
    """Two accounts ask the same server in turn, at the slower one's pace."""
    first = await set_up(hass, account(world))
    lane = async_lane_to(hass, URL(world.musicbrainz.api_url))
    assert lane.pace == 1.0
    second = account(world, with_spotify=False)
    second.add_to_hass(hass)
    hass.config_entries.async_update_entry(
        second, options={**second.options, "advanced": {"musicbrainz_pace": pace}}
    )
    await hass.config_entries.async_setup(second.entry_id)
    await hass.async_block_till_done()
    assert async_lane_to(hass, URL(world.musicbrainz.api_url)) is lane
    assert lane.pace == max(1.0, pace)
    await hass.config_entries.async_unload(first.entry_id)
    assert lane.pace == pace
