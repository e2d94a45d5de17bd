"""Ask AcoustID which recording a fingerprint of sound belongs to."""
