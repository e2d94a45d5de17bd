"""Test that tags go in and come out equal and that the sound stays what it was."""

from collections.abc import Callable
from dataclasses import replace
import json
from pathlib import Path
import struct
import subprocess
from typing import Any
import zlib

from hypothesis import HealthCheck, given, settings, strategies as st
from mutagen.apev2 import BINARY, APEv2, APEValue
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, COMM, ID3, TIT2, TRCK, TXXX, UFID
from mutagen.mp4 import MP4
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
import numpy as np
import pytest
import soundfile

from custom_components.soulspot.engine.errors import VerificationError
from custom_components.soulspot.engine.library.streams import audio_fingerprint
from custom_components.soulspot.engine.library.tag_set import Cover, TagSet
from custom_components.soulspot.engine.library.tags import read_cover, read_tags, write_tags
from custom_components.soulspot.engine.library.verify import Expectation

from ..programs import FFPROBE, real
from .conftest import TAGGED_FORMATS, decode, verify
from .mp4_writer import write_mp4

RECORDING = "6a1fa6ba-7b4a-4a3c-9a0f-2d1a0a0e9a11"
TRACK = "0b0d5a0e-7a40-3c35-9f25-0f6a3a3b8d01"
RELEASE = "b84ee12a-09ef-421b-82de-0441a926375b"
GROUP = "1b022e01-4da6-387b-8658-8678046e4cef"
ARTISTS = ("5b11f4ce-a62d-471e-81fc-a69a8278c7da", "8bfac288-ccc5-448d-9573-c33ea2aa5c30")


