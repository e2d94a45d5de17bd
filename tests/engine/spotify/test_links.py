"""Test what people may paste for a playlist."""

from hypothesis import example, given, strategies as st
import pytest

from custom_components.soulspot.engine.errors import InputError
from custom_components.soulspot.engine.model import LIKED_SONGS_ID
from custom_components.soulspot.engine.spotify.links import (
    is_owned_by_spotify,
    is_spotify_id,
    parse_playlist_link,
)

ID = "0123456789abcdefghijAB"
FORMS = [
    "{id}",
    "  {id}\n",
    "<https://open.spotify.com/playlist/{id}>",
    "spotify:playlist:{id}",
    "SPOTIFY:playlist:{id}",
    "spotify:playlist:{id}?si=abc",
    "spotify:user:some.body:playlist:{id}",
    "https://open.spotify.com/playlist/{id}",
    "https://open.spotify.com/playlist/{id}/",
    "https://open.spotify.com/playlist/{id}?si=0123456789abcdef&pt=1#top",
    "http://open.spotify.com/playlist/{id}",
    "open.spotify.com/playlist/{id}?si=1",
    "https://OPEN.spotify.com/playlist/{id}",
    "https://open.spotify.com/intl-de/playlist/{id}",
    "https://open.spotify.com/intl-pt-br/playlist/{id}",
    "https://open.spotify.com/embed/playlist/{id}?utm_source=generator",
    "https://open.spotify.com/intl-de/embed/playlist/{id}",
    "https://open.spotify.com/user/spotify_espa%C3%B1a/playlist/{id}",
    "https://play.spotify.com/playlist/{id}",
    "https://play.spotify.com/user/some.body/playlist/{id}",
]


@given(st.from_regex("[0-9A-Za-z]{22}", fullmatch=True), st.sampled_from(FORMS))
def test_every_form(playlist_id: str, form: str) -> None:
    """Each form yields the id."""
    assert parse_playlist_link(form.format(id=playlist_id)) == playlist_id


@pytest.mark.parametrize(
    "text",
    [
        LIKED_SONGS_ID,
        "https://open.spotify.com/collection/tracks",
        "https://open.spotify.com/intl-fr/collection/tracks?si=1",
        "https://open.spotify.com/collection",
        "spotify:collection",
        "spotify:collection:tracks",
        "spotify:user:some.body:collection",
    ],
)
def test_liked_songs(text: str) -> None:
    """The library's own list has an id of its own."""
    assert parse_playlist_link(text) == LIKED_SONGS_ID


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f"https://open.spotify.com/album/{ID}", "link_is_album"),
        (f"https://open.spotify.com/intl-de/track/{ID}?si=1", "link_is_track"),
        (f"spotify:artist:{ID}", "link_is_artist"),
        (f"spotify:episode:{ID}", "link_is_episode"),
        (f"https://open.spotify.com/show/{ID}", "link_is_show"),
        (f"https://open.spotify.com/audiobook/{ID}", "link_is_audiobook"),
        ("https://open.spotify.com/user/some.body", "link_is_user"),
        ("https://spotify.link/AbCdEfGhIjK", "short_link"),
        ("https://spotify.app.link/AbCdEfGhIjK?_p=1", "short_link"),
        ("", "invalid_link"),
        ("my favourite songs", "invalid_link"),
        (ID[:-1], "invalid_link"),
        (f"{ID}x", "invalid_link"),
        (f"{ID[:-1]}/", "invalid_link"),
        (f"{ID[:-1]}é", "invalid_link"),
        (f"spotify:playlist:{ID}:x", "invalid_link"),
        ("spotify:", "invalid_link"),
        ("https://open.spotify.com/", "invalid_link"),
        ("https://open.spotify.com/playlist/", "invalid_link"),
        ("https://open.spotify.com/playlist/../../me", "invalid_link"),
        (f"https://open.spotify.com/playlist/{ID}%2f..", "invalid_link"),
        (f"https://open.spotify.com@example.com/playlist/{ID}", "invalid_link"),
        (f"https://example.com/playlist/{ID}", "invalid_link"),
        (f"https://open.spotify.com.example.com/playlist/{ID}", "invalid_link"),
        (f"ftp://open.spotify.com/playlist/{ID}", "invalid_link"),
        (f"javascript:playlist/{ID}", "invalid_link"),
        ("https://[open.spotify.com/playlist", "invalid_link"),
        ("a" * 100_000, "invalid_link"),
    ],
)
def test_what_is_no_playlist(text: str, key: str) -> None:
    """The error names what the link is instead."""
    with pytest.raises(InputError) as caught:
        parse_playlist_link(text)
    assert caught.value.translation_key == key


@given(
    st.text()
    | st.sampled_from(FORMS).flatmap(
        lambda form: st.text(max_size=30).map(lambda text: form.replace("{id}", text))
    )
)
@example("https://open.spotify.com/playlist/\x00")
@example("https://open.spotify.com:port/playlist/x")
def test_any_text(text: str) -> None:
    """Nothing but a valid id or the Liked Songs ever comes out, whatever goes in."""
    try:
        result = parse_playlist_link(text)
    except InputError:
        return
    assert result == LIKED_SONGS_ID or is_spotify_id(result)


def test_lists_of_spotify_itself() -> None:
    """They are known by how their ids begin."""
    assert is_owned_by_spotify("37i9dQZF1DX0123456789a")
    assert not is_owned_by_spotify(ID)
