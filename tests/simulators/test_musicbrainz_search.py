"""Check the search: query language, scores, and how hits differ from lookups."""

import contextlib
import re
from typing import Any

from hypothesis import given, strategies as st
import pytest

from simulators.musicbrainz import mbid
from simulators.musicbrainz.query import BadQueryError, Group, Term, parse_query

from .musicbrainz_client import MusicBrainzClient, connected

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def search(client: MusicBrainzClient, query: str, **more: str) -> Any:
    """Return one page of recording hits."""
    return await client.get("recording", query=query, **more)


async def titles(client: MusicBrainzClient, query: str) -> list[str]:
    """Return the titles found, best first."""
    return [hit["title"] for hit in (await search(client, query))["recordings"]]


async def test_many_isrcs_in_one_call() -> None:
    """Alternatives bring all their recordings, with ISRCs and typed releases."""
    async with connected() as client:
        page = await search(
            client,
            "isrc:ZZNIN0800014 OR isrc:ZZJC10600003 OR isrc:ZZXXX0000000",
            limit="100",
        )
        hits = page["recordings"]
        assert page["count"] == 3
        assert {hit["isrcs"][0] for hit in hits} == {"ZZNIN0800014", "ZZJC10600003"}
        groups = [release["release-group"] for hit in hits for release in hit["releases"]]
        assert all(group["primary-type"] == "Album" for group in groups)


async def test_phrases_fields_and_exclusions() -> None:
    """The forms clients send."""
    async with connected() as client:
        found = await titles(
            client, 'recording:"The Liberty Bell" AND artist:"Eastman Wind Ensemble"'
        )
        assert found == ["The Liberty Bell"]
        assert len(await titles(client, '"liberty bell"')) == 2
        assert await titles(client, "scheming weasel -slower") == []
        assert await titles(client, "recording:(scheming AND weasel)") == [
            "Scheming Weasel (slower version)"
        ]
        assert await titles(client, "+sick NOT recording:remix") == ["Sick as a Dog"]
        assert await titles(client, "gymnoped*") == ["Gymnopédie No. 1"]
        assert await titles(client, "recording:gymnopedie^2") == ["Gymnopédie No. 1"]
        assert await titles(client, "artist:Chaliapin") == ["Эй, ухнем!"]
        assert await titles(client, 'recording:"Ey, ukhnem!"') == ["Эй, ухнем!"]
        assert len(await titles(client, "video:true")) == 1


async def test_ranges_of_length_and_ids() -> None:
    """Milliseconds, steps of two seconds, and ids narrow a search down."""
    async with connected() as client:
        arid = mbid("artist", "Nine Inch Nails")
        assert await titles(client, f"arid:{arid} AND dur:[180000 TO 190000]") == ["14 Ghosts II"]
        assert await titles(client, f"arid:{arid} AND qdur:93") == ["14 Ghosts II"]
        assert await titles(client, f"arid:{arid} AND dur:[190000 TO *]") == []
        rid = mbid("recording", "swansong")
        assert await titles(client, f"rid:{rid}") == ["Swansong"]


async def test_escaped_text_is_plain_text() -> None:
    """Special characters need a backslash outside phrases."""
    async with connected() as client:
        assert (await titles(client, r"recording:Re\: Your Brains"))[0] == ("Re: Your Brains")
        assert (await titles(client, '"Re: Your Brains"')) == ["Re: Your Brains"]
        status, message = await client.error("recording", query="Re: Your Brains")
        assert status == 400
        assert "undefined field Re" in message


@pytest.mark.parametrize(
    "query",
    ["", "AND x", "x AND", "(a", "a)", '"open', "recording:", "dur:[1 2]", "a/b", "\\", "a\\"],
)
def test_broken_queries_are_refused(query: str) -> None:
    """A query that is not escaped properly must not pass by luck."""
    with pytest.raises(BadQueryError):
        parse_query(query)


@given(st.text(max_size=30))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    """Nothing a client sends may end in another error."""
    with contextlib.suppress(BadQueryError):
        assert isinstance(parse_query(text), Group)


@given(st.text(alphabet=r'ab+-&|!(){}[]^"~*?:\/', min_size=1, max_size=20))
def test_escaped_words_and_quoted_phrases_arrive_unchanged(text: str) -> None:
    """Escaping every special character outside, and two inside phrases, is enough."""
    escaped = re.sub(r'([+\-&|!(){}\[\]^"~*?:\\/])', r"\\\1", text)
    (clause,) = parse_query(escaped).clauses
    assert clause.node == Term("", text)
    quoted = re.sub(r'(["\\])', r"\\\1", text)
    (clause,) = parse_query(f'recording:"{quoted}"').clauses
    assert clause.node == Term("recording", text, is_phrase=True)


async def test_score_is_relative_to_the_best_hit() -> None:
    """Even nonsense has a hit of 100: the score is never a confidence."""
    async with connected() as client:
        page = await search(client, "ghosts OR swan OR monkey")
        scores = [hit["score"] for hit in page["recordings"]]
        assert scores[0] == 100
        assert scores == sorted(scores, reverse=True)
        assert min(scores) < 100


async def test_hits_leave_out_what_lookups_show_as_null() -> None:
    """`video` is null or true; length, disambiguation and others only when known."""
    async with connected() as client:
        (nervous,) = (await search(client, "nervous"))["recordings"]
        assert "length" not in nervous
        assert nervous["video"] is None
        assert "disambiguation" not in nervous
        (video,) = (await search(client, "video:true"))["recordings"]
        assert video["video"] is True
        assert "releases" not in video
        assert "first-release-date" not in video
        (rag,) = (await search(client, "maple"))["recordings"]
        assert "isrcs" not in rag
        (release,) = rag["releases"]
        assert "secondary-types" not in release["release-group"]
        assert "artist-credit" not in release
        (medium,) = release["media"]
        assert medium["track-offset"] == 0
        assert [track["title"] for track in medium["track"]] == ["Maple Leaf Rag"]
        (blues,) = (await search(client, "crazy AND blues"))["recordings"]
        (release,) = blues["releases"]
        assert release["date"] == ""
        assert not {"status", "country"} & set(release)
        (song,) = (await search(client, "ухнем"))["recordings"]
        assert song["artist-credit"][0]["artist"]["aliases"][0]["name"]


async def test_pages() -> None:
    """25 by default, 100 at most, unnamed fillers are not in the index."""
    async with connected() as client:
        everything = "rid:*"
        first = await search(client, everything)
        assert len(first["recordings"]) == 25
        assert first["created"].endswith("Z")
        rest = await search(client, everything, limit="1000", offset="25")
        assert rest["offset"] == 25
        assert len(rest["recordings"]) == first["count"] - 25
        assert "[untitled]" not in {hit["title"] for hit in rest["recordings"]}
        page = await search(client, "qwertyuiop")
        assert (page["count"], page["recordings"]) == (0, [])


async def test_release_and_artist_searches() -> None:
    """Barcodes find editions; artists are found by alias."""
    async with connected() as client:
        page = await client.get("release", query='release:"Thing a Week Three"')
        assert page["count"] == 2
        barcode = page["releases"][0]["barcode"]
        found = await client.get("release", query=f"barcode:{barcode}")
        assert found["count"] == 1
        artists = await client.get("artist", query="alias:NIN")
        assert artists["artists"][0]["name"] == "Nine Inch Nails"
