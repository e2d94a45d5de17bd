"""Check that everything a user may read has a text, in every language."""

import ast
from collections.abc import Iterator
from importlib import import_module
import inspect
from pkgutil import walk_packages
import re
from typing import Any

from homeassistant.const import Platform
from homeassistant.helpers.entity import EntityDescription
import pytest

import custom_components.soulspot.engine as engine_package
from custom_components.soulspot.engine.errors import ServiceError, SoulSpotError

from .checkout import (
    ENGINE,
    INTEGRATION,
    calls,
    constants,
    flatten,
    glue_modules,
    keyword,
    modules,
    placeholders,
    read_json,
    read_yaml,
    translations,
)

LANGUAGES = ("de", "en")


# --- The languages among each other -----------------------------------------------------


def test_languages_are_those_expected() -> None:
    """Find exactly the languages that are kept complete."""
    folder = INTEGRATION / "translations"
    assert tuple(sorted(path.stem for path in folder.glob("*.json"))) == LANGUAGES


def test_languages_have_the_same_texts_and_placeholders() -> None:
    """Compare every language with English."""
    english = flatten(translations("en"))
    for language in LANGUAGES:
        other = flatten(translations(language))
        assert sorted(other) == sorted(english), language
        for key, text in english.items():
            assert placeholders(other[key]) == placeholders(text), f"{language} {key}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_what_home_assistant_can_show(language: str) -> None:
    """Find no references, addresses, markup or loose ends in a text."""
    for key, text in flatten(translations(language)).items():
        assert isinstance(text, str), key
        assert text, key
        assert text == text.strip(), key
        assert "[%key:" not in text, key
        assert "://" not in text, f"{key}: give addresses as placeholders"
        assert not re.search(r"</?[a-zA-Z][^>]*>", text), f"{key}: markup"
        assert not re.search(r"'\{\w+\}'", text), f"{key}: quotes round a placeholder"


@pytest.mark.parametrize("language", LANGUAGES)
def test_plain_texts_hold_no_markdown(language: str) -> None:
    """Find no backticks in what Home Assistant shows as it is: errors, names, and options."""
    plain = re.compile(r"^(exceptions|selector|entity)\.|\.(error|title|data|name)\b")
    texts = flatten(translations(language))
    assert not [key for key, text in texts.items() if plain.search(key) and "`" in text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sections_are_those_home_assistant_reads(language: str) -> None:
    """Find no section that Home Assistant would overlook."""
    assert set(translations(language)) <= {
        "application_credentials",
        "common",
        "conditions",
        "config",
        "config_subentries",
        "device",
        "entity",
        "entity_component",
        "exceptions",
        "issues",
        "options",
        "selector",
        "services",
        "system_health",
        "title",
        "triggers",
    }


# --- Reasons and errors -----------------------------------------------------------------


def error_classes() -> dict[str, type[SoulSpotError]]:
    """Return every error of the engine by its name."""
    for module in walk_packages(engine_package.__path__, f"{engine_package.__name__}."):
        import_module(module.name)
    found: dict[str, type[SoulSpotError]] = {}
    waiting: list[type[SoulSpotError]] = [SoulSpotError]
    while waiting:
        current = waiting.pop()
        found[current.__name__] = current
        waiting.extend(current.__subclasses__())
    return found


class Message:
    """Hold what the code says about one message it may show."""

    def __init__(self, where: str, key: str, given: set[str] | None) -> None:
        """Remember the place, the key or its pattern, and what fills the text."""
        self.where = where
        self.key = key
        self.given = given  # None when it cannot be told from the code


def key_pattern(node: ast.expr | None, names: dict[str, str]) -> str | None:
    """Return a pattern for the translation key an expression gives, None for unknown."""
    match node:
        case ast.Constant(value=str(text)):
            return re.escape(text)
        case ast.Name(id=name) if name in names:
            return re.escape(names[name])
        case ast.JoinedStr(values=parts):
            return "".join(
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z0-9_]+"
                for part in parts
            )
        case ast.IfExp(body=body, orelse=orelse):
            either = [key_pattern(body, names), key_pattern(orelse, names)]
            known = [pattern for pattern in either if pattern]
            return "|".join(f"(?:{pattern})" for pattern in known) or None
    return None


