"""Check what installers, validators and readers expect of the repository."""

from collections.abc import Iterator
from importlib.metadata import version
import json
from pathlib import Path
import re
import tomllib
from typing import Any
from zipfile import ZipFile

from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
import hass_frontend
from homeassistant.bootstrap import CORE_INTEGRATIONS, DEFAULT_INTEGRATIONS, FRONTEND_INTEGRATIONS
from homeassistant.const import Platform, __version__ as home_assistant_version
from homeassistant.helpers import selector
from homeassistant.util.package import is_installed
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PIL import Image
import pytest

from script import build_release

from .checkout import (
    COMPONENTS,
    INTEGRATION,
    REPOSITORY,
    glue_modules,
    read_json,
    read_yaml,
    tracked_files,
)

MANIFEST = INTEGRATION / "manifest.json"

# What the demo, script/develop and the tests set up beside what Home Assistant always does.
CONFIGURED_INTEGRATIONS = {
    "application_credentials",
    "assist_pipeline",
    "config",
    "energy",
    "frontend",
    "history",
    "logbook",
    "media_source",
    "my",
    "person",
    "recorder",
    "system_health",
    "webhook",
}

# Parts of Home Assistant that every installation has, beside the entity platforms.
ALWAYS_THERE = {
    "diagnostics",
    "homeassistant",
    "media_source",
    "persistent_notification",
    "repairs",
    "system_health",
    "websocket_api",
}


def manifest() -> dict[str, Any]:
    """Return the integration's manifest."""
    content: dict[str, Any] = read_json(MANIFEST)
    return content


def project() -> dict[str, Any]:
    """Return the project table of pyproject.toml."""
    content = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
    table: dict[str, Any] = content["project"]
    return table


# --- Manifest and packaging -------------------------------------------------------------


def test_manifest_keys_come_in_the_order_home_assistant_asks_for() -> None:
    """Find the domain first, the name second, and the rest by alphabet."""
    keys = list(manifest())
    assert keys == ["domain", "name", *sorted(keys[2:])]


def test_manifest_says_everything_installers_ask_for() -> None:
    """Find the keys that HACS, the Marketplace and hassfest require."""
    content = manifest()
    assert content["domain"] == INTEGRATION.name
    assert content["integration_type"] in {"hub", "service"}
    assert content["iot_class"] == "cloud_polling"
    assert content["config_flow"] is True
    assert content["codeowners"]
    assert all(owner.startswith("@") for owner in content["codeowners"])
    for key in ("documentation", "issue_tracker"):
        assert content[key].startswith("https://"), key
    AwesomeVersion(
        content["version"], ensure_strategy=AwesomeVersionStrategy.SEMVER
    )  # raises when it is none


def test_manifest_agrees_with_the_project() -> None:
    """Keep requirements, version and licence the same everywhere."""
    assert manifest()["requirements"] == sorted(project()["dependencies"])
    assert manifest()["version"] == project()["version"]
    assert project()["license"] == "MIT"
    assert (REPOSITORY / "LICENSE").read_text("utf-8").startswith("MIT License")


def test_requirements_leave_home_assistant_its_own_versions() -> None:
    """Pin nothing, and name nothing that Home Assistant itself depends on."""
    base = {
        canonicalize_name(Requirement(line).name)
        for line in (COMPONENTS.parent / "package_constraints.txt")
        .read_text("utf-8")
        .split("\n\n# ")[0]
        .splitlines()
        if line and not line.startswith("#")
    }
    shared = {"mutagen"}  # of an optional part, and the range below lets it have its way
    for text in manifest()["requirements"]:
        requirement = Requirement(text)
        assert "==" not in text, text
        assert "<" in text, f"{text} has no upper end"
        assert canonicalize_name(requirement.name) not in base - shared, text
        assert requirement.specifier.contains(version(requirement.name)), text


def test_imported_integrations_are_declared() -> None:
    """Depend in the manifest on every integration whose code is used."""
    content = manifest()
    declared = {
        *content["dependencies"],
        *content.get("after_dependencies", []),
        *ALWAYS_THERE,
        *Platform,
    }
    pattern = re.compile(
        r"^\s*(?:from|import) homeassistant\.components(?:\.(\w+)| import (\w+))",
        re.MULTILINE,
    )
    for path, _ in glue_modules():
        # A module for another integration is only loaded when that one is there.
        own = path.stem
        for dotted, imported in pattern.findall(path.read_text("utf-8")):
            used = dotted or imported
            assert used in declared | {own}, f"{path.name} uses {used}"


