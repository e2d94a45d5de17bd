"""Encode the segments with libsndfile; the results are cached by the library."""

import io

import numpy as np
import numpy.typing as npt
import soundfile

from .content import Profile
from .sound import compose_segment

_MP3_CONSTANT = {Profile.MP3_320: 320, Profile.MP3_192: 192, Profile.MP3_128: 128}
_MP3_VARIABLE = {Profile.MP3_V0: 0.0, Profile.MP3_V2: 0.2}


def encode_segment(profile: Profile, number: int) -> bytes:
    """Return one segment as a complete file of the profile's codec (never M4A).

    A transcode goes through MP3 at 128 kbit/s first, as when somebody burnt and ripped a lossy copy.
    """
    samples: npt.NDArray[np.float64] = compose_segment(number, profile.sample_rate)
    if profile is Profile.FLAC_FROM_MP3:
        lossy = encode_segment(Profile.MP3_128, number)
        decoded, _ = soundfile.read(io.BytesIO(lossy), always_2d=True)
        samples = np.resize(decoded, samples.shape)
    target = io.BytesIO()
    if profile.is_lossless:
        subtype = "PCM_24" if profile.bit_depth == 24 else "PCM_16"
        soundfile.write(target, samples, profile.sample_rate, format="FLAC", subtype=subtype)
    elif profile.extension == "ogg":
        soundfile.write(
            target,
            samples,
            profile.sample_rate,
            format="OGG",
            subtype="VORBIS",
            compression_level=0.4,
        )
    else:
        constant = profile in _MP3_CONSTANT
        # libsndfile maps 0..1 to 320..32 kbit/s, or to LAME's V0..V10.
        level = (320 - _MP3_CONSTANT[profile]) / 288 if constant else _MP3_VARIABLE[profile]
        soundfile.write(
            target,
            samples,
            profile.sample_rate,
            format="MP3",
            compression_level=level,
            bitrate_mode="CONSTANT" if constant else "VARIABLE",
        )
    return target.getvalue()


def decode_exactly(encoded: bytes, bit_depth: int) -> bytes:
    """Return the little-endian samples of a FLAC file, as its checksum is taken over them."""
    if bit_depth == 16:
        samples, _ = soundfile.read(io.BytesIO(encoded), dtype="int16", always_2d=True)
        return bytes(samples.astype("<i2").tobytes())
    wide, _ = soundfile.read(io.BytesIO(encoded), dtype="int32", always_2d=True)
    # libsndfile left-aligns 24 bits in 32: drop the lowest byte of each sample.
    as_bytes = wide.astype("<i4").reshape(-1, 1).view(np.uint8)
    return bytes(as_bytes[:, 1:].tobytes())
