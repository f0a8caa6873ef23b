"""Bars for uploads and downloads, in notebooks and on terminals.

::

    from runinfra_ext.progress import ProgressBar

    client.audio.transcriptions.create(
        model="acme-asr", file="talk.wav", on_progress=ProgressBar("talk.wav")
    )

A bulk job has its own: ``progress=True``.
"""

from __future__ import annotations

from ._display.bar import ProgressBar

__all__ = ["ProgressBar"]