def png(width: int = 4) -> bytes:
    """Return a small real PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        """Return a chunk with its checksum."""
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = zlib.compress((b"\0" + bytes(range(3 * width))) * width)
    header = struct.pack(">2I5B", width, width, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


COVER = Cover.from_bytes(png())
FULL = TagSet(
    title="Über den Wolken – 東京 🎧",
    artist="Nobody feat. Somebody",
    artists=("Nobody", "Somebody"),
    album="Greatest / Hits",
    albumartist="Nobody",
    tracknumber=3,
    totaltracks=12,
    discnumber=1,
    totaldiscs=2,
    date="2011-09-30",
    originaldate="1974-05",
    genre=("Trip Hop", "Rock"),
    isrc=("GBAAA9100001", "USS1Z9900001"),
    label=("Harvest", "EMI"),
    barcode="077774644624",
    media="Digital Media",
    compilation=False,
    musicbrainz_recordingid=RECORDING,
    musicbrainz_trackid=TRACK,
    musicbrainz_albumid=RELEASE,
    musicbrainz_releasegroupid=GROUP,
    musicbrainz_artistid=ARTISTS,
    musicbrainz_albumartistid=ARTISTS[:1],
    releasetype=("album", "compilation"),
    releasestatus="official",
    releasecountry="XW",
    cover=COVER,
)


def expected(tags: TagSet) -> dict[str, list[str]]:
    """Return what must be read back."""
    return {name: list(values) for name, values in tags.to_picard().items()}


@pytest.mark.parametrize("format_name", TAGGED_FORMATS)
def test_everything_comes_back(make_file: Callable[..., Path], format_name: str) -> None:
    """A full set of tags reads back equal, nothing else, with its cover, and twice is the same as once."""
    path = make_file(format_name)
    plain = read_tags(path)
    for _ in range(2):
        write_tags(path, FULL)
        found = read_tags(path)
        assert {name: found[name] for name in expected(FULL)} == expected(FULL)
        assert set(found) - set(expected(FULL)) - {"originalyear"} == set(plain) - set(
            expected(FULL)
        )
        assert read_cover(path) == COVER
    assert verify(path, Expectation()).ok


text = st.text(alphabet=st.characters(exclude_categories=()), max_size=30)
names = st.lists(text, max_size=3).map(tuple)
number = st.none() | st.integers(-5, 70_000)
date = st.none() | st.sampled_from(["1999", "2001-02", "2011-09-30", "soon", "2011-13", ""])
identity = st.none() | st.uuids().map(str)
tag_sets = st.builds(
    TagSet,
    title=st.none() | text,
    artist=st.none() | text,
    artists=names,
    album=st.none() | text,
    albumartist=st.none() | text,
    tracknumber=number,
    totaltracks=number,
    discnumber=number,
    totaldiscs=number,
    date=date,
    originaldate=date,
    # Digits and brackets mean entries of an old list to every reader of ID3 genres.
    genre=st.lists(st.text(alphabet="abc äé漢-/&", max_size=9), max_size=3).map(tuple),
    isrc=st.lists(st.from_regex(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}", fullmatch=True), max_size=2).map(
        tuple
    ),
    label=names,
    barcode=st.none() | text,
    media=st.none() | text,
    compilation=st.none() | st.booleans(),
    musicbrainz_recordingid=identity,
    musicbrainz_trackid=identity,
    musicbrainz_albumid=identity,
    musicbrainz_releasegroupid=identity,
    musicbrainz_artistid=st.lists(st.uuids().map(str), max_size=3).map(tuple),
    releasetype=st.lists(st.sampled_from(["album", "live", "remix"]), max_size=2).map(tuple),
    releasestatus=st.none() | text,
    releasecountry=st.none() | text,
    cover=st.none()
    | st.integers(60, 90_000).map(lambda size: Cover.from_bytes(b"\xff\xd8\xff" + b"\7" * size)),
)


@pytest.mark.parametrize("format_name", TAGGED_FORMATS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=tag_sets, second=tag_sets)
def test_random_tags_never_touch_the_sound(
    tmp_path: Path, samples: dict[str, bytes], format_name: str, first: TagSet, second: TagSet
) -> None:
    """Whatever is written, once and over it again: equal tags back, equal sound for two readers."""
    path = tmp_path / f"song.{format_name}"
    path.write_bytes(samples[format_name])
    sound = audio_fingerprint(path, format_name)
    kept: dict[str, list[str]] = {}
    for tags in (first, second):
        write_tags(path, tags)
        kept |= expected(tags)
        found = read_tags(path)
        assert {name: found.get(name) for name in kept} == kept
        assert audio_fingerprint(path, format_name) == sound
    if format_name == "m4a":
        assert samples["m4a"].partition(b"mdat")[2] in path.read_bytes()
    else:
        assert np.array_equal(decode(path.read_bytes()), decode(samples[format_name]))
    assert verify(path, Expectation()).ok


@pytest.mark.parametrize("format_name", TAGGED_FORMATS)
def test_fingerprint_tells_other_sound(
    make_file: Callable[..., Path], samples: dict[str, bytes], format_name: str
) -> None:
    """One changed byte in the middle of the sound changes the fingerprint."""
    changed = bytearray(samples[format_name])
    changed[len(changed) * 2 // 3] ^= 1
    first = audio_fingerprint(make_file(format_name), format_name)
    assert audio_fingerprint(make_file(format_name, "b", data=bytes(changed)), format_name) != first


def test_fingerprint_tells_wrong_chunk_places(make_file: Callable[..., Path]) -> None:
    """An MP4 whose tables point elsewhere sounds different though its media data is the same."""
    data = write_mp4([bytes([n]) * 300 for n in range(20)])
    table = data.index(b"stco") + 12
    place = int.from_bytes(data[table : table + 4], "big")
    moved = data[:table] + (place + 4).to_bytes(4, "big") + data[table + 4 :]
    first = audio_fingerprint(make_file("m4a", data=data), "m4a")
    assert audio_fingerprint(make_file("m4a", data=moved), "m4a") != first


@pytest.mark.parametrize("movie_first", [True, False])
def test_mp4_tables_follow_growing_tags(make_file: Callable[..., Path], movie_first: bool) -> None:
    """A large cover moves the media data; the same sound is found."""
    path = make_file(
        "m4a", data=write_mp4([bytes([n]) * 300 for n in range(20)], movie_first=movie_first)
    )
    sound = audio_fingerprint(path, "m4a")
    write_tags(path, replace(FULL, cover=Cover.from_bytes(b"\xff\xd8\xff" + bytes(300_000))))
    assert audio_fingerprint(path, "m4a") == sound
    assert verify(path, Expectation()).ok


def test_id3_frames_are_those_of_picard(make_file: Callable[..., Path]) -> None:
    """The recording is a UFID, the release's track a user text, values of lists stand apart, version 2.4."""
    path = make_file("mp3")
    write_tags(path, FULL)
    tags = ID3(path, translate=False)
    assert tags.version == (2, 4, 0)
    assert tags["UFID:http://musicbrainz.org"].data == RECORDING.encode()
    assert tags["TXXX:MusicBrainz Release Track Id"].text == [TRACK]
    assert tags["TXXX:MusicBrainz Album Id"].text == [RELEASE]
    assert tags["TXXX:MusicBrainz Artist Id"].text == list(ARTISTS)
    assert tags["TXXX:Artists"].text == ["Nobody", "Somebody"]
    assert tags["TPE1"].text == ["Nobody feat. Somebody"]
    assert tags["TSRC"].text == ["GBAAA9100001", "USS1Z9900001"]
    assert tags["TRCK"].text == ["3/12"]
    assert tags["TPOS"].text == ["1/2"]
    assert str(tags["TDRC"]) == "2011-09-30"
    assert str(tags["TDOR"]) == "1974-05"
    assert tags["APIC:"].type == 3
    assert not path.read_bytes()[-128:].startswith(b"TAG")


