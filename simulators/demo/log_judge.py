"""Find in Home Assistant's log what the integration is to blame for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
import re

_HEAD = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (?P<level>[A-Z]+) \([^)]*\) \[(?P<logger>[^\]]+)\] (?P<text>.*)"
)
_NAME = "soulspot"
_LOGGER = "custom_components.soulspot"
_BAD_LEVELS = frozenset({"WARNING", "ERROR", "CRITICAL"})
# Every custom integration gets this one.
_NOTICE = "We found a custom integration soulspot which has not been tested by Home Assistant"
_BLOCKING = "blocking call"
_OTHERS_FAULT = re.compile(r"by (?:custom )?integration '(?!soulspot')")
_TRACEBACK = "Traceback (most recent call last)"
# Parts of core that miss programs and libraries of the system say so with a traceback.
_CORE_COMPONENT = re.compile(
    r"homeassistant\.(?:components|setup|loader|requirements)\b|haffmpeg\b"
)
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class LogRecord:
    """Hold one record with its further lines; level and logger are None before the log begins."""

    level: str | None
    logger: str | None
    text: str


def read_records(lines: Iterable[str]) -> Iterator[LogRecord]:
    """Put the lines of a log together to records."""
    level = logger = None
    collected: list[str] = []
    for line in lines:
        text = line.rstrip("\n")
        head = _HEAD.fullmatch(text)
        if head is None:
            collected.append(text)
            continue
        if collected:
            yield LogRecord(level, logger, "\n".join(collected))
        level, logger, collected = head["level"], head["logger"], [head["text"]]
    if collected:
        yield LogRecord(level, logger, "\n".join(collected))


def is_our_fault(record: LogRecord) -> bool:
    """Tell whether a record speaks of a defect of the integration rather than of Home Assistant."""
    if _NOTICE in record.text:
        return False
    names_us = _NAME in record.text.casefold() or (record.logger or "").startswith(_LOGGER)
    if _BLOCKING in record.text.casefold():
        return not _OTHERS_FAULT.search(record.text)
    if record.level is None:
        # Written past the logging: warnings of Python itself, or a crash.
        return names_us or _TRACEBACK in record.text
    if names_us and (record.level in _BAD_LEVELS or _TRACEBACK in record.text):
        return True
    return _TRACEBACK in record.text and _CORE_COMPONENT.match(record.logger or "") is None


def faults(lines: Iterable[str]) -> list[str]:
    """Return the records that the integration is to blame for, shortened, in order."""
    return [
        f"{record.level or 'OUTPUT'} [{record.logger or '-'}] {record.text}"[:_LONGEST]
        for record in read_records(lines)
        if is_our_fault(record)
    ]
