"""Know the spellings under which an artist's name appears."""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from functools import lru_cache
import re
from typing import NamedTuple

from .folding import simplify
from .names import Name, Part, parse_name
from .transliteration import romanise, sound_of
from .versions import is_number, is_year
from .words import ARTICLES, GUEST_WORDS, NEUTRAL_WORDS, split_words

_NAME_CACHE = 2_048
_SPLIT = re.compile(
    r"\s*(?:,|;|/|\bfeat\b\.?|\bft\b\.?|\bfeaturing\b|\bvs\b\.?|\bwith\b|&|\+|\band\b|\bund\b| x | y | e )\s*"
)
_SYMBOLS = re.compile(r"(?<=\w)[!$@*?](?=\w)")  # Some systems write them as underscores.
_LEET = str.maketrans("013457", "oieast")
_DIGRAPHS = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"}
_SPELLED_OUT = str.maketrans(_DIGRAPHS)
_SHORT = 4  # letters: shorter names are parts of too many others.

VARIOUS = frozenset(
    {
        "various artists",
        "various",
        "va",
        "unknown artist",
        "unknown",
        "verschiedene interpreten",
        "v a",
    }
)

# Words that a name gains or loses without becoming another's.
_BACKING = split_words(
    "band the orchestra experience quartet trio quintet ensemble group official topic vevo music tv channel and his "
    "her their of"
)

# Words that join an artist's name with another's.
JOINERS = split_words(
    "and vs x y et und e with w feat presents pres meets con mit avec aka versus plus"
)
# What people put beside an artist's name on a folder.
_SHELF_WORDS = split_words(
    "best greatest hits works studio albums anthology essential singles discography years era"
)
# Words that make a name that of people who play the artist's songs.
_IMPOSTORS = split_words(
    "tribute tributes project forever revival imitators replica salute celebration show australian brit uk us "
    "experience covers karaoke allstars legacy story"
)

# Between two names they make the second one the writer, or the act that is imitated.
_PLAYING = split_words(
    "plays play playing performs perform performing sings sing singing interprets covers salutes spielt spielen singt "
    "singen joue jouent chante chantent toca tocan canta cantan suona suonano interpreta speelt zingt"
)
_SMALL_WORDS = split_words("of on in the a an to at from for by with and or")
_HONORIFICS = split_words("ms mr mrs miss dr sir dame lady")
_SHORTEST_SURNAME = 5  # letters
_FEWEST_INITIALS = 3

# Beside a name these make it somebody else's, or a guest's.
_CLOUDING = _IMPOSTORS | _PLAYING | GUEST_WORDS


class Presence(IntEnum):
    """Say how clearly a name stands somewhere."""

    NONE = 0
    WEAK = 1  # Part of what may be a longer name.
    CLEAR = 2


class ArtistForm(NamedTuple):
    """Hold one spelling, between blanks; a weak one proves less."""

    text: str
    is_weak: bool

    def is_clear_among(self, words: Iterable[str]) -> bool:
        """Tell whether the name is beyond doubt wherever it stands among such words: `presence` says why."""
        return self.text.count(" ") > 2 and _CLOUDING.isdisjoint(words)


@lru_cache(maxsize=_NAME_CACHE)
def artist_forms(artist: str) -> tuple[ArtistForm, ...]:
    """Return every spelling worth looking for, the fullest first.

    "The Pop Group" appears as "Pop Group, The", "Bob Marley & The Wailers" as "Bob Marley",
    "Daryl Hall & John Oates" as "Hall & Oates", "AC/DC" as "ACDC", "deadmau5" as "deadmaus".
    """
    name = parse_name(artist)
    words = list(name.words)
    if name.text.strip() in VARIOUS:
        return ()
    forms: dict[str, bool] = {}
    bare = words[1:] if len(words) > 1 and words[0] == "the" and words[1:] != ["the"] else words
    _add(forms, bare, is_weak=False)
    if len(bare) > 1:
        _add(forms, ["".join(bare)], is_weak=False)
    if len(bare) > 2 and bare[0] in _HONORIFICS:  # Ms. Lauryn Hill
        _add(forms, bare[1:], is_weak=False)
    if not _DIGRAPHS.keys().isdisjoint(artist.lower()):
        _add(forms, list(parse_name(artist.lower().translate(_SPELLED_OUT)).words), is_weak=False)
    spelled = [word if word.isdigit() else word.translate(_LEET) for word in bare]
    _add(forms, spelled, is_weak=False)
    _add_short_forms(forms, artist, bare)
    return tuple(ArtistForm(f" {text} ", is_weak) for text, is_weak in forms.items() if text)


def _add_short_forms(forms: dict[str, bool], artist: str, bare: list[str]) -> None:
    """Add the leader's name alone, surnames joined, and "surname, first name"."""
    members = [
        member
        for part in _SPLIT.split(simplify(artist))
        if (member := list(parse_name(part).words))
    ]
    if len(members) > 1:
        leader = members[0][1:] if members[0][0] == "the" and len(members[0]) > 1 else members[0]
        _add(forms, leader, is_weak=len(leader) == 1)
        if all(len(member) > 1 for member in members[:2]):
            _add(forms, [members[0][-1], "and", members[1][-1]], is_weak=False)
    for count in (1, 2):
        if len(bare) > count + 1 and bare[-1] in (
            "band",
            "experience",
            "orchestra",
            "quartet",
            "trio",
            "group",
        ):
            _add(forms, bare[:-1], is_weak=False)
        if len(members) == 2:
            _add(forms, [*members[0], *members[1]], is_weak=False)
    if " / " in artist:  # Two names of one act: Yusuf / Cat Stevens.
        for member in members:
            _add(forms, member, is_weak=False)
    if len(members) == 1 and len(bare) == 2:
        _add(forms, bare[::-1], is_weak=False)


