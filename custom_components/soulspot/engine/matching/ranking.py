"""Choose among everything a search brought."""

from collections.abc import Mapping, Sequence

from ..model import PeerHistory, PeerResponse, Reason, RemoteFile
from .decision import (
    POOL_LIMIT,
    REJECTED_LIMIT,
    Candidate,
    Decision,
    Evidence,
    EvidenceField,
    Outcome,
    Verdict,
)
from .folding import fold
from .paths import format_of, split_path
from .peers import peer_order
from .quality import QualityProfile
from .wanted import WantedRecording

_NO_HISTORIES: Mapping[str, PeerHistory] = {}
_LENGTH_TOLERANCE = 6  # seconds


def rank(
    wanted: WantedRecording,
    responses: Sequence[PeerResponse],
    profile: QualityProfile,
    histories: Mapping[str, PeerHistory] = _NO_HISTORIES,
) -> Decision:
    """Return what to take, what to ask about, or why to leave everything."""
    considered = 0
    keyed: list[tuple[tuple[object, ...], Candidate]] = []
    for response in responses:
        peer = peer_order(response, histories.get(response.username))
        for file in response.files:
            considered += 1
            if (
                file.is_locked
                or (format_name := format_of(file.path, file.bit_rate, file.bit_depth))
                is None
            ):
                continue
            candidate = _judge(wanted, response.username, file, format_name, profile)
            quality = profile.order(
                format_name, candidate.bit_rate, file.bit_depth, file.sample_rate
            )
            keyed.append(
                (
                    (
                        candidate.outcome.rank,
                        quality,
                        peer,
                        response.username,
                        file.path,
                    ),
                    candidate,
                )
            )
    keyed.sort(key=lambda item: item[0])
    ranked = [candidate for _, candidate in keyed]
    outcome = ranked[0].outcome if ranked else Outcome.LEAVE
    pool = (
        tuple(c for c in ranked if c.outcome is outcome)[:POOL_LIMIT]
        if outcome is not Outcome.LEAVE
        else ()
    )
    key = {
        Outcome.TAKE: "right_file_found",
        Outcome.ASK: "needs_a_person",
        Outcome.LEAVE: "nothing_right",
    }[outcome]
    return Decision(
        outcome=outcome,
        pool=pool,
        reason=Reason(key=key if ranked else "nothing_found"),
        files_considered=considered,
        rejected=tuple(
            c for c in ranked if c.outcome is not outcome or outcome is Outcome.LEAVE
        )[:REJECTED_LIMIT],
    )


def _judge(
    wanted: WantedRecording,
    username: str,
    file: RemoteFile,
    format_name: str,
    profile: QualityProfile,
) -> Candidate:
    """Weigh one file."""
    folders, name = split_path(file.path)
    everything = f" {fold(' '.join([*folders, name]))} "
    evidence = [
        _evidence(
            EvidenceField.TITLE,
            f" {fold(wanted.title)} " in f" {fold(name.rpartition('.')[0])} ",
            "title",
        ),
        _evidence(
            EvidenceField.ARTIST,
            any(f" {fold(a)} " in everything for a in wanted.artists),
            "artist",
        ),
    ]
    if wanted.duration_ms is not None and file.length_s is not None:
        off = abs(file.length_s - wanted.duration_ms / 1000)
        evidence.append(
            _evidence(
                EvidenceField.LENGTH, off <= _LENGTH_TOLERANCE, "length", round(off)
            )
        )
    bit_rate = file.bit_rate
    if bit_rate is None and file.length_s:
        bit_rate = file.size * 8 // 1000 // file.length_s
    if reason := profile.refusal(format_name, bit_rate, file.bit_depth, file.size):
        evidence.append(
            Evidence(
                field=EvidenceField.FILE, verdict=Verdict.CONTRADICTS, reason=reason
            )
        )
    contradicted = any(item.verdict is Verdict.CONTRADICTS for item in evidence)
    return Candidate(
        username=username,
        file=file,
        format=format_name,
        bit_rate=bit_rate,
        outcome=Outcome.LEAVE if contradicted else Outcome.TAKE,
        evidence=tuple(evidence),
    )


def _evidence(
    field: EvidenceField, agrees: bool, name: str, seconds: int = 0
) -> Evidence:
    """Put a plain yes or no into words."""
    if agrees:
        return Evidence(
            field=field, verdict=Verdict.AGREES, reason=Reason(key=f"{name}_agrees")
        )
    key = {
        "title": "title_not_in_name",
        "artist": "artist_not_in_path",
        "length": "length_off",
    }[name]
    placeholders = {"seconds": str(seconds)} if name == "length" else {}
    return Evidence(
        field=field,
        verdict=Verdict.CONTRADICTS,
        reason=Reason(key=key, placeholders=placeholders),
    )
