"""Read International Standard Recording Codes however they are written."""

import re

_HYPHENS_AND_BLANKS = re.compile(r"[\s\-\u00ad\u2010-\u2015\u2212\ufeff\u200b]+")
_CODE = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_LABEL = "ISRC"
_LENGTH = 12


def fold_isrc(text: str) -> str:
    """Return the code without blanks and hyphens in upper case, without checking it."""
    return _HYPHENS_AND_BLANKS.sub("", text).upper()


def normalise_isrc(text: object) -> str | None:
    """Return the canonical code, or None when it is not one.

    ISO 3901: two letters, three letters or digits, two digits of the year, five of the designation.
    A leading "ISRC" is dropped; codes whose year and designation are all zeros are placeholders.
    """
    if not isinstance(text, str):
        return None
    code = text if _CODE.fullmatch(text) else fold_isrc(text)
    if code.startswith(_LABEL) and len(code) > _LENGTH:
        code = code.removeprefix(_LABEL).removeprefix(":")
    if not _CODE.fullmatch(code) or code.endswith("0000000"):
        return None
    return code