def _add(forms: dict[str, bool], words: list[str], *, is_weak: bool) -> None:
    """Add a form once; very short single words are weak."""
    text = " ".join(words)
    if text and text not in forms:
        forms[text] = is_weak or (len(words) == 1 and len(text) <= 1)


@lru_cache(maxsize=_NAME_CACHE)
def short_names(artist: str) -> frozenset[str]:
    """Return what people call an act for short: "springsteen", "rhcp", "omd"; it proves little by itself."""
    words = parse_name(artist).words
    is_band = len(words) > 1 and words[0] == "the"
    words = words[1:] if is_band else words
    spaced = _SYMBOLS.sub("_", artist)
    names = set() if spaced == artist else {" ".join(parse_name(spaced).words)}
    telling = tuple(word for word in words if word not in _SMALL_WORDS)
    for initials in (words, telling, tuple("n" if word == "and" else word for word in words)):
        if len(initials) >= _FEWEST_INITIALS and all(word[0].isalpha() for word in initials):
            names.add("".join(word[0] for word in initials))
    is_person = not is_band and len(words) == len(telling) > 1
    if is_person and len(words[-1]) >= _SHORTEST_SURNAME and words[-1] not in _BACKING:
        names.add(words[-1])
    return frozenset(name for name in names if name not in NEUTRAL_WORDS and name not in JOINERS)


def is_same_artist(one: str, other: str) -> bool:
    """Tell whether two artist names mean the same act; tribute acts are not the act."""
    first, second = _core(one), _core(other)
    if not first or not second:
        return False
    if "".join(first) == "".join(second):
        return True
    shorter, longer = sorted((first, second), key=len)
    if _spelled(shorter) == _spelled(longer):
        return True
    forms_one, forms_two = artist_forms(one), artist_forms(other)
    if {form.text for form in forms_one if not form.is_weak} & {
        form.text for form in forms_two if not form.is_weak
    }:
        return True
    if longer[: len(shorter)] == shorter and longer[len(shorter) : len(shorter) + 2] == (
        "and",
        "the",
    ):
        return True
    if sound_of(_romanised(shorter)) == sound_of(_romanised(longer)):
        return True
    extra = _extra_words(shorter, longer)
    if extra is None:
        return _is_decorated(shorter, longer)
    return all(word in _BACKING for word in extra)


def _core(artist: str) -> tuple[str, ...]:
    """Return a name's words without a leading article and without guests."""
    words = parse_name(artist).words
    for position, word in enumerate(words):
        if word in ("feat", "vocal", "vocals") and position:
            words = words[:position]
            break
    return words[1:] if len(words) > 1 and words[0] == "the" else words


def _spelled(words: Iterable[str]) -> str:
    """Return words with digits read as the letters they look like."""
    return "".join(words).translate(_LEET)


def _romanised(words: tuple[str, ...]) -> str:
    """Return words run together in Latin letters, as far as they can be written so."""
    text = " ".join(words)
    return (romanise(text) or text).replace(" ", "")


def _extra_words(shorter: tuple[str, ...], longer: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return what the longer name has before and behind the shorter one, None when it does not hold it."""
    for start in range(len(longer) - len(shorter) + 1):
        if longer[start : start + len(shorter)] == shorter:
            return longer[:start] + longer[start + len(shorter) :]
    return None


def _is_decorated(shorter: tuple[str, ...], longer: tuple[str, ...]) -> bool:
    """Tell whether one name is the other with a channel's suffix grown on: ColdplayVEVO."""
    one, other = "".join(shorter), "".join(longer)
    return any(
        one + suffix == other or other + suffix == one
        for suffix in ("vevo", "official", "tv", "music", "topic")
    )


def presence(
    forms: Sequence[ArtistForm], name: Name, part: Part, album: tuple[str, ...]
) -> Presence:
    """Return how clearly a part of a name, or of a folder's, is the artist's name.

    A single word inside a longer name proves little ("pink" in "Pink Floyd"), and words such as
    "tribute" make the name somebody else's.
    """
    words = name.words[part.start : part.stop]
    bare = words[1:] if words[0] in ARTICLES else words
    text = f" {' '.join(bare)} "
    for form in forms:
        if form.text == text:  # The name alone, as mostly.
            return Presence.CLEAR
    text = f" {' '.join(words)} "
    best = Presence.NONE
    for form in forms:
        if form.text not in text:
            continue
        rest = [word for word in text.replace(form.text, " ", 1).split() if word not in ARTICLES]
        if not rest:
            return Presence.CLEAR
        if all(word in _IMPOSTORS for word in rest):
            continue
        before = text[: text.index(form.text)].split()
        if not _PLAYING.isdisjoint(before):
            continue
        if any(word in GUEST_WORDS for word in before):
            best = max(best, Presence.WEAK)
            continue
        if form.text.count(" ") > 2 or any(word in JOINERS for word in rest):
            return Presence.CLEAR
        behind = text[text.index(form.text) + len(form.text) :].split()
        is_numbered = bool(behind) and behind[0].isdigit() and not is_year(behind[0])  # Phoenix II
        is_clear = not is_numbered and all(
            word in NEUTRAL_WORDS or word in _SHELF_WORDS or word in album or is_number(word)
            for word in rest
        )
        best = max(best, Presence.CLEAR if is_clear else Presence.WEAK)
    return best
