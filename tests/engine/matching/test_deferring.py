"""What is put off is made once, and is then what it would have been at once."""

from custom_components.soulspot.engine.matching import Candidate, Decision, Evidence, Outcome
from custom_components.soulspot.engine.matching.deferring import Later
from custom_components.soulspot.engine.model import Reason, RemoteFile


def test_it_is_made_at_the_first_look_and_only_then() -> None:
    """Whoever never looks pays nothing, whoever looks twice pays once."""
    made: list[str] = []

    def make() -> list[str]:
        """Note that somebody looked."""
        made.append("made")
        return ["a", "b"]

    later = Later(make)
    assert made == []
    assert (later[0], later[1:], len(later), [*later]) == ("a", ("b",), 2, ["a", "b"])
    assert made == ["made"]


def test_it_equals_the_tuple_it_stands_for() -> None:
    """A candidate read back from a store equals the one that was stored."""
    later = Later(lambda: ["a"])
    assert later == ("a",)
    stored = ("a",)
    assert stored == later
    assert later == Later(lambda: ("a",))
    assert later != ("b",)
    assert hash(later) == hash(("a",))
    assert repr(later) == "('a',)"


def test_a_decision_leaves_nothing_to_be_made_once_it_was_told_to_look() -> None:
    """Whoever reads it in an event loop waits for nothing then."""
    made: list[str] = []

    def candidate(name: str) -> Candidate:
        """Return a file whose evidence notes when it is made."""

        def explain() -> list[Evidence]:
            """Note that somebody looked."""
            made.append(name)
            return []

        return Candidate(
            username="peer",
            file=RemoteFile(path=name, size=0),
            format="mp3",
            bit_rate=None,
            outcome=Outcome.TAKE,
            evidence=Later(explain),
        )

    decision = Decision(
        outcome=Outcome.TAKE,
        pool=(candidate("taken"),),
        reason=Reason(key="right_file_found"),
        files_considered=2,
        rejected=Later(lambda: [candidate("left")]),
    )
    assert made == []
    decision.look()
    assert made == ["taken", "left"]
    assert [item.sentence for item in (*decision.pool, *decision.rejected)] == ["", ""]
    assert made == ["taken", "left"]
