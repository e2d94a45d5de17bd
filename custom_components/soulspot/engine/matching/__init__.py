"""Decide which remote file, MusicBrainz recording or owned file is the wanted recording.

Pure: no input or output, no clock. Ranking a big search takes a second; call it in an executor.
"""

from .artists import is_same_artist
from .decision import Candidate, Decision, Evidence, EvidenceField, Outcome, Verdict
from .folding import fold
from .quality import QualityProfile, SelectionMode, profile_for
from .queries import Query, QueryKind, artist_query, queries, release_query
from .ranking import rank
from .reasons import SENTENCES, sentence
from .recordings import Certainty, RecordingMatch, choose_recording, is_same_recording
from .songs import is_same_title
from .wanted import WantedRecording

__all__ = [
    "SENTENCES",
    "Candidate",
    "Certainty",
    "Decision",
    "Evidence",
    "EvidenceField",
    "Outcome",
    "QualityProfile",
    "Query",
    "QueryKind",
    "RecordingMatch",
    "SelectionMode",
    "Verdict",
    "WantedRecording",
    "artist_query",
    "choose_recording",
    "fold",
    "is_same_artist",
    "is_same_recording",
    "is_same_title",
    "profile_for",
    "queries",
    "rank",
    "release_query",
    "sentence",
]
