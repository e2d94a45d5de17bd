"""Read the files of this checkout, for the tests that judge them."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
import json
from pathlib import Path
from string import Formatter
import subprocess
from typing import Any

import homeassistant
import yaml

REPOSITORY = Path(__file__).parent.parent
INTEGRATION = REPOSITORY / "custom_components" / "soulspot"
ENGINE = INTEGRATION / "engine"
COMPONENTS = Path(homeassistant.__file__).parent / "components"


@cache
def read_json(path: Path) -> Any:
    """Return the content of a JSON file; a missing file fails the test."""
    assert path.is_file(), f"{path.relative_to(REPOSITORY)} is missing"
    return json.loads(path.read_text("utf-8"))


@cache
def read_yaml(path: Path) -> Any:
    """Return the content of a YAML file; a missing file fails the test."""
    assert path.is_file(), f"{path.relative_to(REPOSITORY)} is missing"
    return yaml.safe_load(path.read_text("utf-8"))


def translations(language: str) -> dict[str, Any]:
    """Return the texts of a language."""
    texts: dict[str, Any] = read_json(INTEGRATION / "translations" / f"{language}.json")
    return texts


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return the leaves of nested mappings by their dotted path."""
    leaves: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            leaves |= flatten(value, f"{prefix}{key}.")
        else:
            leaves[f"{prefix}{key}"] = value
    return leaves


def placeholders(text: str) -> set[str]:
    """Return the names in braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@cache
def tracked_files() -> tuple[Path, ...]:
    """Return every file that is, or would be, part of the repository."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = (REPOSITORY / name for name in sorted(set(listing.split("\0"))) if name)
    return tuple(path for path in paths if path.is_file())


@cache
def syntax_tree(path: Path) -> ast.Module:
    """Return a module's syntax tree."""
    return ast.parse(path.read_text("utf-8"), path.name)


def modules(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    """Yield the modules of a folder, at any depth, with their syntax trees."""
    for path in sorted(folder.rglob("*.py")):
        yield path, syntax_tree(path)


def glue_modules() -> Iterator[tuple[Path, ast.Module]]:
    """Yield the integration's modules outside the engine."""
    for path, tree in modules(INTEGRATION):
        if ENGINE not in path.parents:
            yield path, tree


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls in a module with the last part of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id, node
            elif isinstance(node.func, ast.Attribute):
                yield node.func.attr, node


def constants(tree: ast.Module) -> dict[str, str]:
    """Return the texts that a module names at its top."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets: list[ast.expr] = node.targets
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets = [node.target]
        else:
            continue
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            for target in targets:
                if isinstance(target, ast.Name):
                    found[target.id] = node.value.value
    return found


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the value a call gives to a keyword."""
    return next((item.value for item in call.keywords if item.arg == name), None)
