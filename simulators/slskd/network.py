"""Hold the people on the network and let them answer searches."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from simulators.audio import AudioLibrary

from .json_rules import Json
from .model import Attributes, Outcome, Peer, Presence, SharedFile
from .words import Query, without_accents, words

_FILES_PER_ANSWER = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold what one peer found; `delay` in simulated seconds after the search."""

    peer: Peer
    delay: float
    files: tuple[SharedFile, ...]
    locked_files: tuple[SharedFile, ...]


class _WordIndex:
    """Find files by the words of their paths."""

    def __init__(self, folds_accents: bool) -> None:
        """Start empty."""
        self._folds_accents = folds_accents
        self._files: dict[str, set[int]] = defaultdict(set)

    def add(self, number: int, path: str) -> None:
        """Index one path under a number."""
        for word in set(words(path)):
            self._files[self._form(word)].add(number)

    def _form(self, word: str) -> str:
        """Return the form of a word in which this index keeps it."""
        return without_accents(word) if self._folds_accents else word

    def containing(self, term: str) -> set[int]:
        """Return the files whose paths have every word of a term."""
        found: set[int] | None = None
        for word in words(term):
            here = self._files.get(self._form(word), set())
            found = here if found is None else found & here
        return found or set()

    def ending(self, term: str) -> set[int]:
        """Return the files with a word that ends like this."""
        endings = words(term)
        if not endings:
            return set()
        found: set[int] = set()
        for word, numbers in self._files.items():
            if word.endswith(self._form(endings[0])):
                found |= numbers
        for word in endings[1:]:
            found &= self.containing(word)
        return found


class Network:
    """Answer searches out of what everybody shares, and know who is there."""

    def __init__(
        self,
        peers: Iterable[Peer],
        audio: AudioLibrary,
        banned_phrases: Iterable[str] = (),
        excluded_phrases: Iterable[str] = (),
    ) -> None:
        """Index all shares.

        A search with all words of a banned phrase reaches nobody; files with an excluded phrase in their
        path are left out of answers.
        """
        self.audio = audio
        self.peers: dict[str, Peer] = {}
        self._presence: dict[str, Presence] = {}
        self._files: list[tuple[Peer, SharedFile]] = []
        self._by_path: dict[tuple[str, str], SharedFile] = {}
        self._indexes = {folds: _WordIndex(folds) for folds in (False, True)}
        self._wildcard_index = _WordIndex(folds_accents=False)
        self._banned = [frozenset(words(phrase)) for phrase in banned_phrases]
        self._excluded = [phrase.casefold() for phrase in excluded_phrases]
        for peer in peers:
            self.add(peer)

    def add(self, peer: Peer) -> None:
        """Let somebody join; a username that is there already is refused."""
        if peer.username in self.peers:
            raise ValueError(f"Two peers are called {peer.username}")
        self.peers[peer.username] = peer
        self._presence[peer.username] = peer.presence
        for file in peer.files:
            number = len(self._files)
            self._files.append((peer, file))
            self._by_path[peer.username, file.path] = file
            self._indexes[peer.dialect.folds_accents].add(number, file.path)
            if peer.dialect.knows_wildcards:
                self._wildcard_index.add(number, file.path)

    def prepare(self) -> None:
        """Make the sound that the shared files are put together from; blocks."""
        profiles = {file.content.profile for _, file in self._files if file.content is not None}
        if profiles:
            self.audio.prepare(*profiles)

    def presence(self, username: str) -> Presence:
        """Return whether somebody is there; unknown names are offline."""
        return self._presence.get(username, Presence.OFFLINE)

    def reachable(self, username: str) -> Presence:
        """Return whether somebody can be talked to, which searches do not tell."""
        peer = self.peers.get(username)
        if peer is not None and peer.behaviour.outcome is Outcome.GONE:
            return Presence.OFFLINE
        if peer is not None and peer.behaviour.outcome is Outcome.UNREACHABLE:
            return Presence.UNREACHABLE
        return self.presence(username)

    def set_presence(self, username: str, presence: Presence) -> None:
        """Let somebody come or go."""
        self._presence[username] = presence

    def file(self, username: str, path: str) -> SharedFile | None:
        """Return what somebody shares under a path, or None."""
        return self._by_path.get((username, path))

    def size(self, file: SharedFile) -> int:
        """Return the size in bytes that is announced and delivered."""
        if file.size is not None:
            return file.size
        if file.content is None:
            return 1024 + sum(file.path.encode()) % 4096
        return self.audio.size(file.content)

    def search(self, query: Query) -> list[Answer]:
        """Return who answers and with what, in no particular order."""
        asked = {word for term in query.terms for word in words(term) if not term.startswith("*")}
        if any(phrase and phrase <= asked for phrase in self._banned):
            return []
        numbers = self._matching(query)
        found: dict[str, tuple[list[SharedFile], list[SharedFile]]] = {}
        for number in sorted(numbers):
            peer, file = self._files[number]
            if self._presence[peer.username] not in (Presence.ONLINE, Presence.AWAY):
                continue
            if self._excluded and any(phrase in file.path.casefold() for phrase in self._excluded):
                continue
            found.setdefault(peer.username, ([], []))[file.is_locked].append(file)
        return [
            Answer(
                self.peers[username],
                self.peers[username].answers_after,
                tuple(files[:_FILES_PER_ANSWER]),
                tuple(locked[:_FILES_PER_ANSWER]),
            )
            for username, (files, locked) in found.items()
        ]

    def _matching(self, query: Query) -> set[int]:
        """Return the numbers of the files in whose path every term occurs and no exclusion does."""
        result: set[int] = set()
        has_wildcard = any(term.startswith("*") for term in query.terms)
        if has_wildcard:
            found: set[int] | None = None
            for term in query.terms:
                index = self._wildcard_index
                here = index.ending(term) if term.startswith("*") else index.containing(term)
                found = here if found is None else found & here
            result = found or set()
        else:
            for index in self._indexes.values():
                found = None
                for term in query.terms:
                    # A term of nothing but punctuation asks for nothing.
                    if words(term):
                        here = index.containing(term)
                        found = here if found is None else found & here
                result = result | (found or set())
        for exclusion in query.exclusions:
            for index in self._indexes.values():
                result = result - index.containing(exclusion)
        return result


def file_row(file: SharedFile, size: int) -> dict[str, Json]:
    """Return a file as search responses show it; locked files too say that they are not."""
    row: dict[str, Json] = {
        "filename": file.path,
        "size": size,
        "code": 1,
        "extension": file.extension,
        "isLocked": False,
    }
    row.update(attribute_properties(file.attributes))
    return row


def attribute_properties(attributes: Attributes) -> dict[str, Json]:
    """Return the properties of what is known about a file, and none for the rest."""
    named = {
        "bitRate": attributes.bit_rate,
        "length": attributes.length,
        "bitDepth": attributes.bit_depth,
        "sampleRate": attributes.sample_rate,
        "isVariableBitRate": attributes.is_variable_bit_rate,
    }
    return {name: value for name, value in named.items() if value is not None}
