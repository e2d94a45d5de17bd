"""Compare the shape of our replies with recorded ones: names and types, not values."""

from collections.abc import Callable, Iterable
import re

_FORMATS = (
    ("identifier", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    ("time in UTC", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,6}[1-9])?Z"),
    ("time without zone", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,6}[1-9])?"),
    ("duration", r"-?(\d+\.)?\d\d:\d\d:\d\d(\.\d{7})?"),
    ("address and port", r"\d{1,3}(\.\d{1,3}){3}:\d+"),
    ("text of JSON", r"[{\[].*"),
)


def type_name(value: object) -> str:
    """Return the JSON type of a value."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
    return "object"


def format_name(value: object) -> str:
    """Return the JSON type of a value, and for a string how it is written."""
    if not isinstance(value, str):
        return type_name(value)
    return next((name for name, form in _FORMATS if re.fullmatch(form, value)), "text")


def formats(value: object) -> dict[str, set[str]]:
    """Return the JSON types seen at every path, and for strings how they are written."""
    return shapes(value, name=format_name)


def shapes(
    value: object, path: str = "$", name: Callable[[object], str] = type_name
) -> dict[str, set[str]]:
    """Return the JSON types seen at every path; all elements of a list share one path."""
    found = {path: {name(value)}}
    inner: Iterable[tuple[str, object]] = ()
    if isinstance(value, dict):
        inner = ((f"{path}.{key}", child) for key, child in value.items())
    elif isinstance(value, list):
        inner = ((f"{path}[]", child) for child in value)
    for child_path, child in inner:
        for seen_path, types in shapes(child, child_path, name).items():
            found.setdefault(seen_path, set()).update(types)
    return found


def names_always_there(items: list[dict[str, object]]) -> set[str]:
    """Return the names every one of these objects has."""
    return set.intersection(*(set(item) for item in items))


def assert_known_shape(
    ours: object, recorded: Iterable[object], *, ignored: tuple[str, ...] = ()
) -> None:
    """Fail when our value has a name the recorded ones never have, or another type."""
    known: dict[str, set[str]] = {}
    for example in recorded:
        for path, types in shapes(example).items():
            known.setdefault(path, set()).update(types)
    for path, types in shapes(ours).items():
        if path.endswith(ignored) and ignored:
            continue
        assert path in known, f"{path} was never recorded"
        assert types <= known[path] | {"null"}, f"{path}: {types} but {known[path]}"
