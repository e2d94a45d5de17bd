"""Check lookups, browses and addresses of the MusicBrainz web service."""

import pytest

from simulators.catalogue import demo_catalogue, with_large_playlist
from simulators.musicbrainz import VARIOUS_ARTISTS_ID, mbid
from simulators.spotify import open_url, spotify_id

from .musicbrainz_client import connected

pytestmark = pytest.mark.usefixtures("socket_enabled")

GHOSTS_ALBUM = open_url("album", spotify_id("album", "Nine Inch Nails/Ghosts I-IV"))


async def test_isrc_lists_recordings_without_releases() -> None:
    """JSON leaves releases out even when they were asked for."""
    async with connected() as client:
        reply = await client.get("isrc/ZZNIN0800014", inc="artist-credits+isrcs+releases")
        assert reply["isrc"] == "ZZNIN0800014"
        (recording,) = reply["recordings"]
        assert recording["title"] == "14 Ghosts II"
        assert recording["length"] == 186_000
        assert recording["isrcs"] == ["ZZNIN0800014"]
        assert recording["artist-credit"][0]["name"] == "Nine Inch Nails"
        assert recording["video"] is False
        assert "releases" not in recording
        plain = (await client.get("isrc/ZZNIN0800014"))["recordings"][0]
        assert not {"artist-credit", "isrcs"} & set(plain)


@pytest.mark.parametrize(
    ("isrc", "status", "message"),
    [
        ("zznin0800014", 400, "Invalid isrc."),
        ("ZZ-NIN-08-00014", 400, "Invalid isrc."),
        ("ZZNIN080001", 400, "Invalid isrc."),
        ("ZZXXX0800014", 404, "Not Found"),
    ],
)
async def test_isrc_must_be_written_plainly(isrc: str, status: int, message: str) -> None:
    """A client must normalise before it asks."""
    async with connected() as client:
        assert await client.error(f"isrc/{isrc}") == (status, message)


@pytest.mark.parametrize("include", ["release-groups", "genres", "media", "nonsense"])
async def test_isrc_refuses_includes_of_other_resources(include: str) -> None:
    """An include that is not allowed is an error, not ignored."""
    async with connected() as client:
        status, message = await client.error("isrc/ZZNIN0800014", inc=include)
        assert status == 400
        assert include in message


async def test_one_isrc_may_mean_several_recordings() -> None:
    """A live take and a video share the ISRC of studio recordings."""
    async with connected() as client:
        takes = (await client.get("isrc/ZZJC10600003"))["recordings"]
        assert {take["disambiguation"][:4] for take in takes} == {"", "live"}
        assert len({take["length"] for take in takes}) == 2
        takes = (await client.get("isrc/ZZNIN0800004"))["recordings"]
        assert sorted(take["video"] for take in takes) == [False, True]


async def test_known_gaps() -> None:
    """Unknown, without ISRC, without length, wrong length."""
    async with connected() as client:
        recordings = demo_catalogue().recordings
        for key in ("scheming-weasel-faster", "maple-leaf-rag"):
            isrc = recordings[key].isrc
            assert (await client.error(f"isrc/{isrc}"))[0] == 404
        rag = await client.get(f"recording/{mbid('recording', 'maple-leaf-rag')}")
        assert rag["first-release-date"] == "1916-04"
        nervous = (await client.get("isrc/ZZBSK0300001"))["recordings"][0]
        assert nervous["length"] is None
        owl = (await client.get("isrc/ZZBFF1100001"))["recordings"][0]
        assert owl["length"] - recordings["night-owl"].length_ms > 15_000


async def test_recording_with_releases_and_groups() -> None:
    """Linked releases carry types; the medium shows the recording's track only."""
    async with connected() as client:
        recording = await client.get(
            f"recording/{mbid('recording', 'code-monkey')}",
            inc="artist-credits+isrcs+releases+release-groups+media+genres",
        )
        releases = recording["releases"]
        kinds = [release["release-group"]["secondary-types"] for release in releases]
        assert ["Compilation"] in kinds
        assert kinds.count([]) == 2
        assert len({release["barcode"] for release in releases}) == 3
        for release in releases:
            (medium,) = release["media"]
            (track,) = medium["tracks"]
            assert track["title"] == "Code Monkey"
            assert medium["track-offset"] == track["position"] - 1
        assert [genre["name"] for genre in recording["genres"]] == [
            "folk rock",
            "geek rock",
        ]
        various = [
            release
            for release in releases
            if release["artist-credit"][0]["artist"]["id"] == VARIOUS_ARTISTS_ID
        ]
        assert len(various) == 1


