"""Put a judgement into evidence with reasons that people understand."""

from functools import cache

from ..model import Reason
from .decision import Evidence, EvidenceField, Outcome, Verdict
from .folders import AlbumLevel
from .judging import ArtistLevel, Judgement, is_from_other_record
from .lengths import LengthLevel
from .siblings import SiblingLevel
from .surroundings import TitleLevel, TitleMatch

_SIBLINGS = {
    SiblingLevel.SCALED: (Verdict.AGREES, "folder_scaled"),
    SiblingLevel.SIZE_UNLIKE: (Verdict.DOUBTFUL, "size_unlike_siblings"),
    SiblingLevel.SHIFTED: (Verdict.DOUBTFUL, "names_shifted"),
}
_LONGEST_QUOTE = 60  # characters of a remote name in a sentence.


def explain(judgement: Judgement) -> tuple[Evidence, ...]:
    """Return every piece of evidence of a judgement, in the order of its weight."""
    evidence = [_title(judgement), *_additions(judgement), _artist(judgement)]
    evidence += [
        _evidence(EvidenceField.VERSION, finding.verdict, finding.key)
        for finding in judgement.versions
    ]
    evidence.append(_length(judgement))
    if judgement.siblings is not SiblingLevel.SILENT:
        verdict, key = _SIBLINGS[judgement.siblings]
        evidence.append(_evidence(EvidenceField.SIBLINGS, verdict, key))
    album = _album(judgement)
    if album is not None:
        evidence.append(album)
    if judgement.outcome is Outcome.ASK and all(
        item.verdict is not Verdict.DOUBTFUL for item in evidence
    ):
        is_unmeasured = judgement.length.level in (LengthLevel.UNKNOWN, LengthLevel.IMPLAUSIBLE)
        key = "unproven_without_length" if is_unmeasured else "unproven"
        evidence.append(_evidence(EvidenceField.LENGTH, Verdict.DOUBTFUL, key))
    return tuple(evidence)


def _evidence(field: EvidenceField, verdict: Verdict, key: str, **placeholders: str) -> Evidence:
    """Return one piece of evidence."""
    if not placeholders:
        return _plain_evidence(field, verdict, key)
    return Evidence(field=field, verdict=verdict, reason=Reason(key=key, placeholders=placeholders))


@cache
def _plain_evidence(field: EvidenceField, verdict: Verdict, key: str) -> Evidence:
    """Return evidence whose reason has nothing to fill in; there are only so many."""
    return Evidence(field=field, verdict=verdict, reason=Reason(key=key))


def quote(text: str) -> str:
    """Return words of a remote name fit for a sentence: no control characters, not too long."""
    clean = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return clean if len(clean) <= _LONGEST_QUOTE else f"{clean[:_LONGEST_QUOTE]}…"


def _title(judgement: Judgement) -> Evidence:
    """Explain the title."""
    title: TitleMatch = judgement.title
    if title.level is TitleLevel.NONE:
        return _evidence(EvidenceField.TITLE, Verdict.CONTRADICTS, "title_not_in_name")
    if title.extra:
        key = "names_other_song" if title.names_other_song else "title_continues"
        return _evidence(EvidenceField.TITLE, Verdict.CONTRADICTS, key, words=quote(title.extra))
    if title.level is TitleLevel.FULL:
        return _evidence(EvidenceField.TITLE, Verdict.AGREES, "title_agrees")
    key = {
        TitleLevel.CLOSE: "title_spelled_differently",
        TitleLevel.CORE: "title_lacks_addition",
        TitleLevel.SHORTENED: "title_shortened",
    }[title.level]
    if judgement.length.level > LengthLevel.IMPLAUSIBLE:
        return _evidence(EvidenceField.TITLE, Verdict.CONTRADICTS, key)
    proven = judgement.length.level is LengthLevel.AGREES and judgement.outcome is Outcome.TAKE
    return _evidence(EvidenceField.TITLE, Verdict.AGREES if proven else Verdict.DOUBTFUL, key)


