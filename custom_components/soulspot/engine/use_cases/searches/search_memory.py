"""Remember what the network answered lately: an answer serves many, and no question is asked twice."""

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...matching import QueryKind, fold
from ...model import PeerResponse

# People come and go within hours: what was there an hour ago mostly still is.
ANSWERS_FRESH = timedelta(hours=1)
_ANSWERS_KEPT = 40
_FILES_KEPT = 20_000  # Of all answers together; about 600 bytes each.
# What nobody had is worth asking again once other people are there.
_QUESTIONS_FRESH = timedelta(hours=5)
_QUESTIONS_KEPT = 5_000


def words_of(text: str) -> frozenset[str]:
    """Return the distinct words of a text, folded."""
    return frozenset(fold(text).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Hold what a search brought; `words` are those every path in it contains."""

    text: str
    kind: QueryKind
    words: frozenset[str]
    at: datetime
    responses: tuple[PeerResponse, ...]
    is_conclusive: bool
    is_whole: bool  # Cut short neither by trouble nor by slskd's limits.

    @property
    def files(self) -> int:
        """Count the files that may be downloaded."""
        return sum(len(response.files) for response in self.responses)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Hold what was asked and how much of an answer came, but not the answer."""

    words: frozenset[str]
    at: datetime
    responses: int
    is_whole: bool


class SearchMemory:
    """Keep answers for an hour and questions for some hours, both bounded."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._answers: deque[Answers] = deque(maxlen=_ANSWERS_KEPT)
        # By the words as they were sent: peers tell accents apart.
        self._questions: OrderedDict[frozenset[str], Question] = OrderedDict()

    def add(self, answers: Answers) -> None:
        """Remember an answer, and forget the oldest ones beyond the bounds."""
        self._answers.append(answers)
        files = sum(one.files for one in self._answers)
        while files > _FILES_KEPT and len(self._answers) > 1:
            files -= self._answers.popleft().files
        if answers.is_conclusive:
            words = frozenset(answers.text.casefold().split())
            self._questions[words] = Question(
                words=words,
                at=answers.at,
                responses=len(answers.responses),
                is_whole=answers.is_whole,
            )
            self._questions.move_to_end(words)
            while len(self._questions) > _QUESTIONS_KEPT:
                self._questions.popitem(last=False)

    def fresh(self, now: datetime) -> Iterator[Answers]:
        """Yield the answers that still hold, the latest first."""
        return (one for one in reversed(self._answers) if _is_recent(one.at, now, ANSWERS_FRESH))

    def asked(self, text: str, now: datetime) -> Question | None:
        """Return the same question when it was asked in the last hours."""
        question = self._questions.get(frozenset(text.casefold().split()))
        if question is None or not _is_recent(question.at, now, _QUESTIONS_FRESH):
            return None
        return question

    def knows(self, text: str, now: datetime, *, since: datetime) -> bool:
        """Tell whether a search could only bring what a question with fewer words has brought lately."""
        words = frozenset(text.casefold().split())
        return any(
            question.is_whole
            and question.at >= since
            and question.words <= words
            and _is_recent(question.at, now, _QUESTIONS_FRESH)
            for question in self._questions.values()
        )


def is_narrower(text: str, than: str) -> bool:
    """Tell whether a search can only bring what another one with fewer words brings."""
    return set(than.casefold().split()) <= set(text.casefold().split())


def _is_recent(at: datetime, now: datetime, age: timedelta) -> bool:
    """Tell whether something is younger; a clock that was set back makes nothing young for ever."""
    return now - age <= at <= now + age