def dictionary_keys(node: ast.expr | None) -> set[str] | None:
    """Return the keys of a dictionary written out in the code, None for others."""
    if node is None:
        return set()
    if not isinstance(node, ast.Dict):
        return None
    keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
    return None if None in keys else {str(key) for key in keys}


def reason_messages() -> Iterator[Message]:
    """Yield the reasons that the code spells out."""
    for path, tree in modules(INTEGRATION):
        names = constants(tree)
        for name, call in calls(tree):
            if name != "Reason":
                continue
            node = keyword(call, "key") or (call.args[0] if call.args else None)
            if pattern := key_pattern(node, names):
                given = keyword(call, "placeholders") or (
                    call.args[1] if len(call.args) > 1 else None
                )
                where = f"{path.relative_to(INTEGRATION)}:{call.lineno}"
                yield Message(where, pattern, dictionary_keys(given))


def error_messages() -> Iterator[Message]:
    """Yield the errors of the engine, by class and by every place that raises one."""
    classes = error_classes()
    for name, kind in classes.items():
        yield Message(name, re.escape(kind.translation_key), None)
    for path, tree in modules(ENGINE):
        names = constants(tree)
        for name, call in calls(tree):
            if name not in classes:
                continue
            parameters = [
                parameter
                for parameter in inspect.signature(classes[name]).parameters.values()
                if parameter.kind is not parameter.VAR_KEYWORD
            ]
            bound = {
                parameter.name: argument
                for parameter, argument in zip(parameters, call.args, strict=False)
            }
            bound |= {item.arg: item.value for item in call.keywords if item.arg}
            default = re.escape(classes[name].translation_key)
            node = bound.get("translation_key")
            pattern = key_pattern(node, names) if node is not None else default
            if pattern is None:
                continue
            given = set(bound) - {parameter.name for parameter in parameters}
            if issubclass(classes[name], ServiceError):
                given.add("service")
            if "retry_after" in {parameter.name for parameter in parameters}:
                given.add("pause")
            open_ended = any(item.arg is None for item in call.keywords)
            where = f"{path.relative_to(INTEGRATION)}:{call.lineno}"
            yield Message(where, pattern, None if open_ended else given)


def glue_messages() -> Iterator[Message]:
    """Yield the errors that the integration itself raises."""
    for path, tree in glue_modules():
        names = constants(tree)
        for name, call in calls(tree):
            if not name.endswith(("Error", "NotReady", "AuthFailed", "UpdateFailed")):
                continue
            if pattern := key_pattern(keyword(call, "translation_key"), names):
                given = dictionary_keys(keyword(call, "translation_placeholders"))
                where = f"{path.relative_to(INTEGRATION)}:{call.lineno}"
                yield Message(where, pattern, given)


@pytest.mark.parametrize(
    "messages",
    [reason_messages, error_messages, glue_messages],
    ids=lambda it: it.__name__,
)
def test_every_message_has_a_text_the_code_can_fill(messages: Any) -> None:
    """Find the text of each reason and error, and give all its placeholders."""
    texts = {key: text["message"] for key, text in translations("en")["exceptions"].items()}
    problems = []
    for message in messages():
        fitting = {key for key in texts if re.fullmatch(message.key, key)}
        if not fitting:
            filled = "anything" if message.given is None else sorted(message.given)
            problems.append(f"{message.where}: no text for {message.key}, filled with {filled}")
        problems.extend(
            f"{message.where}: {key} lacks {sorted(placeholders(texts[key]) - message.given)}"
            for key in fitting
            if message.given is not None and placeholders(texts[key]) - message.given
        )
    assert not problems, "\n".join(problems)


# --- Entities ---------------------------------------------------------------------------


def is_description(value: object) -> bool:
    """Tell whether this is a description; core's own kinds make instances of a hidden twin class."""
    return any(kind.__name__ == EntityDescription.__name__ for kind in type(value).__mro__)