def _additions(judgement: Judgement) -> list[Evidence]:
    """Explain what stands beside the title."""
    agrees = judgement.length.level is LengthLevel.AGREES
    evidence = [
        _evidence(
            EvidenceField.VERSION,
            Verdict.DOUBTFUL if agrees else Verdict.CONTRADICTS,
            "unknown_addition",
            words=quote(text),
        )
        for text in judgement.additions
    ]
    if judgement.unexplained and judgement.artist is ArtistLevel.AGREES:
        verdict = Verdict.SILENT if judgement.outcome is Outcome.TAKE else Verdict.DOUBTFUL
        words = quote(" ".join(judgement.unexplained))
        evidence.append(_evidence(EvidenceField.TITLE, verdict, "unknown_words", words=words))
    return evidence


def _artist(judgement: Judgement) -> Evidence:
    """Explain the artist."""
    if judgement.artist is ArtistLevel.AGREES:
        return _evidence(EvidenceField.ARTIST, Verdict.AGREES, "artist_agrees")
    if judgement.artist is ArtistLevel.WEAK:
        verdict = Verdict.SILENT if judgement.outcome is Outcome.TAKE else Verdict.DOUBTFUL
        return _evidence(EvidenceField.ARTIST, verdict, "artist_within_other_name")
    if judgement.artist is ArtistLevel.NOT_TOLD:
        is_missed = judgement.outcome is Outcome.ASK and judgement.length.level <= LengthLevel.NEAR
        verdict = Verdict.DOUBTFUL if is_missed else Verdict.SILENT
        return _evidence(EvidenceField.ARTIST, verdict, "artist_not_told")
    if judgement.artist is ArtistLevel.OTHER:
        words = quote(" ".join(judgement.unexplained) or judgement.folder.text)
        return _evidence(EvidenceField.ARTIST, Verdict.CONTRADICTS, "other_artist", words=words)
    verdict = Verdict.SILENT if judgement.outcome is Outcome.TAKE else Verdict.DOUBTFUL
    return _evidence(EvidenceField.ARTIST, verdict, "artist_not_in_path")


def _length(judgement: Judgement) -> Evidence:
    """Explain the length; what is near on the wanted record is far on another."""
    length = judgement.length
    seconds = str(abs(length.seconds))
    level = length.level
    if level is LengthLevel.NEAR and is_from_other_record(judgement.title, judgement.folder):
        return _evidence(
            EvidenceField.LENGTH, Verdict.DOUBTFUL, "length_near_elsewhere", seconds=seconds
        )
    if level is LengthLevel.AGREES:
        return _evidence(EvidenceField.LENGTH, Verdict.AGREES, "length_agrees")
    if level is LengthLevel.NEAR:
        return _evidence(EvidenceField.LENGTH, Verdict.AGREES, "length_near", seconds=seconds)
    if level is LengthLevel.UNKNOWN:
        return _evidence(EvidenceField.LENGTH, Verdict.SILENT, "length_unknown")
    if level is LengthLevel.IMPLAUSIBLE:
        return _evidence(
            EvidenceField.LENGTH, Verdict.SILENT, "length_implausible", seconds=seconds
        )
    if level is LengthLevel.DOUBTFUL and not length.seconds:
        return _evidence(EvidenceField.LENGTH, Verdict.DOUBTFUL, "size_unlikely")
    verdict = Verdict.DOUBTFUL if level is LengthLevel.DOUBTFUL else Verdict.CONTRADICTS
    return _evidence(EvidenceField.LENGTH, verdict, "length_off", seconds=seconds)


def _album(judgement: Judgement) -> Evidence | None:
    """Explain the album; a compilation is as good a place, so another album says nothing."""
    if judgement.folder.album <= AlbumLevel.CONTAINED or judgement.title.has_album:
        return _evidence(EvidenceField.ALBUM, Verdict.AGREES, "album_agrees")
    if judgement.folder.album is AlbumLevel.OTHER:
        return _evidence(EvidenceField.ALBUM, Verdict.SILENT, "other_album")
    return None
