"""Test that names are safe on every system and that nothing gets out of the library folder."""

from pathlib import Path, PurePosixPath
import unicodedata

from hypothesis import HealthCheck, example, given, settings, strategies as st
import pytest

from custom_components.soulspot.engine.errors import InputError, StorageError
from custom_components.soulspot.engine.library.names import name_key, numbered, safe_name
from custom_components.soulspot.engine.library.paths import (
    MAXIMUM_PATH_BYTES,
    library_path,
    resolve_inside,
    validate_template,
)
from custom_components.soulspot.engine.library.tag_set import TagSet
from custom_components.soulspot.engine.settings import DEFAULT_TEMPLATE

TEMPLATES = (
    DEFAULT_TEMPLATE,
    "{title}",
    "{artist}/{title}",
    "{playlist}/{artist} - {title}",
    "{genre}/{year}/{albumartist}/[{album} ({originalyear})/][{track:03} - ]{title}[ ({isrc})]",
    "Music/{albumartist}/{year} {album}/{disc}-{track:02} {artist}.{title}",
)
DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"} | {
    f"{device}{digit}" for device in ("com", "lpt") for digit in "0123456789¹²³"
}
EVIL = (
    "..",
    ".",
    "...",
    "/",
    "\\",
    "../../etc/passwd",
    "..\\..\\Windows",
    "/etc/shadow",
    "~/x",
    "C:\\x",
    "C:evil",
    "\\\\server\\share",
    "//server/share",
    "con",
    "CON.mp3",
    "Nul",
    "aux .txt",
    "COM1",
    "lpt¹.x",
    "CONIN$",
    " ",
    "\t",
    "\n",
    "a\nb",
    "\0",
    "a\0b",
    "name.",
    "name ",
    " .name. ",
    ".soulspot",
    ".hidden",
    "a" * 500,
    "é" * 300,
    "漢" * 200,
    "👩‍👩‍👧‍👦" * 40,
    "e\u0301" * 200,
    "\u202egnp.exe",
    "\u200f",
    "\u2066x\u2069",
    "\ufeff",
    "\ud800",
    "a\udcffb",
    "\uffff",
    '?*<>|:"',
    "%2e%2e%2f",
    "%00",
    "${HOME}",
    "$(rm -rf)",
    "`id`",
    "-rf",
    "{title}",
    "{0.__class__}",
    "[x]",
    "desktop.ini",
    "a/../b",
    "a/./b",
    "．．／",
    "…",
    "\x7f",
    "\x85",
    "\u2028",
    "a" * 239 + "é",
)

hostile = st.one_of(
    st.sampled_from(EVIL),
    st.lists(st.sampled_from(EVIL), min_size=2, max_size=4).map("".join),
    st.text(alphabet=st.characters(exclude_categories=()), max_size=60),
)


def assert_safe_name(name: str) -> None:
    """Require what all file systems together require."""
    assert name
    assert len(name.encode()) <= 255
    assert name == unicodedata.normalize("NFC", name)
    assert not set(name) & set('<>:"/\\|?*')
    assert name[0] not in " ." and name[-1] not in " ."
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in name)
    assert not any(
        unicodedata.bidirectional(c)
        in ("LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI")
        for c in name
    )
    assert "\u200e" not in name and "\u200f" not in name
    assert name.partition(".")[0].rstrip(" ").lower() not in DEVICES


@settings(max_examples=400)
@given(name=hostile)
@example(name="con" * 80)
def test_safe_names(name: str) -> None:
    """Any text becomes a name that every system takes, and a safe name stays what it is."""
    safe = safe_name(name)
    assert_safe_name(safe)
    assert len(safe.encode()) <= 240
    assert safe_name(safe) == safe
    second = numbered(safe + ".flac", 2)
    assert_safe_name(second)
    assert second.endswith(" (2).flac")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("AC/DC", "AC_DC"),
        ("...Baby One More Time", "…Baby One More Time"),
        (".hack//Sign", "_hack__Sign"),
        ("Vol. 4.", "Vol. 4"),
        ("CON", "CON_"),
        ("nul.tar.gz", "nul_.tar.gz"),
        ("Console", "Console"),
        ("Was ist das?", "Was ist das_"),
        ("???", "___"),
        ("...", "…"),
        ("..", "Unknown"),
        ("\u202eabc", "abc"),
        ("Beyonce\u0301", "Beyonc\u00e9"),
        ("👩‍🚀", "👩‍🚀"),
        ("a\tb\n c", "a b c"),
        ("", "Unknown"),
    ],
)
def test_names_stay_recognisable(text: str, name: str) -> None:
    """Only what must change changes."""
    assert safe_name(text) == name


def test_cutting_keeps_characters_whole() -> None:
    """No letter loses its accent and no character its bytes."""
    assert safe_name("x" * 239 + "é") == "x" * 239
    assert safe_name("q\u0323" * 100) == "q\u0323" * 80


def test_names_that_windows_takes_for_one() -> None:
    """Case and composition do not tell names apart."""
    assert name_key("Beyonc\u00e9") == name_key("BEYONCE\u0301")
    assert name_key("Straße") != name_key("Strasa")