async def test_featured_artist_stands_in_the_credit() -> None:
    """MusicBrainz keeps guests out of the title."""
    async with connected() as client:
        recording = await client.get(
            f"recording/{mbid('recording', 'arsonist')}", inc="artist-credits"
        )
        assert recording["title"] == "Now I Am an Arsonist"
        credit = recording["artist-credit"]
        assert "".join(item["name"] + item["joinphrase"] for item in credit) == (
            "Jonathan Coulton feat. Suzanne Vega"
        )
        live = await client.get(f"recording/{mbid('recording', 'your-brains-live')}")
        assert (live["title"], live["disambiguation"]) == ("Re: Your Brains", "live")


async def test_linked_releases_are_cut_but_can_be_browsed() -> None:
    """A lookup shows 25 at most; a browse pages through all."""
    async with connected() as client:
        march = mbid("recording", "stars-and-stripes")
        recording = await client.get(f"recording/{march}", inc="releases")
        assert len(recording["releases"]) == 25
        found: list[dict[str, str]] = []
        while True:
            page = await client.get("release", recording=march, limit="10", offset=str(len(found)))
            found += page["releases"]
            if len(found) == page["release-count"]:
                break
        assert len({release["id"] for release in found}) == 31
        only = await client.get(
            f"recording/{march}",
            inc="releases+release-groups",
            status="official",
            type="compilation",
        )
        assert all(
            release["release-group"]["secondary-types"] == ["Compilation"]
            for release in only["releases"]
        )
        assert (await client.error(f"recording/{march}", status="official"))[0] == 400


async def test_merged_id_answers_with_the_new_one() -> None:
    """The old id keeps working, without a redirect of HTTP."""
    async with connected() as client:
        old = mbid("recording", "14-ghosts-ii/before merge")
        reply = await client.paced(f"recording/{old}")
        assert reply.status == 200
        assert reply.json()["id"] == mbid("recording", "14-ghosts-ii")
        page = await client.get("release", recording=old)
        assert page["release-count"] == 1


async def test_release_with_tracks() -> None:
    """A whole album: positions, lengths, credits, labels, cover flags."""
    async with connected() as client:
        release = await client.get(
            f"release/{mbid('release', 'Nine Inch Nails/Ghosts I-IV')}",
            inc="recordings+artist-credits+release-groups+labels+isrcs+media+genres",
        )
        (medium,) = release["media"]
        assert medium["track-count"] == len(medium["tracks"]) == 36
        track = medium["tracks"][13]
        assert (track["position"], track["title"]) == (14, "14 Ghosts II")
        assert track["recording"]["isrcs"] == ["ZZNIN0800014"]
        assert release["release-group"]["primary-type"] == "Album"
        assert release["cover-art-archive"]["front"] is True
        assert release["label-info"][0]["catalog-number"] is None
        assert release["packaging"] is None
        small = await client.get(f"release/{release['id']}")
        assert not {"media", "artist-credit", "label-info"} & set(small)


async def test_releases_with_nulls_and_pseudo_release() -> None:
    """Nobody knows everything; a transliteration is a release of its own."""
    async with connected() as client:
        blues = await client.get(f"release/{mbid('release', 'Mamie Smith/Crazy Blues')}")
        assert blues["status"] is None
        assert blues["status-id"] is None
        assert blues["barcode"] is None
        assert blues["date"] == ""
        recording = await client.get(
            f"recording/{mbid('recording', 'ey-ukhnem')}", inc="releases+media"
        )
        by_status = {release["status"]: release for release in recording["releases"]}
        assert set(by_status) == {"Official", "Pseudo-Release"}
        pseudo = by_status["Pseudo-Release"]
        assert pseudo["media"][0]["tracks"][0]["title"] == "Ey, ukhnem!"
        assert "date" not in pseudo
        standalone = await client.get(
            f"recording/{mbid('recording', 'au-printemps')}", inc="releases"
        )
        assert standalone["releases"] == []


