"""Test that properties come from the content, and that hostile bytes have a named answer."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.soulspot.engine.errors import StorageError, VerificationError
from custom_components.soulspot.engine.library.audio import read_audio
from custom_components.soulspot.engine.library.index import scan
from custom_components.soulspot.engine.library.tags import read_cover, read_tags
from custom_components.soulspot.engine.library.verify import Expectation

from .conftest import FORMATS, encode, verify

CODECS = {
    "flac": "flac",
    "mp3": "mp3",
    "ogg": "vorbis",
    "opus": "opus",
    "m4a": "aac",
    "wav": "pcm",
    "aiff": "pcm",
}


@pytest.mark.parametrize("format_name", FORMATS)
def test_reads_properties_whatever_the_name(
    make_file: Callable[..., Path], format_name: str
) -> None:
    """A wrong or missing extension does not change what the file is."""
    for name in (f"right.{format_name}", "wrong.mp3", "wrong.flac", "none"):
        properties = read_audio(make_file(format_name, name))
        assert properties.format == format_name
        assert properties.codec == CODECS[format_name]
        assert properties.duration_ms == pytest.approx(2000, abs=80)
        assert properties.sample_rate == (48000 if format_name == "opus" else 44100)
        assert properties.channels == 2
        assert properties.is_lossless is (format_name in ("flac", "wav", "aiff"))
        assert properties.bit_depth == (16 if properties.is_lossless else None)


def test_reads_high_resolution(tmp_path: Path) -> None:
    """24 bits are told from 16."""
    path = tmp_path / "high.flac"
    path.write_bytes(encode("flac", subtype="PCM_24"))
    assert read_audio(path).bit_depth == 24


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 5000,
        b"<html>not found</html>" * 50,
        b"PK\3\4" + b"\0" * 400,
        b"\x89PNG\r\n\x1a\n" + b"\1" * 600,
    ],
)
def test_refuses_what_is_no_audio(tmp_path: Path, data: bytes) -> None:
    """A web page, an archive or a picture under an audio name is named as such."""
    path = tmp_path / "song.mp3"
    path.write_bytes(data)
    with pytest.raises(VerificationError) as caught:
        read_audio(path)
    assert caught.value.translation_key == "not_audio"


def test_names_broken_headers(tmp_path: Path, samples: dict[str, bytes]) -> None:
    """A known beginning with nonsense behind it is unreadable."""
    path = tmp_path / "song.flac"
    path.write_bytes(samples["flac"][:20])
    with pytest.raises(VerificationError) as caught:
        read_audio(path)
    assert caught.value.translation_key == "unreadable"


def test_names_missing_files(tmp_path: Path) -> None:
    """A file that is gone is a matter of storage."""
    with pytest.raises(StorageError) as caught:
        read_audio(tmp_path / "gone.flac")
    assert caught.value.translation_key == "file_vanished"


@pytest.mark.parametrize("format_name", FORMATS)
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_hostile_bytes_raise_only_named_errors(
    tmp_path: Path, samples: dict[str, bytes], format_name: str, data: st.DataObject
) -> None:
    """However a file is mangled, every reader answers with a result or one of our errors."""
    mangled = bytearray(samples[format_name])
    limit = data.draw(st.sampled_from([200, 2000, len(mangled)]))
    for position, value in data.draw(
        st.lists(st.tuples(st.integers(0, limit - 1), st.integers(0, 255)), max_size=12)
    ):
        mangled[position % len(mangled)] = value
    folder = tmp_path / "library"
    folder.mkdir(exist_ok=True)
    path = folder / f"song.{format_name}"
    path.write_bytes(bytes(mangled[: data.draw(st.integers(0, len(mangled)))]))
    for reader in (read_audio, read_tags, read_cover):
        with suppress(VerificationError):
            reader(path)
    verify(path, Expectation(size=1, duration_ms=1))
    assert sum(len(batch.found) + len(batch.unreadable) for batch in scan(folder, {})) == 1
