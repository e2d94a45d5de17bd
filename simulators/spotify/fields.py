"""Apply the `fields` parameter: names with commas, dots, parentheses and exclusions."""

from dataclasses import dataclass, field

type Json = dict[str, object]


@dataclass(slots=True)
class FieldFilter:
    """Hold the wanted and the excluded names of one level; none wanted means all."""

    wanted: dict[str, FieldFilter] = field(default_factory=dict)
    excluded: dict[str, FieldFilter] = field(default_factory=dict)

    def apply(self, value: object) -> object:
        """Return a copy of a JSON value with only what the filter lets through."""
        if isinstance(value, list):
            return [self.apply(item) for item in value]
        if not isinstance(value, dict):
            return value
        result: Json = {}
        for name, inner in value.items():
            if self.wanted and name not in self.wanted:
                continue
            if name in self.excluded:
                if self.excluded[name].is_empty:
                    continue
                result[name] = self.excluded[name].inverted().apply(inner)
                continue
            result[name] = self.wanted[name].apply(inner) if name in self.wanted else inner
        return result

    @property
    def is_empty(self) -> bool:
        """Tell whether everything passes."""
        return not self.wanted and not self.excluded

    def inverted(self) -> FieldFilter:
        """Turn the wanted names of an excluded group into excluded ones."""
        return FieldFilter(excluded=self.wanted)


def parse_fields(text: str) -> FieldFilter:
    """Parse a `fields` parameter; ValueError when the parentheses do not match."""
    filter_, end = _parse_group(text, 0)
    if end != len(text):
        raise ValueError("unexpected closing parenthesis")
    return filter_


def _parse_group(text: str, position: int) -> tuple[FieldFilter, int]:
    """Parse names until the end or a closing parenthesis; return where parsing stopped."""
    group = FieldFilter()
    while position < len(text) and text[position] != ")":
        start = position
        while position < len(text) and text[position] not in ",()":
            position += 1
        path = text[start:position].strip()
        inner = FieldFilter()
        if position < len(text) and text[position] == "(":
            inner, position = _parse_group(text, position + 1)
            if position >= len(text):
                raise ValueError("missing closing parenthesis")
            position += 1
        if path:
            _add(group, path, inner)
        if position < len(text) and text[position] == ",":
            position += 1
    return group, position


def _add(group: FieldFilter, path: str, inner: FieldFilter) -> None:
    """Put one name, dotted or not, into a group."""
    target = group.excluded if path.startswith("!") else group.wanted
    *parents, last = path.removeprefix("!").split(".")
    for parent in parents:
        target = target.setdefault(parent, FieldFilter()).wanted
    existing = target.setdefault(last, FieldFilter())
    existing.wanted.update(inner.wanted)
    existing.excluded.update(inner.excluded)