async def test_release_group_and_artist() -> None:
    """Editions of a group, aliases and genres of an artist."""
    async with connected() as client:
        group = await client.get(
            f"release-group/{mbid('release-group', 'Jonathan Coulton/Thing a Week Three')}",
            inc="artist-credits+releases+genres",
        )
        assert group["first-release-date"] == "2006-03-02"
        assert [item["disambiguation"] for item in group["releases"]] == [
            "",
            "remastered",
        ]
        artist = await client.get(
            f"artist/{mbid('artist', 'Фёдор Шаляпин')}", inc="aliases+genres+url-rels"
        )
        assert artist["sort-name"] == "Шаляпин, Фёдор"
        assert artist["aliases"][0]["name"] == "Feodor Chaliapin"
        assert artist["genres"][0]["name"] == "folk"
        assert artist["relations"][0]["type"] == "free streaming"
        browsed = await client.get("recording", artist=artist["id"])
        assert browsed["recordings"][0]["title"] == "Эй, ухнем!"


async def test_addresses_one_and_many() -> None:
    """One unknown address is an error, several just leave it out."""
    async with connected() as client:
        one = await client.get("url", resource=GHOSTS_ALBUM, inc="release-rels")
        (relation,) = one["relations"]
        assert relation["target-type"] == "release"
        assert relation["release"]["title"] == "Ghosts I-IV"
        assert relation["direction"] == "backward"
        assert "relations" not in await client.get("url", resource=GHOSTS_ALBUM)
        artists = await client.get("url", resource=GHOSTS_ALBUM, inc="artist-rels")
        assert artists["relations"] == []
        unknown = open_url("album", "0" * 22)
        assert await client.error("url", resource=unknown) == (404, "Not Found")
        client.simulator.clock.advance(1)
        query = [("resource", GHOSTS_ALBUM), ("resource", unknown)]
        reply = await client.send("url", [("fmt", "json"), ("inc", "release-rels"), *query])
        body = reply.json()
        assert (body["url-count"], body["url-offset"]) == (1, 0)
        assert body["urls"][0]["resource"] == GHOSTS_ALBUM
        client.simulator.clock.advance(1)
        reply = await client.send("url", [("fmt", "json"), query[1], query[1]])
        assert reply.json() == {"url-count": 0, "url-offset": 0, "urls": []}
        client.simulator.clock.advance(1)
        reply = await client.send("url", [("fmt", "json"), *query * 51])
        assert reply.status == 400
        track = open_url("track", spotify_id("track", "swansong"))
        assert (await client.error("url", resource=track))[0] == 404


async def test_ids_and_formats_are_checked() -> None:
    """A malformed id is the client's fault; without fmt=json XML comes back."""
    async with connected() as client:
        for bad in ("123", mbid("recording", "x").replace("-", "")):
            assert await client.error(f"recording/{bad}") == (400, "Invalid mbid.")
        unknown = mbid("recording", "x")
        assert await client.error(f"recording/{unknown}") == (404, "Not Found")
        assert (await client.error("nonsense"))[0] == 404
        assert (await client.error("release"))[0] == 400
        client.simulator.clock.advance(1)
        xml = await client.send("isrc/ZZNIN0800014")
        assert xml.headers["Content-Type"].startswith("application/xml")


async def test_large_catalogue_is_known_too() -> None:
    """Benchmarks enrich thousands of recordings."""
    catalogue = with_large_playlist(demo_catalogue(), 500)
    async with connected(catalogue) as client:
        codes = [
            item.isrc for key, item in catalogue.recordings.items() if key.startswith("large-")
        ]
        query = " OR ".join(f"isrc:{code}" for code in codes[:40])
        page = await client.get("recording", query=query, limit="100")
        assert page["count"] == 40
        assert {hit["isrcs"][0] for hit in page["recordings"]} == set(codes[:40])