@pytest.mark.parametrize(
    ("format_name", "reader"), [("flac", FLAC), ("ogg", OggVorbis), ("opus", OggOpus)]
)
def test_vorbis_comments_are_those_of_picard(
    make_file: Callable[..., Path], format_name: str, reader: Any
) -> None:
    """MUSICBRAINZ_TRACKID is the recording; lists repeat; totals stand under both names."""
    path = make_file(format_name)
    write_tags(path, FULL)
    tags = reader(path).tags
    assert tags["MUSICBRAINZ_TRACKID"] == [RECORDING]
    assert tags["MUSICBRAINZ_RELEASETRACKID"] == [TRACK]
    assert tags["MUSICBRAINZ_ALBUMID"] == [RELEASE]
    assert tags["ARTIST"] == ["Nobody feat. Somebody"]
    assert tags["ARTISTS"] == ["Nobody", "Somebody"]
    assert tags["ISRC"] == ["GBAAA9100001", "USS1Z9900001"]
    assert tags["TRACKNUMBER"] == ["3"]
    assert tags["TRACKTOTAL"] == tags["TOTALTRACKS"] == ["12"]
    assert tags["DISCTOTAL"] == tags["TOTALDISCS"] == ["2"]
    assert tags["ORIGINALDATE"] == ["1974-05"]
    assert tags["ORIGINALYEAR"] == ["1974"]


def test_mp4_atoms_are_those_of_picard(make_file: Callable[..., Path]) -> None:
    """Free-form atoms carry the ids, several values are several data atoms."""
    path = make_file("m4a")
    write_tags(path, FULL)
    tags = MP4(path).tags
    assert tags["\xa9nam"] == [FULL.title]
    assert tags["trkn"] == [(3, 12)]
    assert tags["disk"] == [(1, 2)]
    assert tags["----:com.apple.iTunes:MusicBrainz Track Id"] == [RECORDING.encode()]
    assert tags["----:com.apple.iTunes:MusicBrainz Release Track Id"] == [TRACK.encode()]
    assert tags["----:com.apple.iTunes:ARTISTS"] == [b"Nobody", b"Somebody"]
    assert tags["cpil"] is False
    assert tags["covr"][0].imageformat == 14


def test_mp3_keeps_what_we_do_not_know(make_file: Callable[..., Path]) -> None:
    """Comments, ReplayGain, other owners' ids, back covers and halves of numbers survive."""
    path = make_file("mp3")
    old = ID3()
    old.add(TIT2(encoding=3, text=["Old"]))
    old.add(COMM(encoding=3, lang="eng", desc="", text=["bought"]))
    old.add(TXXX(encoding=3, desc="replaygain_track_gain", text=["-7 dB"]))
    old.add(TXXX(encoding=3, desc="MUSICBRAINZ ALBUM ID", text=["old"]))
    old.add(UFID(owner="http://example.org", data=b"x"))
    old.add(APIC(encoding=3, mime="image/jpeg", type=4, desc="", data=b"\xff\xd8\xffback"))
    old.add(TRCK(encoding=3, text=["7/12"]))
    old.save(path, v2_version=3)
    write_tags(path, TagSet(title="New", musicbrainz_albumid=RELEASE, tracknumber=8, cover=COVER))
    tags = ID3(path)
    assert tags["TIT2"].text == ["New"]
    assert tags["COMM::eng"].text == ["bought"]
    assert tags["TXXX:replaygain_track_gain"].text == ["-7 dB"]
    assert [
        frame.text for frame in tags.getall("TXXX") if frame.desc.lower().endswith("album id")
    ] == [[RELEASE]]
    assert tags["UFID:http://example.org"].data == b"x"
    assert tags["TRCK"].text == ["8/12"]
    assert sorted(picture.type for picture in tags.getall("APIC")) == [3, 4]
    assert read_cover(path) == COVER
    assert read_tags(path)["replaygain_track_gain"] == ["-7 dB"]


