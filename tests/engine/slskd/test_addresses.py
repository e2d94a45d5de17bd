"""Check what is made of addresses as people type and paste them."""

from hypothesis import given, strategies as st
import pytest

from custom_components.soulspot.engine.errors import InputError
from custom_components.soulspot.engine.slskd.addresses import normalise_address

UUID = "1101294a-e295-408a-87d7-d4879a93f9c1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://192.168.1.5:5030", "http://192.168.1.5:5030/"),
        ("  http://192.168.1.5:5030/ \n", "http://192.168.1.5:5030/"),
        ("192.168.1.5:5030", "http://192.168.1.5:5030/"),
        ("//192.168.1.5:5030", "http://192.168.1.5:5030/"),
        ("slskd:5030", "http://slskd:5030/"),
        ("my_slskd:5030", "http://my_slskd:5030/"),
        ("localhost", "http://localhost/"),
        ("HTTPS://Music.Example.org", "https://music.example.org/"),
        ("https://[fd00::1]:5031", "https://[fd00::1]:5031/"),
        ("http://host/slskd", "http://host/slskd"),
        ("host/slskd/", "http://host/slskd"),
        ("http://host/a/b//", "http://host/a/b"),
        ("http://host:5030/api/v0", "http://host:5030/"),
        ("http://host:5030/slskd/api/v0/", "http://host:5030/slskd"),
        ("http://host:5030/api/v0/application?x=1", "http://host:5030/"),
        ("http://host:5030/searches", "http://host:5030/"),
        (f"http://host:5030/searches/{UUID}", "http://host:5030/"),
        ("http://host:5030/slskd/downloads", "http://host:5030/slskd"),
        ("http://host:5030/system/info#top", "http://host:5030/"),
        ("http://host:5030/?q=1#x", "http://host:5030/"),
        ("http://host/downloads/slskd", "http://host/downloads/slskd"),
        ("http://host/m%C3%BCsic", "http://host/m%C3%BCsic"),
        ("http://host/müsic", "http://host/m%C3%BCsic"),
    ],
)
def test_addresses_people_paste(text: str, expected: str) -> None:
    """The base address is found in all of them."""
    assert str(normalise_address(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "http://",
        "http:///searches",
        "ftp://host",
        "file:///etc/passwd",
        "javascript://host/%0aalert(1)",
        "http://user:secret@host:5030",
        "http://user@host",
        "user:secret@host",
        "http://host:99999",
        "http://host:0",
        "http://host:port",
        "http://ho st",
        "http://host/a b",
        "http://host\\path",
        "http://host/\x00",
        "http://[fd00::1",
        "fd00::1",
        "?",
    ],
)
def test_addresses_that_are_none(text: str) -> None:
    """Rubbish and credentials are refused, and the error does not repeat them."""
    with pytest.raises(InputError) as caught:
        normalise_address(text)
    assert caught.value.translation_key == "invalid_url"
    assert "secret" not in str(caught.value)


@given(st.text() | st.from_regex(r"(https?://)?[a-z0-9.:\[\]@/%?#_-]{0,40}"))
def test_any_text_is_read_or_refused(text: str) -> None:
    """What comes out is a plain base address, and is left as it is the second time."""
    try:
        url = normalise_address(text)
    except InputError:
        return
    assert url.scheme in ("http", "https")
    assert url.host
    assert not url.user
    assert not url.password
    assert not url.query_string
    assert not url.fragment
    assert normalise_address(str(url)) == url
