"""Let ffmpeg decode a whole file and ffprobe name its codec, where they are installed."""

from pathlib import Path
import re

from ..model import Reason
from ..programs import Caller, Finished, Programs
from .audio import AudioProperties
from .checks import Check, CheckName, CheckResult, passed, seconds
from .storage import displayable

_SECONDS_A_DECODE = 300.0
_SECONDS_A_LOOK = 30.0
_SHOWN_CHARACTERS = 200
_OUTPUT_BYTES = 256 * 1024  # A line of progress every half second comes to far less.
# Coders that lose something also lose a little at both ends; others nothing, but for rounding.
_BEARABLE_GAP_MS, _BEARABLE_SHARE = 1000, 0.01
_ROUNDING_MS = 100
# How ffmpeg speaks of a piece that it could not decode, in all its versions; of MP3 and AAC a piece is a
# fortieth of a second. One or two at either end are no rarity.
_LOST_PIECE = re.compile(r"\berror\b.*\bdecod|\bdecod\w* error", re.IGNORECASE)
_LOST_PIECES = 4
# Playlists among the formats could name other files and addresses: only these are opened, and only
# from the disk.
_DEMUXERS = "aac,aiff,ape,asf,dsf,flac,mov,mp3,mpc,mpc8,ogg,tak,tta,w64,wav,wv"
_SAMPLE_CODECS = {8: "pcm_s8", 16: "pcm_s16le", 24: "pcm_s24le"}
# How ffprobe's names begin; codecs that are missing here have too many names to be compared.
_CODEC_NAMES = {
    "aac": "aac",
    "alac": "alac",
    "ape": "ape",
    "dsd": "dsd_",
    "flac": "flac",
    "mp3": "mp3",
    "musepack": "musepack",
    "opus": "opus",
    "pcm": "pcm_",
    "tak": "tak",
    "tta": "tta",
    "vorbis": "vorbis",
    "wavpack": "wavpack",
    "wma": "wma",
}


def input_arguments(path: Path) -> list[str]:
    """Return how ffmpeg and ffprobe are told the file: hostile names and contents open nothing else."""
    return [
        "-protocol_whitelist",
        "file",
        "-format_whitelist",
        _DEMUXERS,
        "-i",
        f"file:{path.absolute()}",
    ]


def decode(
    path: Path,
    properties: AudioProperties,
    programs: Programs,
    caller: Caller,
    *,
    stream_checksum: str | None = None,
    timeout: float = _SECONDS_A_DECODE,
) -> tuple[Check, ...]:
    """Decode all of the sound to nowhere, and count it.

    `stream_checksum` is the MD5 that a FLAC stream bears of its samples, as hexadecimal digits. Reasons:
    `no_ffmpeg`, `decoder_failed` when it could not be run, `decode_timed_out` after `timeout` seconds,
    `decode_failed` with ffmpeg's first line as `error`, `decode_too_short`, `decode_complained`,
    `checksum_differs`. Raises ProgramStoppedError.
    """
    if programs.ffmpeg is None:
        return (_skipped(CheckName.DECODE, "no_ffmpeg"),)
    sample_codec = _SAMPLE_CODECS.get(properties.bit_depth or 0)
    if stream_checksum and sample_codec and (properties.channels or 0) in (1, 2):
        sink = ["-c:a", sample_codec, "-f", "md5"]
    else:
        sink, stream_checksum = ["-f", "null"], None
    command = [programs.ffmpeg, "-nostdin", "-hide_banner", "-v", "error", "-threads", "1"]
    command += [*input_arguments(path), "-map", "0:a:0", "-vn", "-sn", "-dn"]
    # Time stamps by the count of samples: what could not be decoded is then missing from the time.
    command += ["-af", "asetpts=N/SR/TB", "-nostats", "-progress", "pipe:1", *sink, "pipe:1"]
    try:
        finished = caller.run(command, timeout=timeout, maximum_output=_OUTPUT_BYTES)
    except OSError as error:
        return (_skipped(CheckName.DECODE, "decoder_failed", error=str(error.strerror)),)
    if finished.exit_code is None:
        return (_skipped(CheckName.DECODE, "decode_timed_out", seconds=str(round(timeout))),)
    said = _said(finished)
    checks = [_judge(finished, said, properties)]
    if stream_checksum and "MD5" in said and checks[0].result is not CheckResult.FAILED:
        checks.append(_compare(said["MD5"], stream_checksum))
    return tuple(checks)


