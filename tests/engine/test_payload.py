"""Test how members of foreign JSON are read."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given, strategies as st
import orjson
import pytest

from custom_components.soulspot.engine.payload import (
    boolean_or_none,
    integer_or_none,
    json_list,
    json_object,
    json_objects,
    moment_or_none,
    positive_or_none,
    text_or_none,
)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(values)
def test_any_value(value: Any) -> None:
    """Each reader gives its own type, or what stands for nothing."""
    assert isinstance(json_object(value), dict)
    assert isinstance(json_list(value), list)
    assert all(isinstance(one, dict) for one in json_objects(value))
    text = text_or_none(value)
    assert text is None or text == text.strip() != ""
    number = integer_or_none(value)
    assert number is None or (type(number) is int and number == value)
    positive = positive_or_none(value)
    assert positive is None or positive > 0
    assert boolean_or_none(value) in (None, True, False)
    moment = moment_or_none(value)
    assert moment is None or moment.utcoffset() == timedelta()


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (b"5", 5),
        (b"5.0", 5),
        (b"-3", -3),
        (b"5.5", None),
        (b"true", None),
        (b'"5"', None),
        (b"9007199254740992", 2**53),
        (b"9007199254740993", None),
        (b"1e30", None),
        (b"123456789012345678901234567890", None),
    ],
)
def test_numbers(written: bytes, number: int | None) -> None:
    """Whole numbers come through as far as every store can hold them."""
    assert integer_or_none(orjson.loads(written)) == number


@given(
    st.datetimes(
        min_value=datetime(2, 1, 1),
        max_value=datetime(9998, 1, 1),
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30))]),
    )
)
def test_moments(moment: datetime) -> None:
    """A time keeps its moment whatever its zone."""
    assert moment_or_none(moment.isoformat()) == moment


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00"]
)
def test_what_is_no_moment(text: str) -> None:
    """Nonsense is no time."""
    assert moment_or_none(text) is None