@pytest.mark.parametrize("template", TEMPLATES)
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_hostile_tags_stay_inside(tmp_path: Path, template: str, data: st.DataObject) -> None:
    """Whatever tags a track has, its path is safe, bounded, and below the library folder."""

    def draw() -> str:
        """Return a hostile text."""
        return data.draw(hostile)

    tags = TagSet(
        title=draw(), artist=draw(), artists=(draw(),), album=draw(), albumartist=draw(), genre=(draw(),),
        isrc=(draw(),), date=draw(), originaldate=draw(), tracknumber=data.draw(st.none() | st.integers(-3, 10**6)),
        discnumber=data.draw(st.none() | st.integers(-3, 99)), totaldiscs=data.draw(st.none() | st.integers(0, 9)),
    )  # fmt: skip
    relative = library_path(template, tags, "flac", playlist=draw())
    assert relative.suffix == ".flac"
    assert len(str(relative).encode()) <= MAXIMUM_PATH_BYTES
    for part in relative.parts:
        assert_safe_name(part)
    target = resolve_inside(tmp_path, relative)
    assert target.is_relative_to(tmp_path.resolve()) and target != tmp_path.resolve()


def test_default_template() -> None:
    """Album, disc and number appear when they are known."""
    tags = TagSet(
        title="Time", artist="Pink Floyd", album="The Dark Side of the Moon", tracknumber=4
    )
    assert (
        str(library_path(DEFAULT_TEMPLATE, tags, "mp3"))
        == "Pink Floyd/The Dark Side of the Moon/04 Time.mp3"
    )
    assert (
        str(library_path(DEFAULT_TEMPLATE, TagSet(title="Time", artists=("A", "B")), "m4a"))
        == "A, B/Time.m4a"
    )
    box = TagSet(
        title="Hey You",
        albumartist="Pink Floyd",
        album="The Wall",
        tracknumber=1,
        discnumber=2,
        totaldiscs=2,
    )
    assert (
        str(library_path(DEFAULT_TEMPLATE, box, "flac")) == "Pink Floyd/The Wall/2-01 Hey You.flac"
    )
    assert str(library_path(DEFAULT_TEMPLATE, TagSet(), "opus")) == "Unknown/Unknown.opus"


def test_a_slash_in_a_tag_is_no_folder() -> None:
    """Only the template makes folders."""
    tags = TagSet(title="A/B", artist="AC/DC", album="../..")
    relative = library_path("{artist}/{album}/{title}", tags, "mp3")
    assert str(relative) == "AC_DC/_._/A_B.mp3"


@pytest.mark.parametrize("template", TEMPLATES)
def test_good_templates(template: str) -> None:
    """The documented forms are accepted."""
    validate_template(template)


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("{artist}", "no_title"),
        ("[{title}]", "no_title"),
        ("{title", "syntax"),
        ("title}", "syntax"),
        ("{title.__class__}", "syntax"),
        ("{title!r}", "syntax"),
        ("{title:>99999999}", "syntax"),
        ("{title:02}", "syntax"),
        ("{nothing}/{title}", "field"),
        ("[[{album}]]{title}", "syntax"),
        ("[no field]{title}", "syntax"),
        ("{title}]", "syntax"),
        ("[{album} {title}", "syntax"),
        ("/{title}", "folders"),
        ("{artist}//{title}", "folders"),
        ("{artist}/", "folders"),
        ("../{title}", "folders"),
        ("{artist}\\{title}", "folders"),
        ("a/b/c/d/e/f/g/h/{title}", "folders"),
    ],
)
def test_bad_templates_are_named(template: str, problem: str) -> None:
    """What cannot be used says why."""
    with pytest.raises(InputError) as caught:
        validate_template(template)
    assert caught.value.translation_key == "invalid_template"
    assert caught.value.placeholders["problem"] == problem


@pytest.mark.parametrize("relative", ["/etc/passwd", "../x", "a/../../x", "", "a/.."])
def test_ways_out_are_refused(tmp_path: Path, relative: str) -> None:
    """A path that leaves the folder is refused even if no template makes it."""
    with pytest.raises(StorageError) as caught:
        resolve_inside(tmp_path, PurePosixPath(relative))
    assert caught.value.translation_key == "outside_library"


def test_symbolic_links_out_are_refused(tmp_path: Path) -> None:
    """A folder or file that points elsewhere is no way out; the library itself may be a link."""
    library = tmp_path / "library"
    outside = tmp_path / "outside"
    library.mkdir()
    outside.mkdir()
    (library / "Artist").symlink_to(outside)
    (library / "song.mp3").symlink_to(outside / "song.mp3")
    for relative in ("Artist/song.mp3", "Artist/Album/song.mp3", "song.mp3"):
        with pytest.raises(StorageError):
            resolve_inside(library, PurePosixPath(relative))
    link = tmp_path / "link"
    link.symlink_to(library)
    assert resolve_inside(link, PurePosixPath("a/b.mp3")) == library.resolve() / "a/b.mp3"
