"""Hold the words that tell versions of a song apart, in the languages they are shared in.

All words are folded. Lists stand on general knowledge of how releases and rips are named.
"""

from enum import StrEnum


class VersionKind(StrEnum):
    """Name a way in which a recording differs from the plain one."""

    LIVE = "live"
    SESSION = "session"
    REMIX = "remix"
    DUB = "dub"
    EDIT = "edit"
    EXTENDED = "extended"
    ACOUSTIC = "acoustic"
    INSTRUMENTAL = "instrumental"
    KARAOKE = "karaoke"
    A_CAPPELLA = "a_cappella"
    COVER = "cover"
    TRIBUTE = "tribute"
    DEMO = "demo"
    TAKE = "take"
    ORCHESTRAL = "orchestral"
    PIANO = "piano"
    SPED_UP = "sped_up"
    SLOWED = "slowed"
    SPATIAL = "spatial"
    MASHUP = "mashup"
    MONO = "mono"
    CLEAN = "clean"
    REPRISE = "reprise"
    INTERLUDE = "interlude"
    RERECORDED = "rerecorded"
    LANGUAGE = "language"
    PREVIEW = "preview"
    COMMENTARY = "commentary"
    OTHER = "other"


K = VersionKind


def split_words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


def _table(rows: dict[VersionKind, str]) -> dict[str, VersionKind]:
    """Return a look-up from word to kind."""
    return {word: kind for kind, words in rows.items() for word in words.split()}


# One word is enough, wherever it stands outside a name.
VERSION_WORDS = _table(
    {
        K.LIVE: "live unplugged concert concerts konzert koncert concierto concertos konser livemitschnitt livetape "
        "vivo canli eloben nazivo soundboard концерт живьем вживую ライブ ライヴ 라이브 现场 現場 演唱会 演唱會 live版",
        K.SESSION: "session sessions sesion sesiones sessao sessoes",
        K.REMIX: "remix remixes remixed rmx remixer remixers remezcla remixe refix rework reworks reworked rewerk "
        "reconstruction bootleg vip flip megamix ремикс リミックス 리믹스 remixado rebuild dubstep hardstyle phonk",
        K.DUB: "dub dubs dubbed dubplate",
        K.EDIT: "edit edits edited",
        K.EXTENDED: "extended maxi 12inch larga",
        K.ACOUSTIC: "acoustic acustico acustica acustic acoustique akustik akustisch akoestisch akustyczna акустика "
        "акустическая akustinen アコースティック 어쿠스틱",
        K.INSTRUMENTAL: "instrumental instrumentals instrumentale instrumentals strumentale instrumentaal "
        "instrumentalna инструментал インストゥルメンタル インスト 纯音乐 伴奏 inst",
        K.KARAOKE: "karaoke караоке カラオケ 가라오케 노래방 singalong playback minusone минусовка",
        K.A_CAPPELLA: "acapella acappella acapellas acapela",
        K.COVER: "cover covers covered coverversion кавер versao",
        K.TRIBUTE: "tribute tributes tributo hommage omaggio трибьют lullaby lullabies rockabye",
        K.DEMO: "demo demos demoversion maqueta демо デモ 데모",
        K.TAKE: "outtake outtakes alternate alternative alt rehearsal rehearsals take takes unfinished",
        K.ORCHESTRAL: "orchestral orchestra symphonic symphony philharmonic strings orchester orquesta orchestre "
        "sinfonico sinfonica streicher",
        K.PIANO: "piano klavier",
        K.SPED_UP: "nightcore spedup speedup",
        K.SLOWED: "slowed chopped screwed slowdown",
        K.SPATIAL: "8d 9d 16d 3d 360",
        K.MASHUP: "mashup medley mashups potpourri",
        K.MONO: "mono",
        K.CLEAN: "clean censored",
        K.REPRISE: "reprise",
        K.INTERLUDE: "interlude skit interludio",
        K.RERECORDED: "rerecorded rerecording",
        K.PREVIEW: "preview sample snippet teaser trailer",
        K.COMMENTARY: "commentary interview",
    }
)

