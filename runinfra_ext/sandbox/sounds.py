"""Speech that is real audio, and carries its text: what the sandbox said, it can transcribe.

Each format is a valid file: WAV and PCM hold a tone for each letter, MP3 holds silent frames of the
right length, FLAC holds the same samples as the WAV. Opus and AAC come from a real encoder, if that
is installed. The text travels in the file's comment, so that transcription returns it to the
letter.
"""

from __future__ import annotations

import base64
import math
import re
import struct
from typing import Final

from . import encoders

RATE: Final = 16_000  # samples a second, mono, 16 bits
SECONDS_PER_LETTER: Final = 0.05
MAX_LETTERS: Final = 4096
MEDIA_TYPES: Final = {
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "pcm": "audio/pcm",
}
_COMMENT = re.compile(rb"RUNINFRA-TEXT=([A-Za-z0-9+/]*={0,2});")


def media_types() -> dict[str, str]:
    """The formats that can be made here, and their media types."""
    return {**MEDIA_TYPES, **encoders.MEDIA_TYPES} if encoders.available() else MEDIA_TYPES


def speak(text: str, form: str) -> bytes:
    """The text as an audio file in one of :func:`media_types`."""
    if form == "mp3":
        return _mp3(text)
    samples = _samples(text)
    if form == "pcm":
        return samples
    if form in encoders.MEDIA_TYPES:
        return encoders.encode(samples, RATE, form, _comment(text).decode("ascii"))
    return _wav(text, samples) if form == "wav" else _flac(text, samples)


def hear(data: bytes) -> str | None:
    """The text that the sandbox put into an audio file, ``None`` for foreign audio."""
    match = _COMMENT.search(data)
    return base64.b64decode(match[1]).decode("utf-8") if match else None


def seconds(text: str) -> float:
    """How long the speech of a text is."""
    return round(max(1, len(text)) * SECONDS_PER_LETTER, 2)


def _comment(text: str) -> bytes:
    return b"RUNINFRA-TEXT=" + base64.b64encode(text.encode("utf-8")) + b";"


def _samples(text: str) -> bytes:
    count = int(RATE * SECONDS_PER_LETTER)
    tones: dict[str, bytes] = {}
    out = bytearray()
    for letter in text or " ":
        if letter not in tones:
            pitch = 0 if letter.isspace() else 180 + (ord(letter) * 37) % 400
            # Each tone fades in and out, so that nothing clicks.
            tones[letter] = struct.pack(
                f"<{count}h",
                *(
                    int(
                        9000
                        * math.sin(math.pi * i / count)
                        * math.sin(2 * math.pi * pitch * i / RATE)
                    )
                    for i in range(count)
                ),
            )
        out += tones[letter]
    return bytes(out)


def _wav(text: str, samples: bytes) -> bytes:
    info = b"INFO" + _riff(b"ICMT", _comment(text) + b"\0")
    body = b"".join(
        (
            b"WAVE",
            _riff(b"fmt ", struct.pack("<HHIIHH", 1, 1, RATE, RATE * 2, 2, 16)),
            _riff(b"LIST", info),
            _riff(b"data", samples),
        )
    )
    return _riff(b"RIFF", body)


def _riff(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + (b"\0" if len(data) % 2 else b"")


def _mp3(text: str) -> bytes:
    comment = b"\x00eng\x00" + _comment(text)
    frame = b"COMM" + struct.pack(">I", len(comment)) + b"\0\0" + comment
    size = len(frame)
    syncsafe = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    # MPEG-1 layer III, 32 kbit/s, 32 kHz, mono: 144 bytes and 36 ms a frame; zeros are silence.
    silent = b"\xff\xfb\x18\xc0" + b"\0" * 140
    frames = max(1, math.ceil(seconds(text) / 0.036))
    return b"ID3\x03\0\0" + syncsafe + frame + silent * frames


def _flac(text: str, samples: bytes) -> bytes:
    values = struct.unpack(f"<{len(samples) // 2}h", samples)
    block = 4096
    vendor = b"runinfra sandbox"
    comment = b"COMMENT=" + _comment(text)
    tags = struct.pack("<I", len(vendor)) + vendor + struct.pack("<II", 1, len(comment)) + comment
    # 20 bits sample rate, 3 bits channels - 1, 5 bits depth - 1, 36 bits number of samples.
    packed = RATE << 44 | 0 << 41 | 15 << 36 | len(values)
    stream = struct.pack(">HH", block, block) + b"\0" * 6 + packed.to_bytes(8) + b"\0" * 16
    out = bytearray(b"fLaC")
    out += b"\x00" + len(stream).to_bytes(3) + stream
    out += b"\x84" + len(tags).to_bytes(3) + tags
    for number, start in enumerate(range(0, len(values), block)):
        out += _flac_frame(number, values[start : start + block])
    return bytes(out)


def _flac_frame(number: int, values: tuple[int, ...]) -> bytes:
    # Fixed blocks; block size in 16 bits, rate and depth from the stream's head; one channel.
    head = (
        bytes((0xFF, 0xF8, 0x70, 0x08)) + _utf8_number(number) + struct.pack(">H", len(values) - 1)
    )
    head += bytes((_crc(head, 8, 0x07),))
    # A verbatim subframe: the samples as they are.
    body = head + b"\x02" + struct.pack(f">{len(values)}h", *values)
    return body + struct.pack(">H", _crc(body, 16, 0x8005))


def _utf8_number(number: int) -> bytes:
    return bytes((number,)) if number < 0x80 else chr(number).encode("utf-8")


def _crc(data: bytes, bits: int, polynomial: int) -> int:
    table = _tables.get(bits)
    mask = (1 << bits) - 1
    if table is None:
        table = list[int]()
        for byte in range(256):
            value = byte << (bits - 8)
            for _ in range(8):
                value = (value << 1 ^ polynomial if value >> (bits - 1) else value << 1) & mask
            table.append(value)
        _tables[bits] = table
    crc = 0
    for byte in data:
        crc = (crc << 8 ^ table[(crc >> (bits - 8)) ^ byte]) & mask
    return crc


_tables: dict[int, list[int]] = {}
