"""Walk audio files frame by frame: where the sound is, how long, and whether it is whole."""
