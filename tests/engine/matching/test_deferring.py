"""What is put off is made once, and is then what it would have been at once."""

from custom_components.soulspot.engine.matching.deferring import Later


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