VERSION_PHRASES = {
    "in concert": K.LIVE, "en vivo": K.LIVE, "ao vivo": K.LIVE, "dal vivo": K.LIVE, "en directo": K.LIVE,
    "en direct": K.LIVE, "en public": K.LIVE, "en concert": K.LIVE, "im konzert": K.LIVE, "na zywo": K.LIVE,
    "na zivo": K.LIVE, "in diretta": K.LIVE, "auf tour": K.LIVE, "on stage": K.LIVE, "on tour": K.LIVE,
    "radio session": K.SESSION, "peel session": K.SESSION, "bbc sessions": K.SESSION, "at the bbc": K.SESSION,
    "radio edit": K.EDIT, "radio version": K.EDIT, "radio mix": K.EDIT, "radio cut": K.EDIT, "single edit": K.EDIT,
    "short version": K.EDIT, "short edit": K.EDIT, "video edit": K.EDIT, "7 edit": K.EDIT, "7 inch": K.EDIT,
    "7 mix": K.EDIT, "7 version": K.EDIT,
    "radio remix": K.REMIX, "club edit": K.REMIX, "club mix": K.REMIX, "club version": K.REMIX, "dance mix": K.REMIX,
    "long version": K.EXTENDED, "12 mix": K.EXTENDED, "12 version": K.EXTENDED, "12 inch": K.EXTENDED,
    "full length": K.EXTENDED, "version longue": K.EXTENDED, "version larga": K.EXTENDED,
    "a cappella": K.A_CAPPELLA, "a capella": K.A_CAPPELLA, "vocals only": K.A_CAPPELLA, "vocal only": K.A_CAPPELLA,
    "backing track": K.KARAOKE, "backing tracks": K.KARAOKE, "minus one": K.KARAOKE, "sing along": K.KARAOKE,
    "no vocals": K.INSTRUMENTAL, "off vocal": K.INSTRUMENTAL, "without vocals": K.INSTRUMENTAL,
    "in the style of": K.KARAOKE, "made famous by": K.TRIBUTE, "originally performed by": K.TRIBUTE,
    "as made famous": K.TRIBUTE, "performed by": K.COVER, "covered by": K.COVER, "string quartet": K.ORCHESTRAL,
    "sped up": K.SPED_UP, "speed up": K.SPED_UP, "slow down": K.SLOWED, "8 d": K.SPATIAL, "8 bit": K.COVER,
    "dolby atmos": K.SPATIAL, "atmos mix": K.SPATIAL, "surround mix": K.SPATIAL,
    "early version": K.TAKE, "first version": K.TAKE, "rough mix": K.TAKE, "alternate mix": K.TAKE,
    "alternative mix": K.TAKE, "alternate version": K.TAKE, "alternative version": K.TAKE, "alt version": K.TAKE,
    "monitor mix": K.TAKE, "work in progress": K.TAKE, "false start": K.TAKE, "studio outtake": K.TAKE,
    "re recorded": K.RERECORDED, "re recording": K.RERECORDED, "new recording": K.RERECORDED,
    "mash up": K.MASHUP, "drum cover": K.COVER, "guitar cover": K.COVER, "music box": K.COVER,
    "stripped back": K.ACOUSTIC, "stripped version": K.ACOUSTIC, "clean version": K.CLEAN,
    "new version": K.RERECORDED, "neue version": K.RERECORDED, "neue fassung": K.RERECORDED,
    "nueva version": K.RERECORDED, "nouvelle version": K.RERECORDED, "nuova versione": K.RERECORDED,
    "nova versao": K.RERECORDED, "новая версия": K.RERECORDED,
    "spotify singles": K.SESSION, "amazon original": K.SESSION, "live lounge": K.SESSION, "tiny desk": K.SESSION,
    "first take": K.SESSION, "like a version": K.SESSION, "colors show": K.SESSION, "on kexp": K.SESSION,
}  # fmt: skip

# These say nothing by themselves; next to a telling word they add nothing.
GENERIC_NOUNS = {
    "mix": K.REMIX, "mixes": K.REMIX, "mixed": K.REMIX, "version": K.OTHER, "versione": K.OTHER, "versions": K.OTHER,
    "edition": K.OTHER, "fassung": K.OTHER, "wersja": K.OTHER, "версия": K.OTHER, "ver": K.OTHER, "edicion": K.OTHER,
    "ausgabe": K.OTHER, "verzia": K.OTHER, "バージョン": K.OTHER, "ヴァージョン": K.OTHER, "버전": K.OTHER,
    "duet": K.OTHER, "dueto": K.OTHER, "duetto": K.OTHER, "translation": K.LANGUAGE, "перевод": K.LANGUAGE,
}  # fmt: skip

