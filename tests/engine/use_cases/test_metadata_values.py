"""Read what people enter for fields: everything is understood or refused."""

from hypothesis import given, strategies as st

from custom_components.soulspot.engine.errors import InputError
from custom_components.soulspot.engine.model import MetadataField
from custom_components.soulspot.engine.use_cases.metadata.metadata_values import (
    read_musicbrainz_id,
    read_values,
)


@given(st.sampled_from([*MetadataField]), st.text(max_size=60))
def test_any_text(field: MetadataField, text: str) -> None:
    """Values are never empty, and reading them again changes nothing."""
    try:
        values = read_values(field, text)
    except InputError:
        return
    assert values
    assert all(value.strip() == value and value for value in values)
    if field is MetadataField.LENGTH:
        assert int(values[0]) > 0
    else:
        assert read_values(field, "; ".join(values)) == values


@given(st.uuids(), st.sampled_from(["recording", "release"]), st.text("abc/?#.=", max_size=12))
def test_addresses(identifier: object, kind: str, rest: str) -> None:
    """Whatever follows in the address bar, it is the same id."""
    for text in (
        str(identifier),
        f"  {str(identifier).upper()} ",
        f"https://musicbrainz.org/{kind}/{identifier}",
        f"<http://mirror:5000/{kind}/{identifier}/{rest}>",
    ):
        assert read_musicbrainz_id(text, kind) == str(identifier)
