"""Big uploads and downloads, over the wire, in constant memory."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import pytest

SIZE = 200_000_000
LIMIT = 8_000_000  # bytes that a transfer may add at its peak

# A gateway in a process of its own, so that its memory is not counted: it swallows what is sent,
# and speaks SIZE bytes. It knows as much HTTP as this takes.
GATEWAY = f"""
import socket, threading

def serve(connection):
    with connection, connection.makefile("rb") as file:
        while line := file.readline():
            path, length = line.split()[1], 0
            while (header := file.readline().strip().lower()):
                if header.startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
            while length:
                length -= len(file.read(min(length, 1 << 20)))
            if path.endswith(b"/speech"):
                kind, size = b"audio/wav", {SIZE}
                first = b"RIFF" + bytes(4) + b"WAVE"
            else:
                first = b'{{"text": "heard"}}'
                kind, size = b"application/json", len(first)
            connection.sendall(b"HTTP/1.1 200 OK\\r\\ncontent-type: " + kind + b"\\r\\n")
            connection.sendall(b"x-request-id: r\\r\\ncontent-length: %d\\r\\n\\r\\n" % size)
            connection.sendall(first)
            size -= len(first)
            while size:
                size -= connection.send(bytes(min(size, 1 << 20)))

listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""


@pytest.fixture(scope="module")
def big_gateway():
    """The base URL of a gateway for big bodies."""
    process = subprocess.Popen([sys.executable, "-c", GATEWAY], stdout=subprocess.PIPE, text=True)
    with process:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
        process.kill()


def peak_of(both, scenario):
    """The most memory, in bytes, that Python had allocated while a scenario ran."""
    tracemalloc.start()
    try:
        both.run(scenario)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_a_big_download_needs_little_memory(both, big_gateway, tmp_path):
    """200 MB of speech to a file: the peak grows by less than 8 MB."""
    seen = []

    async def scenario():
        async with both.client(base_url=big_gateway) as client:
            stream = await client.audio.speech.stream(model="m", input="a", voice="v")
            async with stream:
                await stream.write_to_file(
                    tmp_path / "speech.wav",
                    on_progress=lambda done, total: seen.append((done, total)),
                )

    peak = peak_of(both, scenario)
    assert (tmp_path / "speech.wav").stat().st_size == SIZE
    assert seen[-1] == (SIZE, SIZE)
    assert peak < LIMIT
    (tmp_path / "speech.wav").unlink()


@pytest.mark.slow
def test_a_big_upload_needs_little_memory(both, big_gateway, tmp_path):
    """200 MB of audio from a file: the peak grows by less than 8 MB."""
    path = tmp_path / "talk.wav"
    with path.open("wb") as file:
        file.truncate(SIZE)  # a file with a hole: nothing is written
    seen = []

    async def scenario():
        async with both.client(base_url=big_gateway) as client:
            return await client.audio.transcriptions.create(
                model="m", file=path, on_progress=lambda done, total: seen.append((done, total))
            )

    peak = peak_of(both, scenario)
    assert seen[-1][0] == seen[-1][1] >= SIZE
    assert peak < LIMIT
