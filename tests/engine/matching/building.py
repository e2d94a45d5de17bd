"""Build wanted recordings, remote files and peers for tests."""

from collections.abc import Sequence

from custom_components.soulspot.engine.matching import (
    Decision,
    QualityProfile,
    WantedRecording,
    profile_for,
    rank,
)
from custom_components.soulspot.engine.model import PeerHistory, PeerResponse, Quality, RemoteFile

BEST = profile_for(Quality.BEST)


def wanted(
    title: str = "Thief of Fire",
    artist: str | Sequence[str] = "The Pop Group",
    album: str | None = "Y",
    seconds: float | None = 275,
    isrc: str | None = None,
) -> WantedRecording:
    """Return a wanted recording; length in seconds."""
    return WantedRecording(
        title=title,
        artists=(artist,) if isinstance(artist, str) else tuple(artist),
        album=album,
        duration_ms=None if seconds is None else round(seconds * 1000),
        isrc=isrc,
    )


def file(
    path: str,
    length_s: int | None = None,
    bit_rate: int | None = None,
    size: int = 0,
    bit_depth: int | None = None,
    sample_rate: int | None = None,
    *,
    is_locked: bool = False,
) -> RemoteFile:
    """Return a remote file."""
    return RemoteFile(
        path=path,
        size=size,
        length_s=length_s,
        bit_rate=bit_rate,
        bit_depth=bit_depth,
        sample_rate=sample_rate,
        is_locked=is_locked,
    )


def peer(
    *files: RemoteFile,
    username: str = "peer",
    has_free_slot: bool = True,
    queue_length: int = 0,
    upload_speed: int = 1_000_000,
) -> PeerResponse:
    """Return a peer's answer."""
    return PeerResponse(
        username=username,
        has_free_slot=has_free_slot,
        queue_length=queue_length,
        upload_speed=upload_speed,
        files=files,
    )


def decide(
    recording: WantedRecording,
    *answers: PeerResponse | RemoteFile,
    profile: QualityProfile = BEST,
    histories: dict[str, PeerHistory] | None = None,
) -> Decision:
    """Rank answers; a bare file is a peer of its own."""
    responses = [
        answer if isinstance(answer, PeerResponse) else peer(answer, username=f"peer{number}")
        for number, answer in enumerate(answers)
    ]
    return rank(recording, responses, profile, histories or {})
