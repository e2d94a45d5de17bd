"""Fold names so that different spellings of the same name become equal.

Every script is kept. `fold` is idempotent and never makes a name empty.
"""

from functools import lru_cache
import re
import unicodedata

from .ideographs import ONE_FORM

# Letters that Unicode does not take apart, as they are commonly written without their marks.
_PLAIN_LETTERS = str.maketrans(
    {
        "ø": "o", "œ": "oe", "æ": "ae", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h",
        "ŧ": "t", "ŋ": "n", "ı": "i", "ĸ": "k", "ſ": "s", "ə": "e", "ƒ": "f",
    }
)  # fmt: skip

# What UTF-8 begins with where it was taken for a western encoding.
_MISREAD = frozenset("ÃÂÅÄÐÑØÙ")

# Marks that vanish without leaving a gap: don't = dont.
APOSTROPHES = "'`’‘‛´ʹʻʼˈ′"
_NO_APOSTROPHES = str.maketrans(dict.fromkeys(APOSTROPHES))

# Marks of the Latin, Greek, Cyrillic, Hebrew and Arabic scripts that a name can do without.
# Those of Japanese and the Indic scripts are letters in all but name and stay.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]")

# Symbols that stand for letters when letters surround them: Ke$ha, P!nk, $uicideboy$.
_SYMBOL_LETTERS = {
    "$": "s",
    "!": "i",
    "@": "a",
    "€": "e",
    "£": "l",
    "¥": "y",
    "†": "t",
    "¡": "i",
}
_SYMBOLS = frozenset(_SYMBOL_LETTERS)
_SYMBOL_IN_WORD = re.compile(r"(?<=[^\W\d_])[!@£¥€†¡](?=[^\W\d_])|(?<=[^\W\d_])\$|\$(?=[^\W\d_])")

_DOTTED = re.compile(
    r"(?<![^\W_])(?:[^\W_]\.){2,}(?:[^\W_](?![^\W_]))?|(?<![^\W_])[^\W\d_]\.[^\W\d_](?![^\W_])"
)
_AND = re.compile(r"(?<=[\w)\]])\s*[&+]\s*(?=[\w(\[])|(?<=\w )n(?= \w)")
_GAPS = re.compile(r"[\W_]+")
_FIRST_KANA = "\u3040"
_SCRIPT_BORDER = re.compile(
    "(?<=[a-z0-9])(?=[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])"
    "|(?<=[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])(?=[a-z0-9])"
)


def simplify(text: str) -> str:
    """Return text in lower case without accents and apostrophes, other punctuation kept in place."""
    if text.isascii():
        return _simplify_ascii(text)
    if not _MISREAD.isdisjoint(text):
        text = _reread(text)
    text = text.translate(_NO_APOSTROPHES)
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _MARKS.sub("", unicodedata.normalize("NFD", text))
    text = unicodedata.normalize("NFKC", text).translate(_PLAIN_LETTERS)
    if max(text, default="") >= _FIRST_KANA:
        text = _SCRIPT_BORDER.sub(" ", text.translate(ONE_FORM))
    text = text.lower()
    if text.isascii():
        return _simplify_ascii(text)
    text = text.translate(_NO_APOSTROPHES)
    if "." in text:
        text = _DOTTED.sub(_without_dots, text)
    return text if _SYMBOLS.isdisjoint(text) else _SYMBOL_IN_WORD.sub(_letter, text)


def _reread(text: str) -> str:
    """Return text that was read in the wrong encoding as it was meant: BeyoncÃ©; all other text unchanged."""
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def _simplify_ascii(text: str) -> str:
    """Return plain text in lower case without apostrophes; names are mostly this, and come by thousands."""
    text = text.lower()
    if "'" in text or "`" in text:
        text = text.replace("'", "").replace("`", "")
    # A dot before a blank, as in "01. ", ends no initial that another follows.
    if "." in text and text.count(".") > text.count(". "):
        text = _DOTTED.sub(_without_dots, text)
    if "$" in text or "!" in text:
        text = _SYMBOL_IN_WORD.sub(_letter, text)
    return text


def fold(text: str) -> str:
    """Return words in lower case, separated by single blanks; of mere punctuation, the punctuation.

    Only text without any visible character folds to itself unchanged.
    """
    return text if not text else _fold(text)


@lru_cache(maxsize=4096)
def _fold(text: str) -> str:
    """Fold until nothing changes any more; twice does for all but made-up text."""
    while True:
        folded = _fold_once(text)
        if folded == text:
            return folded
        text = folded


def _fold_once(text: str) -> str:
    """Return text folded once."""
    simple = simplify(text)
    words = _GAPS.sub(" ", _AND.sub(" and ", simple)).strip()
    return words or simple.strip() or text


def compact(text: str) -> str:
    """Return folded text without blanks: L I L Y = Lily, AC/DC = ACDC."""
    return fold(text).replace(" ", "")


def _without_dots(match: re.Match[str]) -> str:
    """Return R.E.M. as rem."""
    return match[0].replace(".", "")


def _letter(match: re.Match[str]) -> str:
    """Return the letter a symbol stands for."""
    return _SYMBOL_LETTERS[match[0]]
