"""Rank entities for a parsed query."""

from collections.abc import Callable, Iterable, Mapping
import math
import re
import unicodedata

from .query import BadQueryError, Clause, Group, Node, Range, Term

type Document = Mapping[str, tuple[str, ...]]

_WORD = re.compile(r"\w+")
_DURATION_STEP_MS = 2000


def rank[Entity](
    query: Group,
    entities: Iterable[Entity],
    describe: Callable[[Entity], Document],
    default_field: str,
) -> list[tuple[int, Entity]]:
    """Return (score, entity), best first; scores are relative to the best of this query.

    BadQueryError when the query names a field that does not exist.
    """
    found = []
    for entity in entities:
        weight = _weigh(query, describe(entity), default_field)
        if weight is not None:
            found.append((weight, entity))
    found.sort(key=lambda pair: -pair[0])
    best = found[0][0] if found else 1.0
    return [(round(100 * weight / best), entity) for weight, entity in found]


def fold(text: str) -> list[str]:
    """Return the words of a text in small letters without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _WORD.findall(plain)


def _weigh(node: Node, document: Document, default_field: str) -> float | None:
    """Return how well a part of the query matches, None when it does not."""
    match node:
        case Term():
            return _weigh_term(node, _values(document, node.field or default_field))
        case Range():
            values = _values(document, node.field or default_field)
            return 1.0 if any(_in_range(value, node) for value in values) else None
        case Group():
            return _weigh_group(node.clauses, document, default_field)


def _values(document: Document, field: str) -> tuple[str, ...]:
    """Return the values of a field."""
    if field not in document:
        raise BadQueryError(f"undefined field {field}")
    return document[field]


def _weigh_group(
    clauses: tuple[Clause, ...], document: Document, default_field: str
) -> float | None:
    """Add up what matches; a missing required or a present excluded clause ends it."""
    total = 0.0
    has_match = False
    for clause in clauses:
        weight = _weigh(clause.node, document, default_field)
        if clause.is_excluded:
            if weight is not None:
                return None
        elif weight is not None:
            total += weight
            has_match = True
        elif clause.is_required:
            return None
    return total if has_match else None


def _weigh_term(term: Term, values: tuple[str, ...]) -> float | None:
    """Return the weight of a word or phrase in the best of several values; short values count more."""
    wanted = fold(term.text)
    if term.text == "*" or (term.is_prefix and not wanted):
        return 1.0 if values else None
    best: float | None = None
    for value in values:
        words = fold(value)
        if _contains(words, wanted, is_prefix=term.is_prefix):
            weight = len(wanted) / math.sqrt(len(words))
            best = weight if best is None else max(best, weight)
    return best


def _contains(words: list[str], wanted: list[str], *, is_prefix: bool) -> bool:
    """Tell whether the wanted words stand side by side."""
    if not wanted:
        return False
    for start in range(len(words) - len(wanted) + 1):
        window = words[start : start + len(wanted)]
        if window == wanted:
            return True
        if is_prefix and window[:-1] == wanted[:-1] and window[-1].startswith(wanted[-1]):
            return True
    return False


def _in_range(value: str, range_: Range) -> bool:
    """Compare as numbers when all are numbers, else as texts such as dates."""
    ends = [end for end in (range_.lowest, range_.highest) if end != "*"]
    if value.isdecimal() and all(end.isdecimal() for end in ends):
        lowest = int(range_.lowest) if range_.lowest != "*" else -math.inf
        highest = int(range_.highest) if range_.highest != "*" else math.inf
        return lowest <= int(value) <= highest
    return (range_.lowest == "*" or range_.lowest <= value) and (
        range_.highest == "*" or value <= range_.highest
    )


def quantized(length_ms: int) -> str:
    """Return a length in the steps of the `qdur` field."""
    return str(length_ms // _DURATION_STEP_MS)