LANGUAGES = split_words(
    "english spanish french german italian portuguese japanese korean chinese mandarin russian espanol ingles "
    "deutsch englisch francais anglais italiano inglese portugues japonais japones espagnol polish swedish "
    "arabic hindi turkish dutch spanglish русском английском"
)

# The same recording, however much of this stands beside its name.
NEUTRAL_PHRASES = frozenset(
    {
        "original mix", "original version", "original recording", "album version", "album mix", "album edit",
        "single version", "single mix", "lp version", "full version", "main version", "standard version",
        "explicit version", "stereo version", "stereo mix", "original edit", "video version", "official video",
        "studio version", "uncut version", "dirty version", "version originale", "version original",
        "version originala", "cd version", "vinyl version", "remastered version", "remaster version",
        "deluxe version", "main mix", "bonus track version", "soundtrack version", "from the",
    }
)  # fmt: skip

# Beside a title even without brackets.
TECHNICAL_WORDS = split_words(
    "remaster remastered remasters remastering remasterizado remasterizada remasterise remasterisee rimasterizzato "
    "remasterizacao ремастер リマスター 리마스터 explicit hq hd "
    "flac mp3 m4a aac ogg alac wav ape wma opus lossless 16bit 24bit 32bit khz hz kbps kbit kbs cbr vbr "
    "v0 v2 eac cue xld accuraterip hires 320k 256k 192k 128k 320kbps 256kbps 192kbps 128kbps 441khz 48khz 96khz 192khz "
    "44khz 1644 2496 24192 2448 16b 24b cdrip webrip bluray qobuz tidal deezer itunes bandcamp slsk"
)

# In brackets, in parts of their own and in folders.
NEUTRAL_WORDS = TECHNICAL_WORDS | split_words(
    "digitally digital newly restored deluxe edition expanded anniversary limited special collectors collector "
    "ultimate definitive super legacy bonus track tracks disc disk cd cds cdr cdm dvd lp ep vinyl vinilo vinile rip "
    "ripped web scan reissue reissued issue promo pressing japan japanese import mfsl mofi shm sacd hdcd blu ray tape "
    "cassette master original album albums version single singles stereo dirty uncensored official audio video music "
    "lyric lyrics uhd full complete final main studio recording ost soundtrack side volume part discography "
    "discographie discografia collection lossy bit bits lame log hi res spotify amazon soundcloud youtube www com net "
    "org ru by ripper rippers uploaded soulseek torrent scene nfo proof retail advance repack proper readnfo int copy "
    "dup duplicate new va various artists bst gb uk us usa eu de jp fr nl it es untagged tagged and the of a "
    "remastered mastered mix stereo needledrop needle drop unknown artist title"
)

# With a number behind them these tell the parts of a work apart.
PART_NOUNS = split_words("part volume number book chapter act movement episode")

# What introduces guests; everything behind it to the end of its part is a credit.
GUEST_WORDS = split_words(
    "feat ft featuring feature feats con mit avec with w starring prod produced"
)
WEAK_GUEST_WORDS = split_words("with w con mit avec")

# Words a version's description can do without.
FILLERS = split_words(
    "the of at in from on for by to and or an recorded record performance version mix mixes edit remix live "
    "session sessions demo acoustic take de la el le les los las en a au aux im am der die das du del della di da "
    "from with feat ft featuring"
)
ARTICLES = split_words("the a an der die das el la los las le les il lo gli")

