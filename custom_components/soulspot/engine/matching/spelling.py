"""Tell slips of the pen from different words."""

from rapidfuzz.distance import DamerauLevenshtein

from .words import ARTICLES, split_words

_LONG_WORD = 9  # letters: two of them may be wrong.
_SHORTEST_WORD = 4  # letters: shorter words differ for a reason.
_SHORTEST_TITLE = 6
_MOST_WORDS_WRONG = 2
_SMALL_WORDS = split_words("of on in the a an to at from for by with and or my your is")


def numbers(words: tuple[str, ...]) -> list[str]:
    """Return the numbers among words; they tell parts and takes apart."""
    return [word for word in words if word.isdigit()]


def without_article(words: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """Return words without a leading article, unless the other name leads with a different one."""
    if len(words) > 1 and words[0] in ARTICLES:
        if not (other and other[0] in ARTICLES and other[0] != words[0]):
            return words[1:]
    return words


def is_slip(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether two names differ only by spelling: an article, a letter, two swapped letters."""
    first, second = without_article(one, other), without_article(other, one)
    if not _is_spelled_alike(first, second):
        return False
    return numbers(one) == numbers(other)


def _is_spelled_alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether names without articles differ by few letters."""
    joined_one, joined_other = "".join(one), "".join(other)
    if joined_one == joined_other:
        return True
    if len(one) != len(other):
        longest = max(len(joined_one), len(joined_other))
        return (
            longest >= _SHORTEST_TITLE
            and abs(len(joined_one) - len(joined_other)) <= 1
            and DamerauLevenshtein.distance(joined_one, joined_other, score_cutoff=1) <= 1
        )
    wrong = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return len(wrong) <= _MOST_WORDS_WRONG and all(_is_word_slip(a, b) for a, b in wrong)


def _is_word_slip(one: str, other: str) -> bool:
    """Tell whether two words are the same but for a letter or two."""
    if one in _SMALL_WORDS and other in _SMALL_WORDS:
        return True
    shortest = min(len(one), len(other))
    if shortest < _SHORTEST_WORD or one.isdigit() or one[0] != other[0]:
        return False
    edits = 2 if shortest >= _LONG_WORD else 1
    return DamerauLevenshtein.distance(one, other, score_cutoff=edits) <= edits
