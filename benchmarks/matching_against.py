"""Rank the same files with another program's matcher, when it is installed, to compare the speed.

Nothing of the other program is part of this project: it is imported by name, or left out.
"""

from collections.abc import Callable, Iterable
from functools import partial
import importlib
import importlib.util

from benchmarks.matching_cases import Case
from custom_components.soulspot.engine.model import PeerResponse

PEERS = ("spotiseek",)
_USUAL_SIZE = (
    10_000_000  # bytes, where a size is not told: the other program drops files without one.
)

type Search = Callable[[], object]


def searches_of(peer: str, work: Iterable[tuple[Case, list[PeerResponse]]]) -> list[Search] | None:
    """Return one call of the other matcher for each search, None when it is not installed."""
    if importlib.util.find_spec(peer) is None:
        return None
    matcher = importlib.import_module(f"{peer}.matcher")
    models = importlib.import_module(f"{peer}.models")
    settings = matcher.MatchSettings(
        formats=["flac", "mp3", "wav", "m4a"],
        min_bitrate=0,
        duration_tolerance_sec=5,
        min_confidence=80,
    )
    searches: list[Search] = []
    raw_answers: dict[int, list[dict[str, object]]] = {}  # Whole answers serve many searches.
    for case, responses in work:
        track = models.Track(
            name=case.wanted.title,
            artists=list(case.wanted.artists),
            album=case.wanted.album,
            duration_ms=case.wanted.duration_ms,
        )
        raw = raw_answers.setdefault(id(responses), [])
        if not raw:
            raw.extend(_raw(response) for response in responses)
        searches.append(partial(matcher.rank_candidates, raw, track, settings))
    return searches


def _raw(response: PeerResponse) -> dict[str, object]:
    """Return an answer as the server sends it, which is what the other program reads."""
    return {
        "username": response.username,
        "hasFreeUploadSlot": response.has_free_slot,
        "queueLength": response.queue_length,
        "uploadSpeed": response.upload_speed,
        "files": [
            {
                "filename": file.path,
                "size": file.size or _USUAL_SIZE,
                "bitRate": file.bit_rate,
                "length": file.length_s,
            }
            for file in response.files
        ],
    }
