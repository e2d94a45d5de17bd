"""Compare what AcoustID recognises in a sound with the wanted recording."""

from collections.abc import Sequence

from ...acoustid.models import Identification, IdentifiedRecording
from ...library.checks import Check, CheckName, CheckResult, passed
from ...matching.songs import TitleAgreement, compare_titles, share_artist
from ...matching.transliteration import has_other_script
from ...model import Reason, Track

# Below this a likeness is chance (beets uses the same); from the other on it is the same sound.
LIKE, SURE = 0.5, 0.9
_NEUTRAL = CheckResult.SKIPPED


def judge_identity(track: Track, found: Sequence[Identification]) -> Check:
    """Return whether the sound is the wanted recording, another one, or not known.

    Only plain contradiction fails: every recording that surely has this sound bears another title, or
    belongs to other artists by their ids. Reasons: `acoustid_other_recording` fails, `acoustid_unknown` and
    `acoustid_unclear` are neutral.
    """
    like = [item for item in found if item.score >= LIKE]
    if not any(item.recordings for item in like):
        return _told(_NEUTRAL, Reason(key="acoustid_unknown"), like)
    matching = next(
        (item for item in like if any(_agrees(track, r) for r in item.recordings)), None
    )
    if matching is not None:
        return passed(CheckName.ACOUSTID, measured=_percent(matching.score), limit=_percent(LIKE))
    sure = [recording for item in like if item.score >= SURE for recording in item.recordings]
    if sure and all(_contradicts(track, recording) for recording in sure):
        placeholders = {"recording": _name(sure[0]), "percent": _percent(like[0].score)}
        reason = Reason(key="acoustid_other_recording", placeholders=placeholders)
        return _told(CheckResult.FAILED, reason, like)
    named = next((r for item in like for r in item.recordings if r.title), None)
    placeholders = {"recording": _name(named) if named is not None else "?"}
    return _told(_NEUTRAL, Reason(key="acoustid_unclear", placeholders=placeholders), like)


def not_asked(reason: Reason) -> Check:
    """Return the check when AcoustID could not be asked."""
    return _told(_NEUTRAL, reason, [])


def _told(result: CheckResult, reason: Reason, like: Sequence[Identification]) -> Check:
    """Return a check that did not pass, with the best likeness."""
    return Check(
        name=CheckName.ACOUSTID,
        result=result,
        reason=reason,
        measured=_percent(like[0].score) if like else None,
        limit=_percent(SURE),
    )


def _agrees(track: Track, recording: IdentifiedRecording) -> bool:
    """Tell whether a recording is the wanted one: by its id, or by title and artist."""
    if recording.musicbrainz_id == track.musicbrainz_recording_id:
        return True
    if not recording.title or not _shares_artist(track, recording):
        return False
    return _compare(track, recording.title) <= TitleAgreement.ADDITION


def _contradicts(track: Track, recording: IdentifiedRecording) -> bool:
    """Tell whether a recording is plainly not the wanted one.

    The same song by an artist of another name is no contradiction, unless ids prove it: names change.
    """
    if not recording.title or not recording.artists:
        return False
    names = [track.metadata.title, recording.title]
    if has_other_script(names[0]) != has_other_script(names[1]):
        return False
    if _compare(track, recording.title) is TitleAgreement.DIFFERENT:
        return True
    wanted = _wanted_ids(track)
    theirs = {artist.musicbrainz_id for artist in recording.artists if artist.musicbrainz_id}
    return bool(wanted) and bool(theirs) and not wanted & theirs


def _shares_artist(track: Track, recording: IdentifiedRecording) -> bool:
    """Tell whether an artist is common to both, by id or by name."""
    if _wanted_ids(track) & {artist.musicbrainz_id for artist in recording.artists}:
        return True
    names = [artist.name for artist in recording.artists]
    wanted = [artist.name for artist in track.metadata.artists if artist.name]
    return not wanted or share_artist(wanted, [*names, " feat. ".join(names)])


def _wanted_ids(track: Track) -> set[str | None]:
    """Return the MusicBrainz ids of the wanted artists."""
    return {artist.musicbrainz_id for artist in track.metadata.artists if artist.musicbrainz_id}


def _compare(track: Track, title: str) -> TitleAgreement:
    """Return how a title agrees with the wanted one."""
    artists = [artist.name for artist in track.metadata.artists if artist.name]
    return compare_titles(track.metadata.title, title, artists)


def _name(recording: IdentifiedRecording) -> str:
    """Return "Artist - Title" of a recording."""
    artists = ", ".join(artist.name for artist in recording.artists)
    return f"{artists} - {recording.title or recording.musicbrainz_id}" if artists else "?"


def _percent(share: float) -> str:
    """Return a share in percent as text."""
    return str(round(share * 100))