def entity_descriptions() -> Iterator[tuple[str, EntityDescription]]:
    """Yield the descriptions of each platform module."""
    for platform in Platform:
        if not (INTEGRATION / f"{platform}.py").is_file():
            continue
        module = import_module(f"custom_components.soulspot.{platform}")
        for value in vars(module).values():
            candidates = value if isinstance(value, tuple) else (value,)
            for candidate in candidates:
                if is_description(candidate):
                    yield platform, candidate


def entity_keys_in_code() -> Iterator[tuple[str, str]]:
    """Yield the translation keys that entity classes set themselves."""
    for path, tree in glue_modules():
        if path.stem not in set(Platform):
            continue
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Constant)
                and any(
                    ast.unparse(target).endswith("_attr_translation_key") for target in node.targets
                )
            ):
                yield path.stem, str(node.value.value)


def test_every_entity_has_a_name() -> None:
    """Find a name for each description, unless its device class names it."""
    texts = translations("en")["entity"]
    keys = {
        (platform, description.translation_key or description.key)
        for platform, description in entity_descriptions()
        if description.translation_key or not description.device_class
    } | set(entity_keys_in_code())
    assert keys, "no entities were found"
    missing = [
        f"{platform}.{key}"
        for platform, key in sorted(keys)
        if not texts.get(platform, {}).get(key, {}).get("name")
    ]
    assert not missing


def test_every_entity_text_belongs_to_an_entity() -> None:
    """Find no names of entities that are gone."""
    keys = {
        (platform, description.translation_key or description.key)
        for platform, description in entity_descriptions()
    } | set(entity_keys_in_code())
    named = {
        (platform, key) for platform, texts in translations("en")["entity"].items() for key in texts
    }
    assert named <= keys


def test_every_option_of_an_entity_has_a_text() -> None:
    """Find a text for each state of enumerations and each kind of event."""
    texts = translations("en")["entity"]
    missing: list[str] = []
    for platform, description in entity_descriptions():
        key = description.translation_key or description.key
        entity = texts.get(platform, {}).get(key, {})
        states = entity.get("state", {})
        options = getattr(description, "options", None) or ()
        missing.extend(f"{platform}.{key}.{option}" for option in options if option not in states)
        attributes = entity.get("state_attributes", {})
        kinds = attributes.get("event_type", {}).get("state", {})
        event_types = getattr(description, "event_types", None) or ()
        missing.extend(f"{platform}.{key}.{kind}" for kind in event_types if kind not in kinds)
    assert not missing


def test_every_entity_has_an_icon() -> None:
    """Find an icon for each entity that no device class gives one."""
    icons = read_json(INTEGRATION / "icons.json")["entity"]
    missing = [
        f"{platform}.{description.translation_key or description.key}"
        for platform, description in entity_descriptions()
        if not description.device_class
        and (description.translation_key or description.key) not in icons.get(platform, {})
    ]
    assert not missing


# --- Actions ----------------------------------------------------------------------------


def test_every_action_and_field_has_a_text() -> None:
    """Find exactly the texts of the actions, their fields and sections."""
    texts = translations("en")["services"]
    actions = read_yaml(INTEGRATION / "services.yaml")
    assert set(texts) == set(actions)
    for action, description in actions.items():
        assert texts[action]["name"], action
        assert texts[action]["description"], action
        fields: set[str] = set()
        sections: set[str] = set()
        for name, field in ((description or {}).get("fields") or {}).items():
            if "fields" in field:
                sections.add(name)
                fields.update(field["fields"])
            else:
                fields.add(name)
        assert set(texts[action].get("fields", {})) == fields, action
        assert set(texts[action].get("sections", {})) == sections, action
        for name in fields:
            assert set(texts[action]["fields"][name]) >= {"description", "name"}, name


