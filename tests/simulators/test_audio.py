"""Check the synthesised audio with decoders that are not ours."""

import hashlib
from io import BytesIO
from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile

from simulators.audio import AudioContent, AudioLibrary, AudioTags, Damage, Profile

LENGTH_MS = 11_700
TAGS = AudioTags("Größer", "Дуэт & Co", "Album: One", "Various", 7, 1999, "jazz")
DECODED_BY_LIBSNDFILE = tuple(one for one in Profile if one is not Profile.M4A_256)


@pytest.fixture(scope="session")
def library() -> AudioLibrary:
    """Return a library that keeps its segments between runs."""
    return AudioLibrary()


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("length_ms", [1_000, LENGTH_MS, 61_234])
def test_size_is_known_before_the_file_exists(
    library: AudioLibrary, profile: Profile, length_ms: int
) -> None:
    """A share announces exactly the bytes that come, whatever the tags."""
    for tags in (None, TAGS):
        content = AudioContent("size", length_ms, profile, tags)
        assert len(library.render(content)) == library.size(content)


@pytest.mark.parametrize("profile", Profile)
def test_tags_length_and_codec_are_read_by_others(
    library: AudioLibrary, profile: Profile, tmp_path: Path
) -> None:
    """Mutagen sees the announced length, the codec's numbers and the tags."""
    path = tmp_path / f"file.{profile.extension}"
    path.write_bytes(library.render(AudioContent("tags", LENGTH_MS, profile, TAGS)))
    found = mutagen.File(path, easy=True)
    assert found.info.length == pytest.approx(LENGTH_MS / 1000, abs=0.06)
    assert found.info.sample_rate == profile.sample_rate
    assert found.info.channels == 2
    assert found["title"] == ["Größer"]
    assert found["artist"] == ["Дуэт & Co"]
    assert found["album"] == ["Album: One"]
    if profile.bit_depth is not None:
        assert found.info.bits_per_sample == profile.bit_depth
    constant = {Profile.MP3_320: 320, Profile.MP3_192: 192, Profile.MP3_128: 128}
    if profile in constant:
        assert round(found.info.bitrate / 1000) == constant[profile]


@pytest.mark.parametrize("profile", Profile)
def test_bit_rate_is_known_without_encoding(library: AudioLibrary, profile: Profile) -> None:
    """What clients would tell of a profile is what its files have on average."""
    content = AudioContent("rate", 200_000, profile)
    assert library.bit_rate(content) == pytest.approx(profile.bit_rate, rel=0.05)


@pytest.mark.parametrize("profile", DECODED_BY_LIBSNDFILE)
def test_every_frame_decodes(library: AudioLibrary, profile: Profile) -> None:
    """The whole file decodes to the announced length and is not silent anywhere."""
    data = library.render(AudioContent("decode", LENGTH_MS, profile, TAGS))
    samples, rate = soundfile.read(BytesIO(data))
    assert rate == profile.sample_rate
    assert len(samples) / rate == pytest.approx(LENGTH_MS / 1000, abs=0.06)
    for part in np.array_split(samples[: rate * 11], 22):
        assert np.abs(part).max() > 0.01


@pytest.mark.parametrize("profile", [Profile.FLAC_16_44, Profile.FLAC_24_48])
def test_flac_checksum_is_that_of_its_samples(library: AudioLibrary, profile: Profile) -> None:
    """The checksum in the header is true, so that verifying tools are content."""
    data = library.render(AudioContent("checksum", LENGTH_MS, profile))
    kind, width = ("int16", 2) if profile.bit_depth == 16 else ("int32", 3)
    samples, _ = soundfile.read(BytesIO(data), dtype=kind)
    raw = samples.astype("<i4").reshape(-1, 1).view(np.uint8)
    raw = raw[:, :2] if width == 2 else raw[:, 1:]
    expected = hashlib.md5(raw.tobytes(), usedforsecurity=False).digest()
    assert data[26:42] == expected


def test_different_recordings_sound_different(library: AudioLibrary) -> None:
    """The sound follows the key, not the codec, and is the same on every run."""
    one = library.render(AudioContent("one", LENGTH_MS, Profile.FLAC_16_44))
    again = AudioLibrary().render(AudioContent("one", LENGTH_MS, Profile.FLAC_16_44))
    other = library.render(AudioContent("other", LENGTH_MS, Profile.FLAC_16_44))
    assert one == again
    assert one != other
    lossy, _ = soundfile.read(
        BytesIO(library.render(AudioContent("one", LENGTH_MS, Profile.OGG_Q6)))
    )
    lossless, _ = soundfile.read(BytesIO(one))
    # Lossy codecs chain a little less tightly, so that later parts lie apart.
    count = 2 * Profile.OGG_Q6.sample_rate
    likeness = np.corrcoef(lossy[:count, 0], lossless[:count, 0])[0, 1]
    assert likeness > 0.8


def _treble_share(data: bytes) -> float:
    """Return how strong the band above 18 kHz is beside that from 12 to 14 kHz."""
    samples, rate = soundfile.read(BytesIO(data))
    spectrum = np.abs(np.fft.rfft(samples[: rate * 5, 0]))
    frequencies = np.fft.rfftfreq(rate * 5, 1 / rate)
    treble = spectrum[(frequencies > 18_000) & (frequencies < 20_000)].mean()
    middle = spectrum[(frequencies > 12_000) & (frequencies < 14_000)].mean()
    return float(treble / middle)


def test_transcode_betrays_itself_in_the_spectrum(library: AudioLibrary) -> None:
    """A lossless file made of a lossy one has no treble; a true one has."""
    true = library.render(AudioContent("spectrum", LENGTH_MS, Profile.FLAC_16_44))
    dressed_up = library.render(AudioContent("spectrum", LENGTH_MS, Profile.FLAC_FROM_MP3))
    assert _treble_share(true) > 0.5
    assert _treble_share(dressed_up) < 0.05


def test_damage_shows(library: AudioLibrary) -> None:
    """A truncated file is short of its announced length, a corrupt one differs in the middle."""
    whole = AudioContent("damage", LENGTH_MS, Profile.FLAC_16_44)
    truncated = AudioContent("damage", LENGTH_MS, Profile.FLAC_16_44, damage=Damage.TRUNCATED)
    corrupt = AudioContent("damage", LENGTH_MS, Profile.FLAC_16_44, damage=Damage.CORRUPT)
    data = library.render(whole)
    assert len(library.render(truncated)) == library.size(truncated) < len(data) * 0.7
    damaged = library.render(corrupt)
    assert len(damaged) == library.size(corrupt) == len(data)
    assert damaged != data


def test_spoilt_cache_is_made_anew(tmp_path: Path) -> None:
    """A cache file that was cut off by a crash does no harm."""
    content = AudioContent("cache", 3_000, Profile.OGG_Q6)
    expected = AudioLibrary(tmp_path).render(content)
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:-100])
    assert AudioLibrary(tmp_path).render(content) == expected
