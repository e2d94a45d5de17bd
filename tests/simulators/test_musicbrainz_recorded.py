"""Compare the names and types of the simulator's replies with recorded ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from simulators.musicbrainz import mbid

from .musicbrainz_client import connected
from .shapes import assert_known_shape, names_always_there

pytestmark = pytest.mark.usefixtures("socket_enabled")


def load(folder: Path, pattern: str) -> list[Any]:
    """Return the recorded replies whose names match."""
    paths = sorted((folder / "musicbrainz").glob(pattern))
    assert paths, pattern
    return [json.loads(path.read_text()) for path in paths]


async def test_recording_search(recordings: Path) -> None:
    """Every hit has what all recorded hits have, and nothing they never have."""
    pages = [
        page
        for page in load(recordings, "credits_spot/*.json")
        if "created" in page and "recordings" in page
    ]
    hits = [hit for page in pages for hit in page["recordings"]]
    releases = [release for hit in hits for release in hit.get("releases", ())]
    async with connected() as client:
        page = await client.get("recording", query="rid:*", limit="100")
        assert_known_shape(page, pages)
        for hit in page["recordings"]:
            assert names_always_there(hits) <= set(hit)
            for release in hit.get("releases", ()):
                assert names_always_there(releases) <= set(release)


async def test_isrc_lookup(recordings: Path) -> None:
    """The reply without includes has exactly the recorded names."""
    (recorded,) = load(recordings, "transcribed/isrc_*.json")
    async with connected() as client:
        reply = await client.get("isrc/ZZNIN0800014")
        assert set(reply) == set(recorded)
        assert set(reply["recordings"][0]) == set(recorded["recordings"][0])


async def test_errors(recordings: Path) -> None:
    """Word for word."""
    (invalid,) = load(recordings, "transcribed/error_400_invalid_isrc.json")
    (missing,) = load(recordings, "transcribed/error_404.json")
    async with connected() as client:
        assert (await client.paced("isrc/x")).json() == invalid
        assert (await client.paced("isrc/ZZXXX0000000")).json() == missing


async def test_release_lookup(recordings: Path) -> None:
    """Whole albums match the recorded ones."""
    recorded = load(recordings, "wrtag/release_*-*.json")
    recorded += load(recordings, "picard_ws_data/release.json")
    recorded += load(recordings, "picard_ws_data/release_null.json")
    async with connected() as client:
        for key in ("Nine Inch Nails/Ghosts I-IV", "Mamie Smith/Crazy Blues"):
            release = await client.get(
                f"release/{mbid('release', key)}",
                inc="recordings+artist-credits+release-groups+labels+isrcs+media",
            )
            assert_known_shape(release, recorded)
            assert names_always_there(recorded) - {"genres"} <= set(release)


async def test_recording_lookup(recordings: Path) -> None:
    """Recordings with releases, media and credits match the recorded ones."""
    recorded = load(recordings, "mb_android/recording_lookup.json")
    recorded += load(recordings, "picard_ws_data/recording*.json")
    albums = load(recordings, "wrtag/release_*-*.json")
    recorded.append({"releases": albums})
    async with connected() as client:
        recording = await client.get(
            f"recording/{mbid('recording', 'code-monkey')}",
            inc="artist-credits+isrcs+releases+media",
        )
        assert_known_shape(recording, recorded, ignored=(".country",))


async def test_address_lookups(recordings: Path) -> None:
    """One and several addresses."""
    (single,) = load(recordings, "transcribed/url_lookup_single_artist_rels.json")
    (none,) = load(recordings, "transcribed/url_lookup_multi_none.json")
    async with connected() as client:
        address = next(
            address for address in client.simulator.database.urls if "/artist/" in address
        )
        reply = await client.get("url", resource=address, inc="artist-rels")
        assert_known_shape(reply, [single])
        client.simulator.clock.advance(1)
        several = await client.send("url", [("fmt", "json"), ("resource", "x"), ("resource", "y")])
        assert several.json() == none


async def test_cover_art_list(recordings: Path) -> None:
    """The archive's list matches the recorded one."""
    recorded = load(recordings, "wrtag/coverartarchive_*.json")
    async with connected() as client:
        release = mbid("release", "Nine Inch Nails/Ghosts I-IV")
        address = f"{client.simulator.cover_art_url}/release/{release}"
        listing = (await client.send(address)).json()
        assert_known_shape(listing, recorded)
        assert set(listing["images"][0]) == set(recorded[0]["images"][0])
