"""List real, openly licensed or public-domain music; facts only, lengths approximate, ISRCs invented."""

from .model import Recording

_COULTON = "Jonathan Coulton"
_NINE_INCH_NAILS = "Nine Inch Nails"
_MARINE_BAND = "“The President’s Own” United States Marine Band"
_ISHIZAKA = "Kimiko Ishizaka"
_BACH = "Johann Sebastian Bach"
_ZABRISKIE = "Chris Zabriskie"
_MACLEOD = "Kevin MacLeod"
_JOPLIN = "Scott Joplin"

_GOLDBERG = "J.S. Bach: “Open” Goldberg Variations, BWV 988 (Piano)"
_CONCERT = "Best. Concert. Ever."
_GHOSTS = "Ghosts I-IV"
_CYLINDERS = "Cylinders"
_PIANO_ROLLS = "The Entertainer: Classic Ragtime from Rare Piano Rolls"
_SOUSA_MARCHES = "The Complete Marches of John Philip Sousa, Vol. 3"

# One recording in few lines reads as a table; the formatter would make it a column.
# fmt: off
ROAD_RECORDINGS: tuple[Recording, ...] = (
    Recording(
        "code-monkey", (_COULTON,), "Code Monkey", "Thing a Week Three", _COULTON,
        3, 1, 13, 2006, 192_000, "ZZJC10600003", ("folk rock", "geek rock"),
    ),
    Recording(
        "arsonist", (_COULTON, "Suzanne Vega"), "Now I Am an Arsonist (feat. Suzanne Vega)",
        "Artificial Heart", _COULTON, 9, 1, 18, 2011, 174_000, "ZZJC11100009", ("rock", "folk"),
    ),
    Recording(
        "your-brains-live", (_COULTON,), "Re: Your Brains - Live", _CONCERT, _COULTON,
        16, 1, 20, 2009, 316_000, "ZZJC10900016", ("rock",),
    ),
    Recording(
        "skullcrusher-live", (_COULTON,), "Skullcrusher Mountain - Live", _CONCERT, _COULTON,
        10, 1, 20, 2009, 249_000, "ZZJC10900010", ("rock",),
    ),
    Recording(
        "making-me-nervous", ("Brad Sucks",), "Making Me Nervous", "I Don't Know What I'm Doing",
        "Brad Sucks", 1, 1, 12, 2003, 155_000, "zzbsk0300001", ("indie rock", "electronic"),
    ),
    Recording(
        "sick-as-a-dog", ("Brad Sucks",), "Sick as a Dog", "I Don't Know What I'm Doing",
        "Brad Sucks", 3, 1, 12, 2003, 203_000, "ZZBSK0300003", ("indie rock",),
    ),
    Recording(
        "night-owl", ("Broke For Free",), "Night Owl", "Directionless EP", "Broke For Free",
        1, 1, 5, 2011, 194_000, "ZZ-BFF-11-00001", ("electronic", "chillout"),
    ),
    Recording(
        "4-ghosts-i", (_NINE_INCH_NAILS,), "4 Ghosts I", _GHOSTS, _NINE_INCH_NAILS,
        4, 1, 36, 2008, 133_000, "ZZNIN0800004", ("ambient", "industrial"),
    ),
    Recording(
        "14-ghosts-ii", (_NINE_INCH_NAILS,), "14 Ghosts II", _GHOSTS, _NINE_INCH_NAILS,
        14, 1, 36, 2008, 186_000, "ZZNIN0800014", ("ambient", "industrial"),
    ),
    Recording(
        "scheming-weasel-faster", (_MACLEOD,), "Scheming Weasel (faster version)", "Comedy Scoring",
        _MACLEOD, 21, 1, 32, 2014, 89_000, "ZZKML1400021", ("soundtrack",),
    ),
    Recording(
        "stars-and-stripes", (_MARINE_BAND, "John Philip Sousa"), "The Stars and Stripes Forever",
        _SOUSA_MARCHES, _MARINE_BAND, 15, 1, 20, 2016, 213_000, "ZZUSM1600015", ("march",),
    ),
    Recording(
        "liberty-bell", (_MARINE_BAND, "John Philip Sousa"), "The Liberty Bell",
        _SOUSA_MARCHES, _MARINE_BAND, 8, 1, 20, 2016, 217_000, "ZZUSM1600008", ("march",),
    ),
    Recording(
        "ey-ukhnem", ("Фёдор Шаляпин",), "Эй, ухнем!", "Русские народные песни", "Фёдор Шаляпин",
        1, 1, 16, 1922, 181_000, "ZZSHA2200001", ("folk",),
    ),
    Recording(
        "after-youve-gone", ("Marion Harris",), "After You've Gone", "The Complete Victor Releases",
        "Marion Harris", 6, 1, 24, 2000, 201_000, "ZZMHA0000006", ("jazz", "vocal"),
    ),
)

