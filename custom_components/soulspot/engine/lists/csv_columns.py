"""Know the columns of track lists by their many names."""

from collections.abc import Sequence
from enum import StrEnum
import unicodedata


class Column(StrEnum):
    """Name what a column can hold."""

    TITLE = "title"
    ARTIST = "artist"
    ARTIST_URI = "artist_uri"
    ALBUM = "album"
    ALBUM_ARTIST = "album_artist"
    LENGTH = "length"
    MILLISECONDS = "milliseconds"
    ISRC = "isrc"
    URI = "uri"
    TRACK_NUMBER = "track_number"
    DISC_NUMBER = "disc_number"
    RELEASE_DATE = "release_date"
    PLAYLIST = "playlist"
    RECORDING = "recording"


# Written as `fold_header` leaves them. Languages: English, German, French, Spanish, Italian, Portuguese,
# Dutch, Swedish, Danish and Norwegian, Finnish, Polish, Czech, Turkish, Russian, Japanese, Chinese, Korean.
_NAMES = {
    Column.TITLE: """
        trackname tracktitle title track song songname songtitle name recording recordingname titel
        liedtitel lied songtitel titelname titre morceau nomdumorceau titredumorceau piste chanson
        titulo cancion nombredelacancion nombre tema pista titolo brano canzone nomedelbrano nome
        musica nomedamusica faixa nomedafaixa nummer titelvanhetnummer naam lat latnamn namn spar sang
        sangtitel navn tittel kappale nimi tytul utwor nazwautworu nazwa nazev skladba nazevskladby
        pisen sarki sarkiadi parca parcaadi название трек песня композиция названиетрека 曲名 タイトル
        トラック名 楽曲名 标题 歌曲 歌名 曲目 標題 歌曲名称 제목 곡명 노래
    """,
    Column.ARTIST: """
        artist artists artistname artistnames trackartist trackartists trackartistname performer
        performers creator band interpret interpreten kunstler kunstlername kuenstler kunstlerin artiste
        artistes interprete interpretes nomdelartiste artista artistas artisti interpreti
        nombredelartista nomedellartista nomedoartista artiest artiesten artister kunstner kunstnere
        esittaja artisti wykonawca wykonawcy artysta umelec interpreti sanatci исполнитель артист
        исполнители アーティスト アーティスト名 艺术家 歌手 艺人 演唱者 藝人 아티스트 가수
    """,
    Column.ARTIST_URI: "artisturi artisturis artistids artistid spotifyartistids",
    Column.ALBUM: """
        album albumname albumtitle release releasename releasetitle albumtitel nomdelalbum
        nombredelalbum nomedellalbum nomedoalbum disco albumi plyta nazwaalbumu nazevalba albumadi
        альбом アルバム アルバム名 专辑 专辑名 專輯 앨범
    """,
    Column.ALBUM_ARTIST: """
        albumartist albumartists albumartistname albumartistnames albuminterpret albumkunstler
        artistedelalbum artistadelalbum
    """,
    Column.LENGTH: """
        duration length time tracktime totaltime trackduration tracklength runtime durationseconds
        durations lengthseconds lengths seconds dauer lange laufzeit spieldauer spielzeit zeit duree
        longueur temps duracion tiempo durata tempo duracao duur lengte tijd langd speltid varighed
        varighet lengde kesto pituus czas czastrwania dlugosc delka sure длительность время 時間 長さ
        再生時間 时长 长度 時長 시간 길이
    """,
    Column.MILLISECONDS: """
        trackdurationms durationms durationmilliseconds lengthms milliseconds ms durationinms
        durationinmilliseconds msplayed dauerms dureems
    """,
    Column.ISRC: "isrc isrccode isrcs trackisrc",
    Column.URI: """
        trackuri spotifyuri uri spotifytrackuri spotifyid spotifytrackid trackid spotifyurl trackurl
        spotifylink url link
    """,
    Column.TRACK_NUMBER: "tracknumber trackno tracknr titelnummer numerodepiste tracknum",
    Column.DISC_NUMBER: "discnumber discno disc discnr cd cdnummer disknumber",
    Column.RELEASE_DATE: """
        albumreleasedate releasedate releaseyear year date jahr erscheinungsdatum veroffentlichung annee
        ano anno data datedesortie
    """,
    Column.RECORDING: "musicbrainzrecordingid recordingmbid recordingid mbid musicbrainzid",
    Column.PLAYLIST: "playlist playlistname wiedergabeliste listname",
}
_COLUMNS = {name: column for column, names in _NAMES.items() for name in names.split()}


def fold_header(text: str) -> str:
    """Return a header without case, accents, blanks and signs; "Artist Name(s)" is "artistnames"."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l").replace("ß", "ss"))
    folded = folded.replace("ø", "o").replace("æ", "a").replace("ı", "i")
    kept = "".join(character for character in folded if character.isalnum())
    return unicodedata.normalize("NFC", kept)


_COLUMNS = {fold_header(name): column for name, column in _COLUMNS.items()}


def find_columns(header: Sequence[str]) -> dict[Column, int]:
    """Return where each known column stands; of several the first counts."""
    found: dict[Column, int] = {}
    for index, text in enumerate(header):
        column = _COLUMNS.get(fold_header(text))
        if column is not None:
            found.setdefault(column, index)
    return found
