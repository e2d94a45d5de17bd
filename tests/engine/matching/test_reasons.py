"""Test that every reason has a sentence and every sentence can be filled in."""

import re
from string import Formatter

import pytest

from custom_components.soulspot.engine import matching
from custom_components.soulspot.engine.matching import SENTENCES, Candidate, Decision, sentence
from custom_components.soulspot.engine.model import Reason

from .building import decide, file, wanted
from .identities import IDENTITIES


def test_every_reason_given_has_a_sentence() -> None:
    """All keys that real decisions use are in the catalogue, with their placeholders."""
    for case in IDENTITIES:
        recording = wanted(case.title, case.artists, case.album, case.seconds)
        decision = decide(
            recording, *(file(path, length) for path, length in (*case.taken, *case.not_taken))
        )
        for reason in reasons(decision):
            assert reason.key in SENTENCES
            fields = {name for _, name, _, _ in Formatter().parse(SENTENCES[reason.key]) if name}
            assert fields <= set(reason.placeholders)


def reasons(decision: Decision) -> list[Reason]:
    """Return every reason of a decision."""
    candidates: tuple[Candidate, ...] = (*decision.pool, *decision.rejected)
    return [
        decision.reason,
        *(item.reason for candidate in candidates for item in candidate.evidence),
    ]


@pytest.mark.parametrize("key", sorted(SENTENCES))
def test_sentences_are_sentences(key: str) -> None:
    """Keys are fit for translation files, texts for people."""
    assert re.fullmatch(r"[a-z0-9_]+", key)
    text = sentence(
        Reason(key=key, placeholders=dict.fromkeys(("seconds", "words", "format", "count"), "7"))
    )
    assert len(text) > 3
    assert not text.endswith(".")


def test_the_front_door_is_complete() -> None:
    """Everything others may use is exported, and exists."""
    for name in matching.__all__:
        assert hasattr(matching, name)
