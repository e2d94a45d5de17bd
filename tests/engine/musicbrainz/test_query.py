"""Test search queries by reading them back with a parser of the query language."""

from hypothesis import given, strategies as st
import pytest

from custom_components.soulspot.engine.musicbrainz.query import (
    escape_terms,
    isrcs_query,
    phrase,
    recording_query,
    within_length,
)
from simulators.musicbrainz.query import Range, Term, parse_query

texts = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=60
).filter(lambda text: bool(text.split()))
hostile = st.text(alphabet='+-&|!(){}[]^"~*?:\\/ aANDORTOé音', min_size=1, max_size=40).filter(
    lambda text: bool(text.split())
)


def words(text: str) -> str:
    """Return the text with single blanks."""
    return " ".join(text.split())


@given(texts | hostile, texts | hostile)
def test_phrases_survive(artist: str, title: str) -> None:
    """Whatever a name holds, it stays the value of its own field."""
    query = parse_query(recording_query(artist, title))
    terms = [clause.node for clause in query.clauses]
    assert terms == [
        Term("recording", words(title), is_phrase=True),
        Term("artist", words(artist), is_phrase=True),
    ]
    assert all(clause.is_required for clause in query.clauses)


@given(texts | hostile)
def test_terms_survive(title: str) -> None:
    """Loose words are never operators, ranges, prefixes or fields."""
    group = parse_query(recording_query("", title, is_loose=True))
    (clause,) = group.clauses
    inner = [clause.node for clause in getattr(clause.node, "clauses", ())]
    found = [node.text for node in inner if isinstance(node, Term) and not node.is_prefix]
    assert len(found) == len(inner)
    assert [text.lower() for text in found] == [word.lower() for word in title.split()]


def test_written_queries() -> None:
    """The forms look as MusicBrainz documents them."""
    assert recording_query("AC/DC", 'Say "Hi"', "T.N.T.") == (
        r'recording:"Say \"Hi\"" AND artist:"AC/DC" AND release:"T.N.T."'
    )
    assert recording_query(" ", "One") == 'recording:"One"'
    assert recording_query("", " ") == ""
    assert phrase("a\\b") == r'"a\\b"'
    assert (
        escape_terms("Rock AND Roll (Live) AC/DC: why?") == r"Rock and Roll \(Live\) AC\/DC\: why\?"
    )
    assert isrcs_query(["GBAAA9912345", "USXYZ1812345"]) == "isrc:GBAAA9912345 OR isrc:USXYZ1812345"


@pytest.mark.parametrize(
    ("length", "ends"), [(200_000, ("190000", "210000")), (3000, ("0", "13000"))]
)
def test_narrowing_by_length(length: int, ends: tuple[str, str]) -> None:
    """The length is one more condition, never below zero."""
    group = parse_query(within_length('recording:"x"', length, 10_000))
    assert all(clause.is_required for clause in group.clauses)
    assert group.clauses[1].node == Range("dur", *ends)


def test_long_names_are_cut() -> None:
    """A query never grows beyond what an address can hold."""
    assert len(recording_query("a" * 10_000, "b" * 10_000)) < 500
