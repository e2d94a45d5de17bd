"""Put reasons into plain English sentences; the keys are what translations go by."""

from ..model import Reason

SENTENCES: dict[str, str] = {
    # Title
    "title_agrees": "title agrees",
    "title_not_in_name": "title not in the file name",
    # Artist
    "artist_agrees": "artist agrees",
    "artist_not_in_path": "artist not in path",
    "artist_not_told": "the path names no folder, so the artist is unknown",
    # Length
    "length_agrees": "length agrees",
    "length_off": "length {seconds} s off",
    "length_unknown": "no length advertised",
    # File
    "format_not_wanted": "{format} is not a wanted format",
    "file_too_large": "{megabytes} MB is more than allowed",
    "bit_rate_too_low": "{bit_rate} kbit/s is too low",
    "bit_rate_too_high": "{bit_rate} kbit/s is too high",
    "bit_depth_too_low": "{bits} bit is too low",
    "bit_depth_too_high": "{bits} bit is too high",
    # The search as a whole
    "right_file_found": "the right recording is there",
    "needs_a_person": "no file is certain enough to take without asking",
    "nothing_found": "the search gave no audio file",
    "nothing_right": "none of the files is the wanted recording",
    "nothing_good_enough": "the right recording is there, but not in the wanted quality",
}


def sentence(reason: Reason) -> str:
    """Return a reason's English sentence; an unknown key speaks for itself."""
    template = SENTENCES.get(reason.key, reason.key)
    try:
        return template.format_map(reason.placeholders)
    except KeyError, ValueError, IndexError:
        return template