# Verbs' companions: behind them "live" is what people do, not how a record was made.
BEFORE_VERB_LIVE = split_words(
    "to long we i you they who people where that will must can cant dont let lets gotta wanna how never always "
    "ill youll well theyll id could would should may might people us way it not only and or"
)
AFTER_LIVE = split_words(
    "at from album albums track tracks tape tapes session sessions recording recordings recorded concert concerts "
    "bootleg bootlegs version versions ep cd cds dvd lp bbc mtv radio tour archive archives series rarities lounge "
    "acoustic unplugged performance performances show shows broadcast fm volume vol disc rust set anthology box "
    "collection compilation demo demos cuts bonus material unreleased hits exclusive stage"
)
AFTER_LIVE_WITH_MORE = split_words("in by on im au aux a aus en w na auf i pa dal")
LIVE_PAIRS = split_words(
    "direct dangerous loud rare unplugged acoustic more alive kicking unreleased remix remixed"
)

# Words that make a folder a matter of its own. Others are judged in file names only.
FOLDER_WORDS = _table(
    {
        K.LIVE: "unplugged concert concerts konzert konzerte koncert koncerty concierto conciertos concerti livemitschnitt bootleg bootlegs soundboard "
        "концерт концерты ライブ 라이브 演唱会 演唱會",
        K.SESSION: "sessions session",
        K.KARAOKE: "karaoke караоке カラオケ playbacks",
        K.INSTRUMENTAL: "instrumental instrumentals",
        K.A_CAPPELLA: "acapella acapellas acappella",
        K.TRIBUTE: "tribute tributes tributo lullaby lullabies rockabye",
        K.COVER: "covers covered",
        K.DEMO: "demo demos",
        K.ACOUSTIC: "acoustic acustico akustik",
        K.REMIX: "remix remixes remixed remixers dubs megamix",
        K.TAKE: "rehearsal rehearsals outtake outtakes",
        K.SPED_UP: "nightcore",
        K.COMMENTARY: "interview interviews commentary",
    }
)
# Behind these words at a name's beginning, "live" is a verb: Live It Out, Live Through This.
AFTER_VERB_LIVE = split_words(
    "it through to your my a and forever fast free like love life laugh for with without by now one this that out how "
    "as together alone again if or is me you no more every wire the so well long loud young true right what"
)
# Places and broadcasts whose names stand for concerts.
VENUES = split_words(
    "wembley budokan fillmore paradiso montreux glastonbury woodstock hammersmith rockpalast lollapalooza coachella "
    "pinkpop donington winterland kexp bataclan roskilde knebworth cbgb bonnaroo"
)
VENUE_PHRASES = frozenset(
    {
        "rock in rio", "rock am ring", "albert hall", "carnegie hall", "square garden", "red rocks", "hollywood bowl",
        "live aid", "tiny desk", "city limits", "isle of wight", "san quentin", "roxy theatre", "town hall",
        "comes alive", "still alive", "on air", "palais des sports",
    }
)  # fmt: skip

# What people call the music of a film, a series or a game.
SOUNDTRACK_WORDS = split_words(
    "original motion picture soundtrack soundtracks ost score music songs from inspired by the and of film movie "
    "television tv series season episode game video netflix musical cast"
)

# Titles that only say where on a record they stand: every other record has one of that name.
PLACE_WORDS = split_words(
    "intro introduction outro interlude prelude prologue epilogue overture finale skit opening ending untitled "
    "track intermission interludio intermezzo reprise encore part"
)

# A bracket that names these too says what an edition adds, not what it is.
MIXED_CONTENTS = split_words(
    "deluxe bonus expanded edition plus disc discs cds 2cd 3cd 4cd anniversary complete studio incl including extras"
)
# Of an album these words tell the edition, or nothing.
NOT_OF_FOLDERS = frozenset(
    {K.EDIT, K.EXTENDED, K.LANGUAGE, K.OTHER, K.REPRISE, K.INTERLUDE, K.PREVIEW, K.MASHUP, K.TAKE}
)

# These make a live album when they are all its name says.
WHOLE_NAME_LIVE = frozenset(
    {"alive", "live", "in concert", "concert", "unplugged", "on stage", "onstage", "on tour"}
)

STANDARD_BIT_RATES = frozenset({"96", "112", "128", "160", "192", "224", "256", "320"})

# Words by which a folder's name may tell a version.
MARKING_WORDS = (
    frozenset(VERSION_WORDS)
    | frozenset(FOLDER_WORDS)
    | VENUES
    | split_words("alive stage tour at air concert square rocks")
)
