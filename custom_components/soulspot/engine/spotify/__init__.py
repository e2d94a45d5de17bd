"""Read playlists, tracks and albums from the Spotify Web API."""
