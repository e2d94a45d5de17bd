"""Read files that the simulated peers would deliver."""

from pathlib import Path

import pytest

from simulators.audio import AudioContent, AudioLibrary, AudioTags, Damage, Profile
from simulators.demo.audio_file import read_audio_file

_TAGS = AudioTags("Эй, ухнем!", "Фёдор Шаляпин", "Album", track_number=3)


def _write(folder: Path, profile: Profile, damage: Damage = Damage.NONE) -> Path:
    """Write one file of seven seconds."""
    path = folder / f"song.{profile.extension}"
    content = AudioContent("song", 7_000, profile, _TAGS, damage)
    path.write_bytes(AudioLibrary().render(content))
    return path


@pytest.mark.parametrize(
    "profile", [Profile.FLAC_16_44, Profile.MP3_192, Profile.OGG_Q6, Profile.M4A_256]
)
def test_sound_file_shows_its_length_and_tags(tmp_path: Path, profile: Profile) -> None:
    """Read every format the network has."""
    found = read_audio_file(_write(tmp_path, profile))
    assert found.problem is None
    assert found.format == profile.extension
    assert found.length_s == pytest.approx(7.0, abs=0.1)
    assert found.is_decoded is (profile is not Profile.M4A_256)
    assert found.tags is not None
    assert (found.tags["title"], found.tags["artist"]) == ([_TAGS.title], [_TAGS.artist])


@pytest.mark.parametrize("damage", [Damage.TRUNCATED, Damage.CORRUPT])
def test_damaged_flac_is_found(tmp_path: Path, damage: Damage) -> None:
    """Notice a file that ends early or has a hole, by a failure or by its length."""
    found = read_audio_file(_write(tmp_path, Profile.FLAC_16_44, damage))
    assert found.problem is not None or abs((found.length_s or 0) - 7.0) > 0.5


def test_no_music_is_found(tmp_path: Path) -> None:
    """Notice what is no audio at all, and what is not there."""
    text = tmp_path / "song.flac"
    text.write_text("not music")
    assert read_audio_file(text).problem is not None
    assert read_audio_file(tmp_path / "missing.mp3").problem is not None