def selectors(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield the select selectors anywhere in a YAML document."""
    if isinstance(tree, dict):
        if isinstance(tree.get("select"), dict) and "options" in tree["select"]:
            yield tree["select"]
        for value in tree.values():
            yield from selectors(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from selectors(value)


def test_every_option_of_an_action_has_a_text() -> None:
    """Find a text for each value that a field offers."""
    texts = translations("en").get("selector", {})
    for select in selectors(read_yaml(INTEGRATION / "services.yaml")):
        key = select.get("translation_key")
        if key is None:
            assert all(isinstance(option, dict) for option in select["options"]), select
            continue
        assert set(select["options"]) == set(texts[key]["options"]), key


def test_every_selector_named_in_code_has_a_text() -> None:
    """Find the texts of selectors that flows build."""
    texts = translations("en").get("selector", {})
    for path, tree in glue_modules():
        names = constants(tree)
        for name, call in calls(tree):
            if name.endswith("SelectorConfig"):
                pattern = key_pattern(keyword(call, "translation_key"), names)
                if pattern is not None:
                    assert any(re.fullmatch(pattern, key) for key in texts), (
                        f"{path.name}:{call.lineno}"
                    )


# --- Flows and repairs ------------------------------------------------------------------

FORMS = {
    "async_show_form",
    "async_show_menu",
    "async_show_progress",
    "async_external_step",
}


def flow_texts(kind: str, texts: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the sections that hold the texts of one kind of flow."""
    if kind == "config_subentries":
        return list(texts.get(kind, {}).values())
    return [texts.get(kind, {})]


def flow_classes() -> Iterator[tuple[str, str, ast.ClassDef, dict[str, str]]]:
    """Yield the flow handlers with the section their texts are in."""
    for path, tree in glue_modules():
        for node in ast.walk(tree):
            if not isinstance(node, ast.ClassDef):
                continue
            bases = " ".join(ast.unparse(base) for base in node.bases) + " " + node.name
            if "Subentry" in bases:
                kind = "config_subentries"
            elif "OptionsFlow" in bases:
                kind = "options"
            elif "FlowHandler" in bases or "ConfigFlow" in bases:
                kind = "config"
            else:
                continue
            yield path.name, kind, node, constants(tree)


def test_every_step_and_abort_of_a_flow_has_a_text() -> None:
    """Find the texts of the forms and ends that flows name."""
    texts = translations("en")
    problems = []
    found = 0
    for path, kind, flow, names in flow_classes():
        sections = flow_texts(kind, texts)
        for name, call in calls(flow):
            if name in FORMS:
                pattern = key_pattern(keyword(call, "step_id"), names)
                wanted = "step"
            elif name == "async_abort":
                pattern = key_pattern(keyword(call, "reason"), names)
                wanted = "abort"
            else:
                continue
            # Texts of another integration, Home Assistant's own for example.
            if pattern is None or keyword(call, "translation_domain") is not None:
                continue
            found += 1
            keys = {key for section in sections for key in section.get(wanted, {})}
            if not any(re.fullmatch(pattern, key) for key in keys):
                problems.append(f"{path}:{call.lineno}: {kind}.{wanted}.{pattern}")
    assert found, "no flows were found"
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("kind", ["config", "config_subentries", "options"])
def test_every_field_of_a_form_is_described(kind: str) -> None:
    """Say about each field what belongs into it."""
    for section in flow_texts(kind, translations("en")):
        for step, text in section.get("step", {}).items():
            parts = [text, *text.get("sections", {}).values()]
            for part in parts:
                assert set(part.get("data_description", {})) == set(part.get("data", {})), (
                    f"{kind}.{step}"
                )


def test_every_repair_has_a_text() -> None:
    """Find title and description of each issue that is raised."""
    texts = translations("en").get("issues", {})
    for path, tree in glue_modules():
        names = constants(tree)
        for name, call in calls(tree):
            if name in {"async_create_issue", "create_issue"}:
                pattern = key_pattern(keyword(call, "translation_key"), names)
                if pattern is None:
                    continue
                fitting = [key for key in texts if re.fullmatch(pattern, key)]
                assert fitting, f"{path.name}:{call.lineno}"
                for key in fitting:
                    assert texts[key]["title"], key
                    assert "description" in texts[key] or "fix_flow" in texts[key], key