def test_hacs_file_has_only_known_keys_and_a_tested_floor() -> None:
    """Name the oldest Home Assistant no newer than the one tested against."""
    content = read_json(REPOSITORY / "hacs.json")
    assert set(content) <= {
        "content_in_root",
        "filename",
        "hide_default_branch",
        "homeassistant",
        "name",
        "persistent_directory",
        "zip_release",
    }
    assert content["zip_release"] is True
    assert content["filename"] == build_release.TARGET.name
    floor = AwesomeVersion(content["homeassistant"])
    tested = AwesomeVersion(home_assistant_version)
    assert floor <= tested
    assert (floor.major, floor.minor) == (tested.major, tested.minor)


def test_release_holds_the_integration_and_the_version_of_its_tag(
    tmp_path: Path,
) -> None:
    """Build the archive and find it complete, clean and stamped."""
    target = tmp_path / "soulspot.zip"
    build_release.build("9.8.7", target)
    with ZipFile(target) as archive:
        names = archive.namelist()
        stamped = json.loads(archive.read("manifest.json"))
    assert stamped == manifest() | {"version": "9.8.7"}
    assert list(stamped) == list(manifest())
    ours = {
        path.relative_to(INTEGRATION).as_posix()
        for path in tracked_files()
        if INTEGRATION in path.parents
    }
    assert ours <= set(names)
    assert not [name for name in names if "__pycache__" in name or ".." in name]


def test_only_one_integration_is_in_the_repository() -> None:
    """Keep to the single folder that HACS allows."""
    folders = {
        path.relative_to(REPOSITORY / "custom_components").parts[0]
        for path in tracked_files()
        if REPOSITORY / "custom_components" in path.parents
    }
    assert folders == {"__init__.py", "soulspot"}


@pytest.mark.parametrize("prefix", ["", "dark_"])
def test_brand_pictures_have_the_sizes_home_assistant_shows(prefix: str) -> None:
    """Measure icons and logos in both resolutions."""

    def size(name: str) -> tuple[int, int]:
        with Image.open(INTEGRATION / "brand" / f"{prefix}{name}.png") as picture:
            assert picture.mode == "RGBA"
            return picture.size

    assert size("icon") == (256, 256)
    assert size("icon@2x") == (512, 512)
    assert 128 <= min(size("logo")) <= 256
    assert 256 <= min(size("logo@2x")) <= 512


# --- Actions and icons ------------------------------------------------------------------


def action_fields() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the fields of every action, those inside sections included."""
    for action, description in read_yaml(INTEGRATION / "services.yaml").items():
        for name, field in ((description or {}).get("fields") or {}).items():
            if "fields" in field:
                for inner, inner_field in field["fields"].items():
                    yield f"{action}.{name}.{inner}", inner_field
            else:
                yield f"{action}.{name}", field


def test_action_fields_have_selectors_home_assistant_knows() -> None:
    """Validate every selector with Home Assistant's own schema."""
    for name, field in action_fields():
        assert set(field) <= {
            "advanced",
            "default",
            "example",
            "filter",
            "required",
            "selector",
        }, name
        selector.validate_selector(field["selector"])


def test_every_action_has_an_icon() -> None:
    """Show a picture beside each action."""
    icons = read_json(INTEGRATION / "icons.json")
    actions = set(read_yaml(INTEGRATION / "services.yaml"))
    assert set(icons["services"]) == actions
    assert all("service" in icon for icon in icons["services"].values())


def test_icons_exist_in_the_set_the_frontend_carries() -> None:
    """Look up every icon name, in icons.json and in the code."""
    known = {
        f"mdi:{icon['name']}"
        for icon in read_json_list(Path(hass_frontend.where()) / "static" / "mdi" / "iconList.json")
    }
    files = [INTEGRATION / "icons.json", *(path for path, _ in glue_modules())]
    for path in files:
        assert path.is_file(), f"{path.name} is missing"
        used = set(re.findall(r"mdi:[a-z0-9-]+", path.read_text("utf-8")))
        assert used <= known, f"{path.name}: {sorted(used - known)}"


def read_json_list(path: Path) -> list[dict[str, Any]]:
    """Return a JSON array from a file outside the checkout."""
    content: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return content


# --- Quality scale ----------------------------------------------------------------------


