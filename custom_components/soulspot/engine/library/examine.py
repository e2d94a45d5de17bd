"""Examine a file's content: what is true of it for whoever wants it, from wherever it came."""

from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, Self

from ..errors import VerificationError
from ..model import Reason
from ..programs import Caller, Programs
from .audio import AudioProperties, read_audio
from .checks import Check, CheckName, CheckResult, find_failure, passed
from .decode import check_codec, decode
from .formats import sniff_format
from .spectrum import SUSPICIOUS, check_spectrum
from .storage import storage_errors
from .streams import CHUNK_BYTES, StreamReport, inspect_stream
from .streams.flac import read_stream_info

EXAMINATION_VERSION = 1  # Higher whenever the checks find out more: older results are made anew.


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """Hold what a content is; `properties` is None when it is no readable audio.

    The checks are those that need nothing but the content: structure first, then, with `examine_sound`,
    decoding, codec and spectrum.
    """

    size: int  # bytes
    properties: AudioProperties | None  # Length and bit rate as measured, not as claimed.
    checks: tuple[Check, ...]

    def needs_sound(self, programs: Programs) -> bool:
        """Tell whether listening is still to be done, or can now be done better than before."""
        if self.properties is None or find_failure(self.checks) is not None:
            return False
        decoding = next((check for check in self.checks if check.name is CheckName.DECODE), None)
        if decoding is None:
            return True
        was_without = decoding.reason is not None and decoding.reason.key == "no_ffmpeg"
        return was_without and programs.ffmpeg is not None

    def to_json(self) -> dict[str, Any]:
        """Return the examination for storage."""
        return {
            "version": EXAMINATION_VERSION,
            "size": self.size,
            "properties": asdict(self.properties) if self.properties is not None else None,
            "checks": [check.to_json() for check in self.checks],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self | None:
        """Return the examination that `to_json` wrote, None for one by older rules."""
        if data.get("version") != EXAMINATION_VERSION:
            return None
        properties = data["properties"]
        return cls(
            size=data["size"],
            properties=AudioProperties(**properties) if properties else None,
            checks=tuple(map(Check.from_json, data["checks"])),
        )


def content_hash(path: Path, caller: Caller) -> str:
    """Return the BLAKE2b of all bytes: what a content is known by, whoever sends it.

    Raises StorageError `file_vanished` or `file_not_readable`, and ProgramStoppedError.
    """
    digest = blake2b(digest_size=20)
    with storage_errors(path, reading=True), path.open("rb") as file:
        while data := file.read(CHUNK_BYTES):
            caller.check()
            digest.update(data)
    return digest.hexdigest()


def examine_structure(path: Path) -> Examination:
    """Read headers and walk the stream to the last byte; blocks.

    Reasons of a failed check: `not_audio`, `unreadable`, `truncated`, `damaged`; of a skipped one
    `structure_not_checked`; advisory: `no_checksum`, `extra_data`. Raises StorageError `file_vanished` or
    `file_not_readable`.
    """
    with storage_errors(path, reading=True):
        size = path.stat().st_size
    try:
        claimed = read_audio(path)
    except VerificationError as error:
        return Examination(size=size, properties=None, checks=(_explain_unreadable(path, error),))
    report = inspect_stream(path, claimed.format)
    return Examination(
        size=size,
        properties=_measured(claimed, report),
        checks=(_check_structure(report, claimed.format),),
    )


def examine_sound(
    path: Path, known: Examination, programs: Programs, caller: Caller
) -> Examination:
    """Add what listening tells to what the structure told; blocks, for seconds.

    The reasons are those of `decode.decode`, `decode.check_codec` and `spectrum.check_spectrum`. Raises
    StorageError `file_vanished` or `file_not_readable`, and ProgramStoppedError.
    """
    properties = known.properties
    if properties is None:
        return known
    checks = [check for check in known.checks if check.name is CheckName.STRUCTURE]
    checksum = _stream_checksum(path) if properties.format == "flac" else None
    checks += decode(path, properties, programs, caller, stream_checksum=checksum)
    checks += check_codec(path, properties, programs, caller)
    if properties.is_lossless and find_failure(tuple(checks)) is None:
        checks.append(_check_spectrum(path, properties, programs, caller))
    return replace(known, checks=tuple(checks))


def _explain_unreadable(path: Path, error: VerificationError) -> Check:
    """Name the fault of a file whose headers cannot be read: many of these just end too early."""
    with storage_errors(path, reading=True), path.open("rb") as file:
        format_name = sniff_format(file)
    report = inspect_stream(path, format_name) if format_name is not None else None
    if report is not None and report.fault is not None:
        return Check(name=CheckName.STRUCTURE, result=CheckResult.FAILED, reason=report.fault)
    return Check(name=CheckName.FORMAT, result=CheckResult.FAILED, reason=error.reason)


def _measured(claimed: AudioProperties, report: StreamReport | None) -> AudioProperties:
    """Replace what the headers claim by what was counted."""
    if report is None or not report.duration_ms:
        return claimed
    # Bits in a millisecond are kilobits in a second.
    bit_rate = round(report.audio_bytes * 8 / report.duration_ms)
    return replace(claimed, duration_ms=report.duration_ms, bit_rate=bit_rate or None)


def _check_structure(report: StreamReport | None, format_name: str) -> Check:
    """Judge the walk over the whole file."""
    if report is None:
        reason = Reason(key="structure_not_checked", placeholders={"format": format_name})
        return Check(name=CheckName.STRUCTURE, result=CheckResult.SKIPPED, reason=reason)
    if report.fault is not None:
        return Check(name=CheckName.STRUCTURE, result=CheckResult.FAILED, reason=report.fault)
    if report.notes:
        return Check(name=CheckName.STRUCTURE, result=CheckResult.ADVISORY, reason=report.notes[0])
    return passed(CheckName.STRUCTURE)


def _stream_checksum(path: Path) -> str | None:
    """Return the sum of the samples that a FLAC stream bears."""
    with storage_errors(path, reading=True), path.open("rb") as file:
        info = read_stream_info(file)
    return info.checksum or None if info is not None else None


def _check_spectrum(
    path: Path, properties: AudioProperties, programs: Programs, caller: Caller
) -> Check:
    """Tell when a lossless file seems to have been lossy once, or why that cannot be told."""
    estimate, reason = check_spectrum(
        path,
        properties.format,
        duration_ms=properties.duration_ms,
        ffmpeg=programs.ffmpeg,
        caller=caller,
    )
    measured = str(round(estimate.probability * 100)) if estimate is not None else None
    limit = str(round(SUSPICIOUS * 100))
    if reason is None:
        return passed(CheckName.SPECTRUM, measured=measured, limit=limit)
    result = CheckResult.SKIPPED if estimate is None else CheckResult.ADVISORY
    return Check(
        name=CheckName.SPECTRUM, result=result, reason=reason, measured=measured, limit=limit
    )
