"""Test that whole files pass and that cut, broken or mislabelled ones do not."""

from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.soulspot.engine.errors import StorageError
from custom_components.soulspot.engine.library.checks import CheckResult
from custom_components.soulspot.engine.library.tag_set import Cover, TagSet
from custom_components.soulspot.engine.library.tags import write_tags
from custom_components.soulspot.engine.library.verify import Expectation, Verdict

from .conftest import FORMATS, TAGGED_FORMATS, encode, verify
from .mp4_writer import write_mp4


def result(verdict: Verdict, name: str) -> tuple[CheckResult, str | None]:
    """Return one check's result and the key of its reason."""
    check = next(check for check in verdict.checks if check.name == name)
    return check.result, check.reason.key if check.reason else None


@pytest.mark.parametrize("format_name", FORMATS)
def test_whole_files_pass(make_file: Callable[..., Path], format_name: str) -> None:
    """Size, format, structure and length are all right, and length and rate are measured."""
    path = make_file(format_name)
    verdict = verify(
        path,
        Expectation(size=path.stat().st_size, duration_ms=2000, minimum_bit_rate=64),
    )
    assert verdict.ok, verdict
    assert verdict.reason is None
    assert {check.result for check in verdict.checks} == {CheckResult.PASSED}
    assert verdict.properties is not None
    assert verdict.properties.duration_ms == pytest.approx(2000, abs=80)
    assert verdict.properties.bit_rate is not None
    assert verdict.properties.bit_rate <= path.stat().st_size * 8 / 1900


@pytest.mark.parametrize("format_name", FORMATS)
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_cut_files_fail(
    tmp_path: Path, samples: dict[str, bytes], format_name: str, data: st.DataObject
) -> None:
    """A file that ends early fails wherever it ends, with no size or length to compare with."""
    whole = samples[format_name]
    path = tmp_path / f"cut.{format_name}"
    path.write_bytes(whole[: data.draw(st.integers(1, len(whole) - 1))])
    verdict = verify(path, Expectation())
    assert not verdict.ok
    assert verdict.reason is not None
    assert verdict.reason.key in ("truncated", "unreadable", "not_audio", "damaged")


