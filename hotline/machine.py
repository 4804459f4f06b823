"""What a process needs of its machine: a directory to write in, a port to listen on. What cannot be had is a wrong setting."""

import os
import socket
from pathlib import Path

from models.errors import Rejected


def writable_directory(directory: Path, setting: str) -> Path:
    """Return ``directory``, made where it is missing.

    Raises:
        Rejected: it cannot be made or written in; the message names ``setting``.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Rejected(f"{setting}: {directory} cannot be made: {error.strerror}") from error
    if not os.access(directory, os.W_OK | os.X_OK):
        raise Rejected(f"{setting}: {directory} cannot be written in")
    return directory


def listening_socket(host: str, port: int, settings: str) -> socket.socket:
    """Open a port; 0 takes a free one.

    Raises:
        Rejected: the address cannot be had; the message names ``settings``.
    """
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a host's name"
        raise Rejected(f"{settings}: {host}:{port}: {reason}") from error
