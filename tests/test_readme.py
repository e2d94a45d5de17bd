"""Check that the tables of the README are those of the running integration."""

from collections.abc import Iterator, Mapping
import re
from typing import Any

from .checkout import INTEGRATION, read_yaml, translations

README = (INTEGRATION.parents[1] / "README.md").read_text("utf-8")

# What the pages explain well enough themselves.
SELF_EXPLANATORY = {"Credentials", "Only from the local network", "Playlists"}


def section(title: str) -> str:
    """Return the part of the README under a heading."""
    [part] = re.findall(
        rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", README, re.MULTILINE | re.DOTALL
    )
    return str(part)


def first_column(title: str) -> list[str]:
    """Return what the rows of a section's table are about."""
    rows = re.findall(r"^\| (.+?) \|", section(title), re.MULTILINE)
    return rows[1:]


def labels(step: Mapping[str, Any]) -> Iterator[str]:
    """Yield the labels of a form, those of its sections behind the name of the section."""
    yield from step.get("data", {}).values()
    for part in step.get("sections", {}).values():
        yield from (f"{part['name']}: {label}" for label in part["data"].values())


def test_every_action_is_explained() -> None:
    """Find each action once, and none that is gone."""
    rows = [row.strip("`").removeprefix("soulspot.") for row in first_column("Actions")]
    assert sorted(rows) == sorted(read_yaml(INTEGRATION / "services.yaml"))


def test_every_field_is_explained() -> None:
    """Find each field of the flows once, by the name it has on the page."""
    texts = translations("en")
    steps = [
        *texts["config"]["step"].values(),
        *texts["options"]["step"].values(),
        texts["config_subentries"]["playlist"]["step"]["reconfigure"],
    ]
    fields = {label for step in steps for label in labels(step)} - SELF_EXPLANATORY
    assert sorted(first_column("What the fields mean")) == sorted(fields)


def test_every_entity_is_explained() -> None:
    """Find the name of each entity."""
    told = re.split(r"[,:|.]|\band\b", section("Entities").replace("\n", " "))
    names = {name.removeprefix(" the buttons").strip() for name in told}
    entities = {
        str(entity["name"])
        for platform in translations("en")["entity"].values()
        for entity in platform.values()
    }
    assert sorted(entities - names) == []
