"""Put reasons into plain English sentences; the keys are what translations go by."""

from ..model import Reason
from .words import VersionKind

K = VersionKind

# How each kind of version is called in a sentence.
_NAMES = {
    K.LIVE: "live recording",
    K.SESSION: "radio or studio session",
    K.REMIX: "remix",
    K.DUB: "dub version",
    K.EDIT: "edit",
    K.EXTENDED: "extended version",
    K.ACOUSTIC: "acoustic version",
    K.INSTRUMENTAL: "instrumental",
    K.KARAOKE: "karaoke version",
    K.A_CAPPELLA: "a cappella version",
    K.COVER: "cover version",
    K.TRIBUTE: "tribute",
    K.DEMO: "demo",
    K.TAKE: "alternative take",
    K.ORCHESTRAL: "orchestral version",
    K.PIANO: "piano version",
    K.SPED_UP: "sped-up version",
    K.SLOWED: "slowed version",
    K.SPATIAL: "8D or surround mix",
    K.MASHUP: "mash-up or medley",
    K.MONO: "mono mix",
    K.CLEAN: "clean version",
    K.REPRISE: "reprise",
    K.INTERLUDE: "interlude",
    K.RERECORDED: "new recording",
    K.LANGUAGE: "version in another language",
    K.PREVIEW: "preview or sample",
    K.COMMENTARY: "commentary or interview",
    K.OTHER: "special version",
}

SENTENCES: dict[str, str] = {
    # Title
    "title_agrees": "title agrees",
    "title_not_in_name": "title not in the file name",
    "title_continues": "the title in the file name goes on with “{words}”",
    "names_other_song": "the file name tells another song: “{words}”",
    "title_spelled_differently": "title spelled differently",
    "title_lacks_addition": "the file name has only a part of the title",
    "title_shortened": "the file name has only a part of the title",
    "unknown_addition": "“{words}” behind the title is not known",
    "unknown_words": "“{words}” in the file name is not known",
    # Artist
    "artist_agrees": "artist agrees",
    "artist_not_in_path": "artist not in path",
    "artist_within_other_name": "the artist is only hinted at",
    "artist_not_told": "the path names no folder, so the artist is unknown",
    "other_artist": "another artist is named: “{words}”",
    # Version
    "version_told_by_length": "the length tells that it is the wanted version",
    "version_told_by_album": "album and length tell that it is the wanted version",
    "shelf_of_versions": "a folder further up names a version, such as live or remix",
    "shelf_outweighed": "a folder above the artist's names a version, album and length outweigh it",
    "album_maybe_live": "the album may be live",
    "hint_outweighed": "the album may be live, the length speaks against it",
    # Length
    "length_agrees": "length agrees",
    "length_near": "length {seconds} s off, within what masterings differ",
    "length_near_elsewhere": "length {seconds} s off, and from another record of the artist",
    "length_off": "length {seconds} s off",
    "length_unknown": "no length advertised",
    "length_implausible": "the advertised length does not fit the size",
    "size_unlikely": "the size does not fit the wanted length",
    "unproven_without_length": "without a length it cannot be told from other recordings of the song",
    "unproven": "too little speaks for it",
    # Album and sibling files
    "album_agrees": "album agrees",
    "other_album": "from another album",
    "names_shifted": "other songs in the folder have other lengths than elsewhere",
    "folder_scaled": "all lengths of the folder are wrong by the same factor",
    "size_unlike_siblings": "the size does not fit the other files of the folder",
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
    # MusicBrainz
    "isrc_agrees": "ISRC agrees",
    "title_differs": "title differs: “{words}”",
    "version_differs": "another version: “{words}”",
    "artist_differs": "artist differs: “{words}”",
    "several_recordings": "{count} recordings fit equally well",
}
SENTENCES |= {f"version_{kind}": name for kind, name in _NAMES.items()}
SENTENCES |= {f"album_{kind}": f"the folder says: {name}" for kind, name in _NAMES.items()}
SENTENCES |= {f"not_{kind}": f"not the wanted {name}" for kind, name in _NAMES.items()}
SENTENCES |= {
    f"other_{kind}": f"another {name} than the wanted one" for kind, name in _NAMES.items()
}
SENTENCES |= {f"which_{kind}": f"it is not told which {name}" for kind, name in _NAMES.items()}
SENTENCES["album_live"] = "live album"


def sentence(reason: Reason) -> str:
    """Return a reason's English sentence; an unknown key speaks for itself."""
    template = SENTENCES.get(reason.key, reason.key)
    try:
        return template.format_map(reason.placeholders)
    except KeyError, ValueError, IndexError:
        return template
