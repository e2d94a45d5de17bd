"""Turn recorded search responses into peers that give the same answers."""

import json
from pathlib import Path

from simulators.audio import AudioContent, Profile

from .json_rules import Body, Json
from .model import Attributes, Dialect, Peer, SharedFile
from .transfer_model import remote_parts

_PROFILES = {
    "flac": Profile.FLAC_16_44,
    "mp3": Profile.MP3_192,
    "ogg": Profile.OGG_Q6,
    "m4a": Profile.M4A_256,
}
_ANSWERS_WITHIN_SECONDS = 8.0


def load_responses(path: Path) -> tuple[Peer, ...]:
    """Read a file with the answer of `GET /searches/{id}/responses`.

    Every response becomes a peer that tells the same of itself and of its files. Downloads deliver audio of
    the told length, padded or cut to the told size.
    """
    rows: Json = json.loads(path.read_text("utf-8"))
    if not isinstance(rows, list):
        raise ValueError("Recorded responses are a JSON list")  # noqa: TRY004  # the value is wrong
    return tuple(_peer(Body(row), number, len(rows)) for number, row in enumerate(rows))


def _peer(row: Body, number: int, count: int) -> Peer:
    """Make a peer of one response."""
    username = row.text("username") or f"peer {number}"
    speed = row.integer("uploadSpeed", 500_000)
    files = [_file(Body(item), username, is_locked=False) for item in row.items("files") or []]
    files += [
        _file(Body(item), username, is_locked=True) for item in row.items("lockedFiles") or []
    ]
    return Peer(
        username=username,
        files=tuple(files),
        dialect=Dialect.SOULSEEK_QT,
        speed=speed,
        real_speed=max(speed, 1),
        has_free_slot=row.flag("hasFreeUploadSlot", True),
        queue_length=row.integer("queueLength", 0),
        answers_after=0.3 + _ANSWERS_WITHIN_SECONDS * number / max(count, 1),
    )


def _file(row: Body, username: str, is_locked: bool) -> SharedFile:
    """Make a shared file of one row."""
    path = row.text("filename") or "unnamed"
    extension = remote_parts(path)[-1].rpartition(".")[2].casefold()
    length = _optional(row, "length")
    content = None
    if length and (profile := _PROFILES.get(extension)) is not None:
        content = AudioContent(f"{username} {path}", length * 1000, profile)
    return SharedFile(
        path=path,
        content=content,
        size=row.integer("size", 0),
        attributes=Attributes(
            bit_rate=_optional(row, "bitRate"),
            length=length,
            bit_depth=_optional(row, "bitDepth"),
            sample_rate=_optional(row, "sampleRate"),
            is_variable_bit_rate=row.flag("isVariableBitRate", False)
            if "isVariableBitRate" in row
            else None,
        ),
        extension=row.text("extension") or "",
        is_locked=is_locked,
    )


def _optional(row: Body, name: str) -> int | None:
    """Return a number, or None when it was not told."""
    return row.integer(name, 0) if name in row else None