def test_id3v1_is_renewed_where_it_was(
    make_file: Callable[..., Path], samples: dict[str, bytes]
) -> None:
    """An old-fashioned tag at the end would contradict the new one; it follows."""
    data = samples["mp3"] + b"TAG" + b"Old".ljust(125, b"\0")
    path = make_file("mp3", data=data)
    sound = audio_fingerprint(path, "mp3")
    write_tags(path, TagSet(title="New"))
    assert path.read_bytes()[-128:].startswith(b"TAGNew\0")
    assert audio_fingerprint(path, "mp3") == sound


def test_an_ape_tag_of_an_mp3_does_not_contradict(
    make_file: Callable[..., Path], samples: dict[str, bytes]
) -> None:
    """What a second kind of tag says is renewed, never added to; its unknown parts and ID3v1 stay."""
    path = make_file("mp3")
    ape = APEv2()
    ape["Title"], ape["ARTIST"], ape["Track"] = "Old", ["Nobody", "Else"], "7/12"
    ape["MP3GAIN_UNDO"], ape["Lyricist"] = "+003,+003,N", "Somebody"
    ape["Cover Art (Front)"] = APEValue(b"front.jpg\0\xff\xd8\xffold", BINARY)
    ape.save(path)
    with path.open("ab") as file:
        file.write(b"TAG" + b"Old".ljust(125, b"\0"))
    sound = audio_fingerprint(path, "mp3")
    for _ in range(2):
        write_tags(path, replace(FULL, title="New", totaltracks=None))
        found = APEv2(path)
        assert str(found["title"]) == "New"
        assert str(found["artist"]) == FULL.artist
        assert str(found["track"]) == "3/12"
        assert str(found["MP3GAIN_UNDO"]) == "+003,+003,N"
        assert str(found["Lyricist"]) == "Somebody"
        assert bytes(found["Cover Art (Front)"]).endswith(png())
        assert "isrc" not in found
        assert ID3(path)["TIT2"].text == ["New"]
        data = path.read_bytes()
        assert data[-128:].startswith(b"TAGNew\0")
        assert (data.count(b"APETAGEX"), data.count(b"TAGNew")) == (2, 1)
        assert audio_fingerprint(path, "mp3") == sound
        assert verify(path, Expectation()).ok


def test_an_mp3_with_nothing_but_an_ape_tag_is_read(make_file: Callable[..., Path]) -> None:
    """Recognise what somebody tagged so; ID3 speaks first where it says something."""
    path = make_file("mp3")
    ape = APEv2()
    ape["Title"], ape["Album Artist"], ape["MUSICBRAINZ_TRACKID"] = "Song", "Nobody", RECORDING
    ape.save(path)
    found = read_tags(path)
    assert found["title"] == ["Song"]
    assert found["albumartist"] == ["Nobody"]
    assert found["musicbrainz_recordingid"] == [RECORDING]
    write_tags(path, TagSet(title="New"))
    assert read_tags(path)["title"] == ["New"]


