"""Run two accounts side by side in one Home Assistant."""

from pathlib import Path

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulators.slskd import SlskdSimulator
from simulators.slskd.security import Access, ApiKey
from simulators.slskd.simulator import Settings

from .waiting import until
from .world import API_KEY, DOMAIN, World, account, account_data, peers, playlist_subentry, set_up

_SPEED = 200.0  # simulated seconds in a real one


def filed(entry: MockConfigEntry) -> int:
    """Return how many tracks an account has filed."""
    queue = entry.runtime_data.downloads.data
    return int(queue.filed_total)


async def test_two_accounts_download_a_recording_once(
    hass: HomeAssistant, world: World, tmp_path: Path
) -> None:
    """Both have the song in their own library in the end, and one slskd was asked for it once."""
    other_library = tmp_path / "other library"
    other_library.mkdir()
    settings = Settings(access=Access(api_keys=(ApiKey(API_KEY),)), clock_speed=_SPEED)
    async with SlskdSimulator(peers(), tmp_path / "other downloads", settings=settings) as slskd:
        first = await set_up(hass, account(world, playlist_subentry(world, "evening")))
        second = MockConfigEntry(
            domain=DOMAIN,
            title="Somebody else",
            unique_id="somebody_else",
            data={
                **account_data(world),
                "slskd_address": slskd.url,
                "slskd_downloads": str(tmp_path / "other downloads"),
                "local_downloads": str(tmp_path / "other downloads"),
                "library": str(other_library),
            },
            options={"quality": "best", "keep_source": True},
            subentries_data=[playlist_subentry(world, "evening")],
        )
        await set_up(hass, second)
        await until(hass, lambda: filed(first) == filed(second) == 1)
        asked = [server.statistics.downloads_enqueued for server in (world.slskd, slskd)]
        assert sum(asked) == 1
        names = [
            sorted(str(path.relative_to(library)) for path in library.rglob("*.flac"))
            for library in (world.library, other_library)
        ]
        assert names[0] == names[1]
        assert len(names[0]) == 1
        await hass.config_entries.async_unload(second.entry_id)
        await hass.async_block_till_done()
