"""Test which quality is taken, and from whom."""

import pytest

from custom_components.soulspot.engine.matching import (
    Outcome,
    QualityProfile,
    SelectionMode,
    profile_for,
)
from custom_components.soulspot.engine.model import PeerHistory, Quality

from .building import decide, file, peer, wanted

FLAC = file("The Pop Group\\Y\\02 Thief of Fire.flac", 275, size=32_000_000)
MP3_320 = file("The Pop Group\\Y\\02 Thief of Fire.mp3", 275, bit_rate=320, size=11_000_000)
MP3_192 = file("The Pop Group\\Y (192)\\02 Thief of Fire.mp3", 275, bit_rate=192, size=6_600_000)
SILENT_MP3 = file("The Pop Group\\Y (mp3)\\02 Thief of Fire.mp3", 275, size=11_000_000)


def test_best_takes_flac_then_the_highest_bit_rate() -> None:
    """FLAC wins over any bit rate, 320 over 192; what is not told is estimated."""
    pool = decide(wanted(), MP3_192, SILENT_MP3, FLAC).pool
    assert [candidate.file for candidate in pool] == [FLAC, SILENT_MP3, MP3_192]
    assert pool[1].bit_rate == 320


def test_good_refuses_less_than_256() -> None:
    """FLAC or at least 256 kbit/s."""
    good = profile_for(Quality.GOOD)
    decision = decide(wanted(), MP3_192, MP3_320, profile=good)
    assert [candidate.file for candidate in decision.pool] == [MP3_320]
    refused = decide(wanted(), MP3_192, profile=good)
    assert refused.outcome is Outcome.LEAVE
    assert refused.reason.key == "nothing_good_enough"
    assert refused.rejected[0].sentence == "192 kbit/s is too low"


def test_any_takes_whatever_comes_first() -> None:
    """The peer alone decides."""
    decision = decide(
        wanted(),
        peer(FLAC, username="busy", has_free_slot=False, queue_length=40),
        peer(MP3_192, username="free"),
        profile=profile_for(Quality.ANY),
    )
    assert decision.pool[0].username == "free"


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        (QualityProfile(name="formats", formats=("mp3", "flac")), MP3_320),
        (QualityProfile(name="high", minimum_bit_rate=300, formats=("mp3",)), MP3_320),
        (QualityProfile(name="low", maximum_bit_rate=200, formats=("mp3",)), MP3_192),
        (QualityProfile(name="small", maximum_size=7_000_000), MP3_192),
        (QualityProfile(name="first", mode=SelectionMode.FIRST, formats=("flac",)), FLAC),
    ],
)
def test_custom_profiles_bind(profile: QualityProfile, expected: object) -> None:
    """Order of formats, bounds and size limit are kept."""
    assert decide(wanted(), MP3_192, MP3_320, FLAC, profile=profile).pool[0].file == expected


def test_bit_depth_is_bounded_when_it_is_told() -> None:
    """A profile for small disks leaves 24 bit out."""
    deep = file(
        "The Pop Group\\Y\\Thief of Fire.flac",
        275,
        bit_depth=24,
        sample_rate=96_000,
        size=90_000_000,
    )
    decision = decide(wanted(), deep, FLAC, profile=QualityProfile(name="cd", maximum_bit_depth=16))
    assert [candidate.file for candidate in decision.pool] == [FLAC]
    assert decide(wanted(), deep, FLAC).pool[0].file == deep


def test_quality_never_buys_identity() -> None:
    """A lossless live recording is no match for a plain lossy one."""
    live = file("The Pop Group\\Live\\Thief of Fire.flac", 275, size=32_000_000)
    assert [candidate.file for candidate in decide(wanted(), live, MP3_192).pool] == [MP3_192]


def test_locked_files_are_never_taken() -> None:
    """Locked files are nearly always rejected by their peer."""
    locked = file("The Pop Group\\Y\\02 Thief of Fire.flac", 275, is_locked=True)
    assert decide(wanted(), locked).outcome is Outcome.LEAVE


def test_peers_are_ordered_by_slot_queue_speed_and_history() -> None:
    """A stated queue outweighs the flag; speed counts up to a cap; failures count against a peer."""
    pool = decide(
        wanted(),
        peer(MP3_320, username="claims a slot", queue_length=574, upload_speed=9_000_000),
        peer(MP3_320, username="slow", upload_speed=20_000),
        peer(MP3_320, username="fast", upload_speed=9_000_000),
        peer(MP3_320, username="proven", upload_speed=50_000_000),
        peer(MP3_320, username="unreliable", upload_speed=9_000_000),
        peer(MP3_320, username="queued", has_free_slot=False, queue_length=3),
        histories={
            "proven": PeerHistory(delivered=5),
            "unreliable": PeerHistory(stalled=2, refused=1),
        },
    ).pool
    assert [candidate.username for candidate in pool] == [
        "proven",
        "fast",
        "slow",
        "unreliable",
        "queued",
        "claims a slot",
    ]


def test_upgrades_stop_at_lossless() -> None:
    """Whoever owns a lossless file is not offered another, unless asked for."""
    best = profile_for(Quality.BEST)
    assert best.is_upgrade("mp3", 192, "mp3", 320)
    assert best.is_upgrade("mp3", 320, "flac", None)
    assert not best.is_upgrade("mp3", 320, "mp3", 192)
    assert not best.is_upgrade("wav", 1_411, "flac", 900)
    assert QualityProfile(name="flac", preferred=("flac",), lossless_cutoff=False).is_upgrade(
        "wav", 1_411, "flac", 900
    )


def test_the_pool_is_bounded() -> None:
    """A flood of files leaves a short list."""
    files = [file(f"The Pop Group\\Y {number}\\Thief of Fire.mp3", 275) for number in range(200)]
    decision = decide(
        wanted(),
        *files,
        *[file(f"The Pop Group\\{n}\\Thief of Fire (Live).mp3", 275) for n in range(200)],
    )
    assert len(decision.pool) == 50
    assert len(decision.rejected) == 20
    assert decision.files_considered == 400
