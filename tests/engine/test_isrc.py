"""Test how ISRCs are read."""

import json
from pathlib import Path
import re
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.soulspot.engine.isrc import normalise_isrc

CANONICAL = re.compile("[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GBAAA9912345", "GBAAA9912345"),
        ("GB-ABC-45-12345", "GBABC4512345"),
        ("usxyz1812345", "USXYZ1812345"),
        ("  us l2q 18 12345\n", "USL2Q1812345"),
        ("GB\u2011ABC\u201145\u201112345", "GBABC4512345"),
        ("ISRC GB-ABC-45-12345", "GBABC4512345"),
        ("ISRC:GBABC4512345", "GBABC4512345"),
        ("ISRCS9900303", "ISRCS9900303"),  # Iceland, not the label.
        ("000000000000", None),
        ("USXXX0000000", None),
        ("GBAAA991234", None),
        ("GBAAA99123453", None),
        ("GBAAA99123O5", None),
        ("1BAAA9912345", None),
        ("GBÄAA9912345", None),
        ("GBAAA99003٣3", None),
        ("", None),
        (None, None),
        (123456789012, None),
    ],
)
def test_codes(text: object, expected: str | None) -> None:
    """Every way of writing leads to one form; placeholders and damage lead to none."""
    assert normalise_isrc(text) == expected


@given(st.text(max_size=30) | st.from_regex(r"[ A-Za-z0-9\-]{10,17}", fullmatch=True))
def test_any_text(text: str) -> None:
    """Whatever comes, the result is canonical and stays as it is."""
    code = normalise_isrc(text)
    if code is not None:
        assert CANONICAL.fullmatch(code)
        assert normalise_isrc(code) == code


@given(st.from_regex("[A-Z]{2}[A-Z0-9]{3}[0-9]{6}[1-9]", fullmatch=True), st.data())
def test_hyphens_case_and_blanks_do_not_matter(code: str, data: st.DataObject) -> None:
    """Separators and lower case anywhere change nothing."""
    written = "".join(
        data.draw(st.sampled_from([letter, letter.lower(), f"-{letter}", f"{letter} "]))
        for letter in code
    )
    assert normalise_isrc(written) == code


def test_recorded_codes(recordings: Path) -> None:
    """Every code that Spotify was seen to send is read, and only case and hyphens changed."""
    codes = set[str]()

    def collect(value: Any) -> None:
        if isinstance(value, dict):
            isrc = value.get("isrc")
            if isinstance(isrc, str):
                codes.add(isrc)
            for member in value.values():
                collect(member)
        elif isinstance(value, list):
            for member in value:
                collect(member)

    for file in (recordings / "spotify").rglob("*.json"):
        collect(json.loads(file.read_bytes()))
    assert len(codes) > 800
    for code in codes:
        assert normalise_isrc(code) == code.upper().replace("-", "")
