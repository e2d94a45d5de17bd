"""Name what several modules of the integration share."""

from typing import Final

DOMAIN: Final = "soulspot"
MANUFACTURER: Final = "SoulSpot"

SUBENTRY_PLAYLIST: Final = "playlist"

# What a config entry holds beside the OAuth token.
CONF_CONSENTED_AT: Final = "consented_at"  # Unix seconds; the login ends six months later.
CONF_SPOTIFY_USER_ID: Final = "spotify_user_id"
CONF_SLSKD_ADDRESS: Final = "slskd_address"
CONF_SLSKD_API_KEY: Final = "slskd_api_key"
CONF_SLSKD_VERIFY_CERTIFICATE: Final = "slskd_verify_certificate"
CONF_SLSKD_DOWNLOADS: Final = "slskd_downloads"
CONF_LOCAL_DOWNLOADS: Final = "local_downloads"
CONF_LIBRARY: Final = "library"

# Its options.
CONF_QUALITY: Final = "quality"
CONF_PATH_TEMPLATE: Final = "path_template"
CONF_KEEP_SOURCE: Final = "keep_source"
CONF_RECYCLE_BIN_DAYS: Final = "recycle_bin_days"
CONF_UPGRADES: Final = "upgrades"
CONF_ADVANCED: Final = "advanced"  # A section of its own, with what follows.
CONF_ACOUSTID_KEY: Final = "acoustid_key"
CONF_MUSICBRAINZ_ADDRESS: Final = "musicbrainz_address"  # Empty: the real MusicBrainz.
CONF_MUSICBRAINZ_PACE: Final = "musicbrainz_pace"  # Seconds between starts of requests.
CONF_WEBHOOK: Final = "webhook"  # Asked for in the form; what is stored is the id.
CONF_WEBHOOK_ID: Final = "webhook_id"  # A secret: whoever knows it can call.
CONF_WEBHOOK_LOCAL_ONLY: Final = "webhook_local_only"

# What a playlist subentry holds.
CONF_PLAYLIST_ID: Final = "playlist_id"
CONF_AUTOMATIC_DOWNLOAD: Final = "automatic_download"
CONF_REMOVAL: Final = "removal"
CONF_REMOVAL_GRACE_DAYS: Final = "removal_grace_days"

# Which service a reauthentication is about.
CONF_SERVICE: Final = "service"
SERVICE_SLSKD: Final = "slskd"
SERVICE_SPOTIFY: Final = "spotify"

SPOTIFY_SCOPES: Final = (
    "playlist-read-private",
    "playlist-read-collaborative",
    "user-library-read",
)