@pytest.mark.parametrize("format_name", TAGGED_FORMATS)
def test_ffprobe_reads_the_same(make_file: Callable[..., Path], format_name: str) -> None:
    """Another reader finds the same texts, by its own names for them."""
    path = make_file(format_name)
    write_tags(path, FULL)
    options = ["-v", "error", "-show_format", "-show_streams", "-of", "json"]
    said = json.loads(
        subprocess.run([real(FFPROBE), *options, path], check=True, capture_output=True).stdout
    )
    tags = said["format"].get("tags", {})
    for stream in said["streams"]:
        if stream["codec_type"] == "audio":
            tags |= stream.get("tags", {})
    tags = {name.lower(): text for name, text in tags.items()}
    assert tags["title"] == FULL.title
    assert tags["artist"] == FULL.artist
    assert tags["album"] == FULL.album
    assert tags["album_artist"] == FULL.albumartist
    assert tags["date"] == FULL.date
    assert tags["genre"].split(";")[0] == FULL.genre[0]
    assert tags["track"].split("/")[0] == "3"
    assert tags["disc"].split("/")[0] == "1"
    assert tags.get("tracktotal", tags["track"].rpartition("/")[2]) == "12"
    if format_name != "m4a":  # Of free-form atoms ffprobe tells nothing.
        names = {"mp3": "musicbrainz album id"}
        assert tags[names.get(format_name, "musicbrainz_albumid")] == RELEASE
        assert tags["tsrc" if format_name == "mp3" else "isrc"].split(";")[0] == FULL.isrc[0]
    assert any(stream["codec_type"] == "video" for stream in said["streams"])  # The cover.


@pytest.mark.parametrize("format_name", ["flac", "mp3", "ogg", "opus"])
def test_libsndfile_reads_the_same(make_file: Callable[..., Path], format_name: str) -> None:
    """A third reader agrees where it reads tags at all."""
    path = make_file(format_name)
    write_tags(path, FULL)
    with soundfile.SoundFile(path) as file:
        found = file.copy_metadata()
    assert found["title"] == FULL.title
    assert found["artist"] == FULL.artist
    assert found["album"] == FULL.album
    assert found["date"] == FULL.date
    assert found["tracknumber"].partition("/")[0] == "3"
    assert found["genre"] in FULL.genre


@pytest.mark.parametrize(("format_name", "reader"), [("flac", FLAC), ("ogg", OggVorbis)])
def test_vorbis_keeps_what_we_do_not_know(
    make_file: Callable[..., Path], format_name: str, reader: Any
) -> None:
    """Unknown comments stay, an old "7/12" keeps its total, an old cover is replaced, the back stays."""
    path = make_file(format_name)
    write_tags(path, TagSet(cover=Cover.from_bytes(png(9))))
    old = reader(path)
    old["MY_OWN"] = ["kept", "both"]
    old["tracknumber"] = ["7/12"]
    if format_name == "flac":
        back = Picture()
        back.type, back.mime, back.data = 4, "image/png", png(5)
        old.add_picture(back)
    old.save()
    write_tags(path, TagSet(tracknumber=8, cover=COVER))
    found = read_tags(path)
    assert found["my_own"] == ["kept", "both"]
    assert found["tracknumber"] == ["8"]
    assert found["totaltracks"] == ["12"]
    assert read_cover(path) == COVER
    if format_name == "flac":
        assert [picture.type for picture in FLAC(path).pictures] == [3, 4]


def test_mp4_keeps_what_we_do_not_know(make_file: Callable[..., Path]) -> None:
    """Unknown atoms and the other half of a pair survive."""
    path = make_file("m4a")
    old = MP4(path)
    old["\xa9wrt"] = ["Composer"]
    old["trkn"] = [(7, 12)]
    old["----:com.example:thing"] = [b"kept"]
    old["----:com.apple.iTunes:isrc"] = [b"OLD"]
    old.save()
    write_tags(path, TagSet(tracknumber=8, isrc=("GBAAA9100001",)))
    found = read_tags(path)
    assert found["composer"] == ["Composer"]
    assert found["tracknumber"] == ["8"]
    assert found["totaltracks"] == ["12"]
    assert found["thing"] == ["kept"]
    assert found["isrc"] == ["GBAAA9100001"]


@pytest.mark.parametrize("format_name", ["wav", "aiff"])
def test_other_formats_say_that_they_are_not_tagged(
    make_file: Callable[..., Path], format_name: str
) -> None:
    """Nothing is written into a format that few readers expect tags in."""
    path = make_file(format_name)
    before = path.read_bytes()
    with pytest.raises(VerificationError) as caught:
        write_tags(path, FULL)
    assert caught.value.translation_key == "not_taggable"
    assert path.read_bytes() == before
    assert read_tags(path) == {}


@pytest.mark.parametrize(
    "data", [b"", b"<html>" * 50, b"GIF89a" + bytes(100), b"\xff\xd8\xff", bytes(9 << 20)]
)
def test_covers_are_real_pictures(data: bytes) -> None:
    """A web page, a stub or something huge never becomes a cover."""
    assert Cover.from_bytes(data) is None
