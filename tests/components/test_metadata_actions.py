"""Decide by action what is true about a track."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from simulators.musicbrainz import mbid

from .test_actions import call, imported, track_id
from .world import World


async def test_choose_metadata(hass: HomeAssistant, world: World) -> None:
    """Enter a value, keep it through a sync and a forced look-up, and give it up again."""
    await imported(hass, world)
    number = await track_id(hass, world, "Morning Song")
    response = await call(
        hass, "choose_metadata", track_id=number, field="title", value="Morning Song (1958)"
    )
    assert response["track"]["title"] == "Morning Song (1958)"
    assert "title" in response["enriched_fields"]
    await call(hass, "sync_playlist", playlist=world.playlist_id("morning"))
    response = await call(hass, "enrich_metadata", track_id=number, force_refresh=True)
    assert response["track"]["title"] == "Morning Song (1958)"
    (title,) = (values for values in response["conflicts"] if values["field"] == "title")
    assert (title["value"], title["source"], title["decided"]) == (
        "Morning Song (1958)",
        "manual",
        True,
    )
    response = await call(
        hass, "choose_metadata", track_id=number, field="title", source="automatic"
    )
    assert response["track"]["title"] == "Morning Song"


async def test_paste_a_recording(hass: HomeAssistant, world: World) -> None:
    """An address of MusicBrainz names the recording; the playlist's side means none."""
    await imported(hass, world)
    number = await track_id(hass, world, "Morning Song")
    other = mbid("recording", "nobody-has")
    response = await call(
        hass,
        "choose_metadata",
        track_id=number,
        field="recording",
        value=f"https://musicbrainz.org/recording/{other}",
    )
    assert response["track"]["musicbrainz_recording_id"] == other
    conflicts = {values["field"]: values for values in response["conflicts"]}
    assert conflicts["title"]["playlist"] == "Morning Song"
    assert conflicts["title"]["musicbrainz"] == "Lost Interlude"
    response = await call(
        hass, "choose_metadata", track_id=number, field="title", source="musicbrainz"
    )
    assert response["track"]["title"] == "Lost Interlude"
    response = await call(
        hass, "choose_metadata", track_id=number, field="recording", source="playlist"
    )
    assert response["track"]["musicbrainz_recording_id"] is None


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"field": "title"}, "choice_missing"),
        ({"field": "title", "value": " "}, "invalid_metadata_value"),
        ({"field": "length", "value": "soon"}, "invalid_metadata_value"),
        ({"field": "release", "value": "x"}, "invalid_musicbrainz_id"),
        (
            {"field": "release", "value": f"https://musicbrainz.org/artist/{mbid('artist', 'x')}"},
            "musicbrainz_link_is_other",
        ),
        ({"field": "recording", "value": mbid("recording", "x")}, "unknown_musicbrainz_id"),
        ({"field": "album", "source": "musicbrainz"}, "nothing_to_choose"),
        ({"field": "album", "source": "automatic", "value": "Tides"}, "choice_missing"),
    ],
)
async def test_bad_choices(
    hass: HomeAssistant, world: World, data: dict[str, str], key: str
) -> None:
    """What cannot be meant is refused with a sentence."""
    await imported(hass, world)
    number = await track_id(hass, world, "Morning Song")
    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, "choose_metadata", track_id=number, **data)
    assert caught.value.translation_key == key


async def test_conflicts_are_shown_with_the_track(hass: HomeAssistant, world: World) -> None:
    """Ask for a track: both sides' values stand beside what counts."""
    await imported(hass, world)
    number = await track_id(hass, world, "Morning Song")
    other = mbid("recording", "nobody-has")
    await call(hass, "choose_metadata", track_id=number, field="recording", value=other)
    shown = await call(hass, "get_track", track_id=number)
    conflicts = {values["field"]: values for values in shown["conflicts"]}
    assert conflicts["isrc"]["playlist"] == ["QZTST2600001"]
    assert conflicts["isrc"]["musicbrainz"] == ["QZTST2600002"]
    assert conflicts["isrc"]["value"] == ["QZTST2600001"]
    assert conflicts["track_number"] == {
        "field": "track_number",
        "playlist": 1,
        "musicbrainz": 2,
        "source": "playlist",
        "value": 1,
        "decided": False,
    }
