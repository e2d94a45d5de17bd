"""Write names of other scripts in Latin letters, roughly, as a second form to compare."""

from functools import lru_cache
import re
import unicodedata

_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "i", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
    "і": "i", "ї": "i", "є": "e", "ґ": "g", "ў": "u", "ђ": "dj", "ј": "i", "љ": "li", "њ": "ni", "ћ": "c", "џ": "dz",
}  # fmt: skip
_GREEK = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "i", "φ": "f",
    "χ": "ch", "ψ": "ps", "ω": "o",
}  # fmt: skip
_KANA_ROWS = {
    "": "あいうえお", "k": "かきくけこ", "s": "さしすせそ", "t": "たちつてと", "n": "なにぬねの", "h": "はひふへほ",
    "m": "まみむめも", "r": "らりるれろ", "g": "がぎぐげご", "z": "ざじずぜぞ", "d": "だぢづでど", "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
}  # fmt: skip
_KANA = {
    kana: row + "aiueo"[place]
    for row, letters in _KANA_ROWS.items()
    for place, kana in enumerate(letters)
}
_KANA |= {
    "し": "shi", "ち": "chi", "つ": "tsu", "ふ": "fu", "じ": "ji", "ぢ": "ji", "づ": "zu", "や": "ya", "ゆ": "yu", "よ": "yo",
    "わ": "wa", "を": "o", "ん": "n", "ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o", "ゔ": "vu", "ー": "",
}  # fmt: skip
_SMALL_Y = {"ゃ": "a", "ゅ": "u", "ょ": "o"}
_HANGUL_BASE, _HANGUL_LAST = 0xAC00, 0xD7A3
_HANGUL_FIRST = [
    "g",
    "kk",
    "n",
    "d",
    "tt",
    "r",
    "m",
    "b",
    "pp",
    "s",
    "ss",
    "",
    "j",
    "jj",
    "ch",
    "k",
    "t",
    "p",
    "h",
]
_HANGUL_VOWEL = [
    "a",
    "ae",
    "ya",
    "yae",
    "eo",
    "e",
    "yeo",
    "ye",
    "o",
    "wa",
    "wae",
    "oe",
    "yo",
    "u",
    "wo",
    "we",
    "wi",
    "yu",
    "eu",
    "ui",
    "i",
]
_HANGUL_FINAL = [
    "",
    "k",
    "k",
    "k",
    "n",
    "n",
    "n",
    "t",
    "l",
    "k",
    "m",
    "l",
    "l",
    "l",
    "p",
    "l",
    "m",
    "p",
    "p",
    "t",
    "t",
    "ng",
    "t",
    "t",
    "k",
    "t",
    "p",
    "t",
]

# Ways of writing the same sound; the folded sound is all that is compared.
_SOUNDS = (
    ("shch", "sh"), ("kh", "h"), ("ts", "c"), ("tz", "c"), ("y", "i"), ("j", "i"), ("ph", "f"), ("w", "v"),
    ("ck", "k"), ("x", "ks"), ("ie", "e"), ("ou", "u"), ("oo", "u"),
)  # fmt: skip
_REPEATED = re.compile(r"(.)\1+")


def has_other_script(text: str) -> bool:
    """Tell whether folded text has letters outside the Latin script."""
    return not text.isascii() and any(ord(letter) > 0x24F for letter in text)


@lru_cache(maxsize=2_048)
def romanise(text: str) -> str:
    """Return folded text in Latin letters, or nothing when it needs none or has letters without a reading.

    Chinese characters have no reading that could be derived from them.
    """
    if not has_other_script(text):
        return ""
    letters: list[str] = []
    for letter in text:
        reading = _reading(letter, letters)
        if reading is None:
            return ""
        letters.append(reading)
    return "".join(letters)


def _reading(letter: str, before: list[str]) -> str | None:
    """Return a letter in Latin letters, None when it has no known reading."""
    if letter.isascii() or ord(letter) <= 0x24F:
        return letter
    for table in (_CYRILLIC, _GREEK):
        if letter in table:
            return table[letter]
    if _HANGUL_BASE <= ord(letter) <= _HANGUL_LAST:
        first, rest = divmod(ord(letter) - _HANGUL_BASE, 588)
        vowel, final = divmod(rest, 28)
        return _HANGUL_FIRST[first] + _HANGUL_VOWEL[vowel] + _HANGUL_FINAL[final]
    if "ァ" <= letter <= "ヶ":
        letter = chr(ord(letter) - 0x60)
    if letter in _SMALL_Y and before:
        stem = before[-1][:-1] or before[-1]
        before[-1] = ""
        return stem + ("" if stem.endswith(("sh", "ch", "j")) else "y") + _SMALL_Y[letter]
    if letter == "っ":
        return ""
    if letter in _KANA:
        return _KANA[letter]
    return None if unicodedata.category(letter).startswith("L") else " "


def sound_of(text: str) -> str:
    """Return what is left of Latin letters when the usual ways of transliterating are made one."""
    for written, sound in _SOUNDS:
        text = text.replace(written, sound)
    return _REPEATED.sub(r"\1", text)