@pytest.mark.parametrize("format_name", ["flac", "ogg", "opus"])
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_single_changed_bytes_fail(
    tmp_path: Path, samples: dict[str, bytes], format_name: str, data: st.DataObject
) -> None:
    """Formats with checksums tell of one wrong byte in the sound."""
    changed = bytearray(samples[format_name])
    position = data.draw(st.integers(len(changed) // 5, len(changed) - 1))
    changed[position] ^= data.draw(st.integers(1, 255))
    path = tmp_path / f"changed.{format_name}"
    path.write_bytes(changed)
    verdict = verify(path, Expectation())
    assert verdict.reason is not None
    assert verdict.reason.key in ("damaged", "truncated")


@pytest.mark.parametrize("format_name", ["flac", "mp3", "ogg", "opus"])
def test_holes_inside_fail(
    make_file: Callable[..., Path], samples: dict[str, bytes], format_name: str
) -> None:
    """A stretch of zeros, as a broken transfer leaves it, is damage and its place is told."""
    whole = bytearray(samples[format_name])
    half = len(whole) // 2
    whole[half : half + 9000] = bytes(9000)
    verdict = verify(make_file(format_name, data=bytes(whole)), Expectation())
    assert verdict.reason is not None
    assert verdict.reason.key == "damaged"
    assert verdict.reason.placeholders["seconds"] in ("0", "1")


@pytest.mark.parametrize("format_name", ["flac", "mp3"])
def test_tags_at_the_end_are_no_damage(
    make_file: Callable[..., Path], samples: dict[str, bytes], format_name: str
) -> None:
    """ID3v1 and APEv2 after the last frame belong to no frame and disturb nobody."""
    item = b"\x05\0\0\0\0\0\0\0Album\0Twice"
    footer = b"APETAGEX" + (2000).to_bytes(4, "little") + (len(item) + 32).to_bytes(4, "little")
    footer += (1).to_bytes(4, "little") + bytes(12)
    data = samples[format_name] + item + footer + b"TAG" + bytes(125)
    verdict = verify(make_file(format_name, data=data), Expectation())
    assert verdict.ok, verdict
    assert result(verdict, "structure") == (CheckResult.PASSED, None)


def test_zeros_behind_the_last_flac_frame_are_no_damage(
    make_file: Callable[..., Path], samples: dict[str, bytes]
) -> None:
    """Padding behind the sound is left by some programs."""
    assert verify(make_file("flac", data=samples["flac"] + bytes(4096)), Expectation()).ok


def test_flac_without_totals_is_judged_by_its_frames(
    make_file: Callable[..., Path], samples: dict[str, bytes]
) -> None:
    """A streamed FLAC knows neither its length nor its MD5: counted, and told as advice."""
    data = bytearray(samples["flac"])
    data[21] &= 0xF0  # The upper four bits of the number of samples share a byte with the depth.
    data[22:26] = bytes(4)
    data[26:42] = bytes(16)
    verdict = verify(make_file("flac", data=bytes(data)), Expectation(duration_ms=2000))
    assert verdict.ok
    assert verdict.properties is not None
    assert verdict.properties.duration_ms == 2000
    assert result(verdict, "structure") == (CheckResult.ADVISORY, "no_checksum")
    assert not verify(make_file("flac", data=bytes(data[:-3000])), Expectation()).ok


def test_mp3_without_frame_count_fails_when_its_last_frame_is_cut(
    make_file: Callable[..., Path], samples: dict[str, bytes]
) -> None:
    """Without the encoder's notes the last frame alone tells, and the frames give the length."""
    data = samples["mp3"].replace(b"Info", b"\0\0\0\0").replace(b"Xing", b"\0\0\0\0")
    assert data != samples["mp3"]
    whole = verify(make_file("mp3", data=data), Expectation(duration_ms=2000))
    assert whole.ok
    cut = verify(make_file("mp3", data=data[:-10]), Expectation(duration_ms=2000))
    assert cut.reason is not None
    assert cut.reason.key == "truncated"


@pytest.mark.parametrize("movie_first", [True, False])
def test_mp4_with_chunks_outside_fails(make_file: Callable[..., Path], movie_first: bool) -> None:
    """The tables must point into the media data, wherever that stands."""
    data = write_mp4([bytes([n]) * 300 for n in range(90)], movie_first=movie_first)
    assert verify(make_file("m4a", data=data), Expectation(duration_ms=2090)).ok
    table = data.index(b"stco") + 12
    wrong = data[:table] + (5).to_bytes(4, "big") + data[table + 4 :]
    verdict = verify(make_file("m4a", data=wrong), Expectation())
    assert verdict.reason is not None
    assert verdict.reason.key == "damaged"


def test_size_as_announced(make_file: Callable[..., Path]) -> None:
    """One byte more or less than announced is refused with both figures."""
    path = make_file("flac")
    size = path.stat().st_size
    verdict = verify(path, Expectation(size=size + 1))
    assert verdict.reason is not None
    assert verdict.reason.key == "size_differs"
    assert verdict.reason.placeholders == {
        "size": str(size),
        "announced": str(size + 1),
    }


@pytest.mark.parametrize(
    ("wanted_ms", "outcome"),
    [
        (2000, (CheckResult.PASSED, None)),
        (6500, (CheckResult.ADVISORY, "length_differs_slightly")),
        (13000, (CheckResult.FAILED, "length_differs")),
    ],
)
def test_length_against_the_wanted_recording(
    make_file: Callable[..., Path],
    wanted_ms: int,
    outcome: tuple[CheckResult, str | None],
) -> None:
    """Near is fine, farther is told, far is refused."""
    assert (
        result(verify(make_file("flac"), Expectation(duration_ms=wanted_ms)), "length") == outcome
    )


def test_content_against_the_name(make_file: Callable[..., Path]) -> None:
    """An MP3 called FLAC is refused; Opus may be called Ogg."""
    verdict = verify(make_file("mp3", "song.flac"), Expectation())
    assert verdict.reason is not None
    assert verdict.reason.key == "format_mismatch"
    assert verdict.reason.placeholders == {
        "extension": "flac",
        "format": "mp3",
        "codec": "mp3",
    }
    assert verify(make_file("opus", "song.ogg"), Expectation()).ok
    assert not verify(make_file("mp3", "none"), Expectation(extension=".FLAC")).ok


def test_bit_rate_is_measured(make_file: Callable[..., Path]) -> None:
    """What a peer claims is compared with what is there."""
    path = make_file("mp3")
    measured = verify(path, Expectation()).properties
    assert measured is not None
    assert measured.bit_rate is not None
    differing = verify(path, Expectation(bit_rate=measured.bit_rate * 2))
    assert result(differing, "bit_rate") == (CheckResult.ADVISORY, "bit_rate_differs")
    assert differing.ok
    low = verify(path, Expectation(minimum_bit_rate=measured.bit_rate * 2))
    assert result(low, "bit_rate") == (CheckResult.FAILED, "bit_rate_too_low")
    assert verify(make_file("flac"), Expectation(minimum_bit_rate=10_000)).ok


def test_missing_file_is_no_verdict(tmp_path: Path) -> None:
    """A file that is gone says nothing about the peer."""
    with pytest.raises(StorageError) as caught:
        verify(tmp_path / "gone.flac", Expectation())
    assert caught.value.translation_key == "file_vanished"


def test_long_flac_is_walked_across_pieces(tmp_path: Path) -> None:
    """A file of several read pieces is counted to the sample."""
    path = tmp_path / "long.flac"
    path.write_bytes(encode("flac", seconds=20))
    assert path.stat().st_size > 2 << 20
    verdict = verify(path, Expectation(duration_ms=20_000))
    assert verdict.ok
    assert verdict.properties is not None
    assert verdict.properties.duration_ms == 20_000


@pytest.mark.parametrize("format_name", TAGGED_FORMATS)
def test_verdict_is_the_same_for_any_tags(make_file: Callable[..., Path], format_name: str) -> None:
    """Size of tags and pictures is no part of the measured bit rate."""
    path = make_file(format_name)
    before = verify(path, Expectation()).properties
    cover = Cover.from_bytes(b"\xff\xd8\xff\xe0" + bytes(200_000))
    write_tags(path, TagSet(title="Song", cover=cover))
    after = verify(path, Expectation())
    assert after.ok
    assert before is not None
    assert after.properties is not None
    assert after.properties.bit_rate == before.bit_rate