def test_quality_scale_answers_every_rule() -> None:
    """Compare with the rules that Home Assistant's own integrations answer."""
    rules = read_yaml(INTEGRATION / "quality_scale.yaml")["rules"]
    expected: set[str] = set()
    for integration in ("overseerr", "pyload", "bring", "ntfy"):
        expected |= set(read_yaml(COMPONENTS / integration / "quality_scale.yaml")["rules"])
    assert set(rules) == expected
    assert len(rules) == 54
    for rule, answer in rules.items():
        status = answer["status"] if isinstance(answer, dict) else answer
        assert status in {"done", "exempt", "todo"}, rule
        if status == "exempt":
            assert answer["comment"], rule


@pytest.mark.parametrize(
    ("rule", "evidence"),
    [
        ("brands", "brand/icon.png"),
        ("config-flow", "config_flow.py"),
        ("diagnostics", "diagnostics.py"),
        ("icon-translations", "icons.json"),
        ("strict-typing", "py.typed"),
    ],
)
def test_quality_scale_claims_only_what_is_there(rule: str, evidence: str) -> None:
    """Find the file that a claim rests on."""
    answer = read_yaml(INTEGRATION / "quality_scale.yaml")["rules"][rule]
    if answer == "done":
        assert (INTEGRATION / evidence).is_file()


# --- Environment ------------------------------------------------------------------------


def started_integrations() -> set[str]:
    """Return what a start sets up, with all dependencies."""
    waiting = {
        *CORE_INTEGRATIONS,
        *FRONTEND_INTEGRATIONS,
        *DEFAULT_INTEGRATIONS,
        *CONFIGURED_INTEGRATIONS,
    }
    found: set[str] = set()
    while waiting:
        domain = waiting.pop()
        if domain not in found:
            found.add(domain)
            content = json.loads((COMPONENTS / domain / "manifest.json").read_text())
            waiting.update(content.get("dependencies", []))
    return found


def test_home_assistant_starts_without_downloads() -> None:
    """Find installed what the started integrations require."""
    missing = {
        requirement
        for domain in started_integrations()
        for requirement in json.loads((COMPONENTS / domain / "manifest.json").read_text()).get(
            "requirements", []
        )
        if not is_installed(requirement)
    }
    assert not missing, "add them to requirements/home_assistant.in"


@pytest.mark.parametrize("name", ["test", "end_to_end"])
def test_compiled_requirements_are_pinned_and_hashed(name: str) -> None:
    """Find one exact version and at least one hash per package, and no address."""
    text = (REPOSITORY / "requirements" / f"{name}.txt").read_text("utf-8")
    assert "://" not in text
    assert "--index" not in text
    entries = re.findall(r"^(?!#)\S.*(?:\n    .*)*", text, re.MULTILINE)
    assert len(entries) > 50
    for entry in entries:
        assert re.match(r"[\w.-]+==\S+", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


# --- What a reader finds ----------------------------------------------------------------

# Words that give away the host of a package registry, or a path of one certain machine.
# Put together here, so that this file itself holds none of them.
REGISTRY_HOST = re.compile(
    r"[\w.-]*(?:" + "|".join(("py" + "pi", "python" + "hosted", "np" + "mjs", "yarn" + "pkg"))
    + r"|deb\.deb" + r"ian|mirror|artifact" + r"ory)[\w-]*\.(?:com|dev|io|net|org)\b"
)  # fmt: skip
MACHINE_PATH = re.compile(
    "|".join(f"/{folder}/" for folder in ("work", "ro" + "ot", "mnt/data"))
    + r"|/home/(?!assistant|homeassistant|user)\w+/"
)


def text_files() -> Iterator[tuple[str, str]]:
    """Yield the names and contents of all text files of the repository."""
    for path in tracked_files():
        try:
            yield path.relative_to(REPOSITORY).as_posix(), path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def test_no_file_names_a_registry_or_a_machine() -> None:
    """Keep addresses of package registries and paths of a machine out."""
    found = [
        f"{name}: {match.group()}"
        for name, text in text_files()
        for pattern in (REGISTRY_HOST, MACHINE_PATH)
        for match in pattern.finditer(text)
    ]
    assert not found


def test_modules_stay_short_enough_to_read() -> None:
    """Split a module of the product long before it has so many lines."""
    lengths = {
        name: text.count("\n")
        for name, text in text_files()
        if name.endswith(".py") and name.startswith("custom_components/")
    }
    assert not {name: lines for name, lines in lengths.items() if lines > 450}


def test_every_file_ends_with_one_newline() -> None:
    """Read files as editors and diffs expect them."""
    bad = [
        name
        for name, text in text_files()
        if text and (not text.endswith("\n") or text.endswith("\n\n"))
    ]
    assert not bad
