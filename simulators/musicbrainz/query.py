"""Parse the part of the Lucene query language that clients of the search really use."""

from collections.abc import Iterator
from dataclasses import dataclass
import re

_SPECIAL = set('+-&|!(){}[]^"~*?:\\/')
_RANGE = re.compile(r"\[\s*(\S+)\s+TO\s+(\S+)\s*\]")
_OPERATORS = {"AND", "OR", "NOT"}


class BadQueryError(ValueError):
    """Say that a query cannot be parsed."""


@dataclass(frozen=True, slots=True)
class Term:
    """Match a word or a phrase in a field; an empty field means the default one."""

    field: str
    text: str
    is_phrase: bool = False
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """Match numbers or dates between two ends, included; "*" is open."""

    field: str
    lowest: str
    highest: str


@dataclass(frozen=True, slots=True)
class Clause:
    """Hold a part of a query and whether it must, must not or may match."""

    node: Node
    is_required: bool = False
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Hold clauses; with none required, at least one must match."""

    clauses: tuple[Clause, ...]


type Node = Term | Range | Group


@dataclass(frozen=True, slots=True)
class _Token:
    """Hold one token: kind is a punctuation mark, "word", "phrase" or "range"."""

    kind: str
    text: str = ""
    is_prefix: bool = False


def parse_query(text: str) -> Group:
    """Return the parsed query; BadQueryError when the syntax is wrong."""
    tokens = list(_tokens(text))
    parser = _Parser(tokens)
    group = parser.group("")
    if not parser.at_end:
        raise BadQueryError(f"unexpected {parser.peek()}")
    if not group.clauses:
        raise BadQueryError("the query is empty")
    return group


def only_values_of(query: Group, field: str) -> tuple[str, ...] | None:
    """Return the texts when a query is nothing but alternatives for one field, else None."""
    texts = [
        clause.node.text
        for clause in query.clauses
        if isinstance(clause.node, Term)
        and clause.node.field == field
        and not clause.node.is_prefix
        and not clause.is_excluded
    ]
    return tuple(texts) if len(texts) == len(query.clauses) else None


class _Parser:
    """Walk over the tokens once."""

    def __init__(self, tokens: list[_Token]) -> None:
        """Start at the first token."""
        self._tokens = tokens
        self._position = 0

    @property
    def at_end(self) -> bool:
        """Tell whether all tokens are used."""
        return self._position >= len(self._tokens)

    def peek(self) -> str:
        """Return the kind of the next token."""
        return "" if self.at_end else self._tokens[self._position].kind

    def take(self) -> _Token:
        """Return the next token and step over it."""
        if self.at_end:
            raise BadQueryError("the query ends too early")
        self._position += 1
        return self._tokens[self._position - 1]

    def group(self, field: str) -> Group:
        """Parse clauses until a closing parenthesis or the end; AND binds both its neighbours."""
        clauses: list[Clause] = []
        joined_by_and = False
        while not self.at_end and self.peek() != ")":
            if self.peek() in {"AND", "OR"}:
                joined_by_and = self.take().kind == "AND"
                if not clauses or self.at_end:
                    raise BadQueryError("an operator needs two sides")
                if joined_by_and:
                    clauses[-1] = Clause(
                        clauses[-1].node,
                        not clauses[-1].is_excluded,
                        clauses[-1].is_excluded,
                    )
                continue
            is_required, is_excluded = joined_by_and, False
            joined_by_and = False
            if self.peek() in {"+", "-", "!", "NOT"}:
                mark = self.take().kind
                is_required, is_excluded = mark == "+" or is_required, mark != "+"
            node = self._node(field)
            clauses.append(Clause(node, is_required and not is_excluded, is_excluded))
        return Group(tuple(clauses))

    def _node(self, field: str) -> Node:
        """Parse one term, phrase, range or group, with the field before it."""
        token = self.take()
        if token.kind == "word" and self.peek() == ":":
            self.take()
            if self.peek() not in {"word", "phrase", "range", "("}:
                raise BadQueryError(f"nothing stands after {token.text}:")
            return self._node(token.text)
        match token.kind:
            case "word":
                return Term(field, token.text, is_prefix=token.is_prefix)
            case "phrase":
                return Term(field, token.text, is_phrase=True)
            case "range":
                lowest, _, highest = token.text.partition(" ")
                return Range(field, lowest, highest)
            case "(":
                group = self.group(field)
                if self.take().kind != ")":
                    raise BadQueryError("a parenthesis is not closed")
                return group
        raise BadQueryError(f"unexpected {token.kind}")


def _tokens(text: str) -> Iterator[_Token]:
    """Cut a query into tokens; boosts and fuzziness are dropped."""
    position = 0
    while position < len(text):
        character = text[position]
        if character.isspace():
            position += 1
        elif character == '"':
            phrase, position = _phrase(text, position + 1)
            yield _Token("phrase", phrase)
        elif character == "[":
            found = _RANGE.match(text, position)
            if found is None:
                raise BadQueryError("a range needs two ends")
            position = found.end()
            yield _Token("range", f"{found[1]} {found[2]}")
        elif character in "^~":
            position = _skip_number(text, position + 1)
        elif text.startswith(("&&", "||"), position):
            yield _Token("AND" if character == "&" else "OR")
            position += 2
        elif character in "():+-!":
            position += 1
            yield _Token(character)
        elif character in "{}]&|/":
            raise BadQueryError(f"{character} must be escaped")
        else:
            token, position = _word(text, position)
            yield token


def _phrase(text: str, position: int) -> tuple[str, int]:
    """Read up to the closing quotation mark."""
    characters = []
    while position < len(text) and text[position] != '"':
        if text[position] == "\\" and position + 1 < len(text):
            position += 1
        characters.append(text[position])
        position += 1
    if position >= len(text):
        raise BadQueryError("a quotation mark is not closed")
    return "".join(characters), position + 1


def _word(text: str, position: int) -> tuple[_Token, int]:
    """Read a word; a backslash takes the meaning from the next character."""
    characters = []
    is_prefix = is_escaped = False
    while position < len(text):
        character = text[position]
        if character == "\\":
            position += 1
            if position == len(text):
                raise BadQueryError("nothing stands after a backslash")
            is_escaped = True
            characters.append(text[position])
        elif character == "*":
            is_prefix = True
        elif character == "?":
            characters.append(character)
        elif character.isspace() or (character in _SPECIAL and character not in "-+"):
            break
        else:
            characters.append(character)
        position += 1
    word = "".join(characters)
    if word in _OPERATORS and not is_escaped:
        return _Token(word), position
    return _Token("word", word, is_prefix), position


def _skip_number(text: str, position: int) -> int:
    """Step over the number of a boost."""
    while position < len(text) and (text[position].isdigit() or text[position] == "."):
        position += 1
    return position