PIANO_RECORDINGS: tuple[Recording, ...] = (
    Recording(
        "goldberg-aria", (_BACH, _ISHIZAKA), "Goldberg Variations, BWV 988: Aria", _GOLDBERG,
        _ISHIZAKA, 1, 1, 32, 2012, 226_000, "ZZOGV1200001", ("classical", "baroque"),
    ),
    Recording(
        "goldberg-variation-1", (_BACH, _ISHIZAKA), "Goldberg Variations, BWV 988: Variatio 1 a 1 Clav.",
        _GOLDBERG, _ISHIZAKA, 2, 1, 32, 2012, 118_000, "ZZOGV1200002", ("classical", "baroque"),
    ),
    Recording(
        "goldberg-variation-19", (_BACH, _ISHIZAKA), "Goldberg Variations, BWV 988: Variatio 19 a 1 Clav.",
        _GOLDBERG, _ISHIZAKA, 20, 1, 32, 2012, 97_000, "ZZOGV1200020", ("classical", "baroque"),
    ),
    Recording(
        "gymnopedie-1", (_MACLEOD,), "Gymnopédie No. 1", "Classical Sampler", _MACLEOD,
        5, 1, 12, 2009, 186_000, None, ("classical",),
    ),
    Recording(
        "maple-leaf-rag", (_JOPLIN,), "Maple Leaf Rag", _PIANO_ROLLS, _JOPLIN,
        1, 1, 11, 1987, 193_000, "ZZSJP8700001", ("ragtime",),
    ),
    Recording(
        "magnetic-rag", (_JOPLIN,), "Magnetic Rag", _PIANO_ROLLS, _JOPLIN,
        6, 1, 11, 1987, 245_000, "ZZSJP8700006", ("ragtime",),
    ),
    Recording(
        "cathedrale", ("Claude Debussy",), "La cathédrale engloutie", "Debussy joue Debussy",
        "Claude Debussy", 10, 1, 14, 1913, 302_000, "ZZCDB1300010", ("classical", "impressionism"),
    ),
    Recording(
        "cylinder-five", (_ZABRISKIE,), "Cylinder Five", _CYLINDERS, _ZABRISKIE,
        5, 1, 9, 2014, 228_000, "ZZCZB1400005", ("ambient", "modern classical"),
    ),
    Recording(
        "cylinder-six", (_ZABRISKIE,), "Cylinder Six", _CYLINDERS, _ZABRISKIE,
        6, 1, 9, 2014, 172_000, "ZZCZB1400006", ("ambient", "modern classical"),
    ),
    Recording(
        "your-honor", (_ZABRISKIE,), "I Am a Man Who Will Fight for Your Honor",
        "I Am a Man Who Will Fight for Your Honor", _ZABRISKIE,
        1, 1, 9, 2012, 224_000, "ZZCZB1200001", ("ambient",),
    ),
)

LIKED_RECORDINGS: tuple[Recording, ...] = (
    Recording(
        "crazy-blues", ("Mamie Smith", "Her Jazz Hounds"), "Crazy Blues", "Crazy Blues",
        "Mamie Smith", 1, 1, 2, 1920, 205_000, "ZZMSM2000001", ("blues",),
    ),
    Recording(
        "swansong", ("Josh Woodward",), "Swansong", "Only Whispering", "Josh Woodward",
        1, 1, 14, 2008, 183_000, "ZZJWD0800001", ("folk", "acoustic"),
    ),
    Recording(
        "au-printemps", ("Edvard Grieg",), "Au printemps, Op. 43 No. 6", "Grieg joue Grieg",
        "Edvard Grieg", 4, 1, 9, 1903, 141_000, "ZZEGR0300004", ("classical",),
    ),
)