def _said(finished: Finished) -> dict[str, str]:
    """Return the last value of every name in ffmpeg's lines of progress."""
    lines = finished.output.decode(errors="replace").splitlines()
    return dict(line.partition("=")[::2] for line in lines if "=" in line)


def _judge(finished: Finished, said: dict[str, str], properties: AudioProperties) -> Check:
    """Judge exit code, complaints and the length of what came out.

    Complaints may be about a picture or an oddity that players step over: a file is refused when several
    pieces or some time of the sound are missing, or when nothing says how much came out.
    """
    decoded = said.get("out_time_us", "")
    decoded_ms = int(decoded) // 1000 if decoded.isdecimal() else None
    expected_ms = properties.duration_ms
    figures = {
        "measured": seconds(decoded_ms) if decoded_ms is not None else None,
        "limit": seconds(expected_ms) if expected_ms is not None else None,
    }
    complaint = displayable(finished.complaint.partition("\n")[0])[:_SHOWN_CHARACTERS]
    error = {"error": complaint or f"exit code {finished.exit_code}"}
    is_short = (
        decoded_ms is not None
        and expected_ms is not None
        and expected_ms - decoded_ms > _bearable_gap(properties, expected_ms)
    )
    reason: Reason | None = None
    result = CheckResult.FAILED
    lost_pieces = len(_LOST_PIECE.findall(finished.complaint))
    is_broken = lost_pieces >= _LOST_PIECES or (bool(complaint) and decoded_ms is None)
    if finished.exit_code or is_broken:
        reason = Reason(key="decode_failed", placeholders=error)
    elif is_short and decoded_ms is not None and expected_ms is not None:
        placeholders = {"seconds": seconds(decoded_ms), "announced": seconds(expected_ms)}
        reason = Reason(key="decode_too_short", placeholders=placeholders)
    elif complaint:
        reason = Reason(key="decode_complained", placeholders=error)
        result = CheckResult.ADVISORY
    if reason is None:
        return passed(CheckName.DECODE, **figures)
    return Check(name=CheckName.DECODE, result=result, reason=reason, **figures)


def _bearable_gap(properties: AudioProperties, expected_ms: int) -> float:
    """Return the milliseconds that may be missing."""
    if properties.is_lossless:
        return _ROUNDING_MS
    return max(_BEARABLE_GAP_MS, expected_ms * _BEARABLE_SHARE)


def _compare(decoded: str, announced: str) -> Check:
    """Compare the sum of what was decoded with the one the encoder noted."""
    if decoded.strip().lower() == announced.lower():
        return passed(CheckName.CHECKSUM)
    reason = Reason(key="checksum_differs")
    return Check(name=CheckName.CHECKSUM, result=CheckResult.FAILED, reason=reason)


def check_codec(
    path: Path, properties: AudioProperties, programs: Programs, caller: Caller
) -> tuple[Check, ...]:
    """Compare the codec with the one ffprobe names; nothing when it is not there or cannot tell.

    Reason: `codec_differs`. Raises ProgramStoppedError.
    """
    if programs.ffprobe is None:
        return ()
    command = [programs.ffprobe, "-hide_banner", "-v", "error", *input_arguments(path)]
    command += ["-select_streams", "a:0", "-show_entries", "stream=codec_name"]
    command += ["-of", "default=noprint_wrappers=1:nokey=1"]
    try:
        finished = caller.run(command, timeout=_SECONDS_A_LOOK, maximum_output=_SHOWN_CHARACTERS)
    except OSError:
        return ()
    found = finished.output.decode(errors="replace").strip()
    expected = _CODEC_NAMES.get(properties.codec)
    if finished.exit_code != 0 or expected is None or not found or not found.isprintable():
        return ()
    if found.startswith(expected):
        return (passed(CheckName.CODEC, measured=found),)
    placeholders = {"codec": properties.codec, "found": found}
    return (
        Check(
            name=CheckName.CODEC,
            result=CheckResult.FAILED,
            reason=Reason(key="codec_differs", placeholders=placeholders),
            measured=found,
        ),
    )


def _skipped(name: CheckName, key: str, **placeholders: str) -> Check:
    """Return a check that could not be made."""
    return Check(
        name=name,
        result=CheckResult.SKIPPED,
        reason=Reason(key=key, placeholders=placeholders),
    )
