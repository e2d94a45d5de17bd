"""List where MusicBrainz differs from the streaming service, as it does in reality."""

from types import MappingProxyType

UNKNOWN = frozenset({"scheming-weasel-faster"})
WITHOUT_ISRC = frozenset({"maple-leaf-rag", "your-honor"})
WITHOUT_LENGTH = frozenset({"making-me-nervous"})
WITHOUT_RELEASE = frozenset({"au-printemps"})
LENGTH_OFF_BY_MS = MappingProxyType({"night-owl": 24_000})
LIVE_TWINS = MappingProxyType({"code-monkey": 35_000})
VIDEO_TWINS = frozenset({"4-ghosts-i"})
MERGED = frozenset({"14-ghosts-ii"})
ON_SAMPLER = ("code-monkey", "night-owl", "making-me-nervous", "cylinder-six")
ON_MANY_SAMPLERS = "stars-and-stripes"
MANY_SAMPLERS = 30
REISSUED = frozenset({"Thing a Week Three"})
WITHOUT_STATUS = frozenset({"Crazy Blues"})
WITHOUT_COVER = frozenset({"Directionless EP", "Crazy Blues"})
WITHOUT_STREAMING_ADDRESS = frozenset({"Directionless EP", "Only Whispering", "Comedy Scoring"})
FIRST_RELEASED = MappingProxyType(
    {
        "after-youve-gone": "1918-11",
        "maple-leaf-rag": "1916-04",
        "magnetic-rag": "1914-07-21",
    }
)
ALIASES = MappingProxyType(
    {
        "Фёдор Шаляпин": ("Feodor Chaliapin", "Fyodor Shalyapin"),
        "“The President’s Own” United States Marine Band": ("US Marine Band",),
        "Nine Inch Nails": ("NIN",),
    }
)
TRANSLITERATED = MappingProxyType(
    {
        "Русские народные песни": "Russian Folk Songs",
        "Эй, ухнем!": "Ey, ukhnem!",
        "Фёдор Шаляпин": "Fyodor Shalyapin",
    }
)
COMPOSERS = frozenset({"Johann Sebastian Bach", "John Philip Sousa"})
GROUPS = frozenset(
    {
        "Nine Inch Nails",
        "“The President’s Own” United States Marine Band",
        "Her Jazz Hounds",
    }
)
