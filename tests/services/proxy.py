"""A proxy between a client and a service, which breaks the connection in the ways a network does."""

import socket
import struct
import threading
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from hotline.embedded.ports import LOOPBACK, free_port

_PIECE_BYTES = 65536
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER with zero seconds: the peer sees a reset, as after a power cut


class Proxy:
    """Forwards connections from a loopback port of its own to a service, until told otherwise.

    Parameters:
        target: host and TCP port, or the path of a Unix socket (PostgreSQL's, for example).

    Attributes:
        delay: every piece of data waits this long before it is passed on, in both directions.
    """

    def __init__(self, target: tuple[str, int] | Path) -> None:
        self.port = free_port()
        self.delay = timedelta(0)
        self._target = target
        self._listener: socket.socket | None = None
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._questions_pass, self._answers_pass = threading.Event(), threading.Event()

    @property
    def connections(self) -> int:
        """How many clients are connected now."""
        with self._lock:
            return len(self._sockets) // 2

    def restore(self) -> None:
        """Let everything pass again, new connections too."""
        self._questions_pass.set()
        self._answers_pass.set()
        if self._listener is None:
            self._listener = socket.create_server((LOOPBACK, self.port))
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        """Reset every connection and refuse new ones until ``restore``."""
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept
            self._listener.close()
            self._listener = None
        self.drop_connections()

    def drop_connections(self) -> None:
        """Reset every connection; new ones are welcome."""
        with self._lock:
            broken, self._sockets = self._sockets, set()
        for end in broken:
            _reset(end)

    def stall(self) -> None:
        """Keep connections open and pass nothing, until ``restore``: a network that swallows packets."""
        self._questions_pass.clear()
        self._answers_pass.clear()

    def hold_answers(self) -> None:
        """Pass what clients say and hold back what the service answers, until ``restore``.

        Cut afterwards, and a client never learns that its commit went through.
        """
        self._answers_pass.clear()

    def __enter__(self) -> Self:
        self.restore()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.cut()
        self._questions_pass.set()
        self._answers_pass.set()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                service = self._connect()
            except OSError:
                _reset(client)
                continue
            with self._lock:
                self._sockets |= {client, service}
            for source, drain, gate in ((client, service, self._questions_pass), (service, client, self._answers_pass)):
                threading.Thread(target=self._pump, args=(source, drain, gate), daemon=True).start()

    def _connect(self) -> socket.socket:
        if isinstance(self._target, Path):
            service = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            service.connect(str(self._target))
            return service
        service = socket.create_connection(self._target)
        service.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return service

    def _pump(self, source: socket.socket, drain: socket.socket, gate: threading.Event) -> None:
        with suppress(OSError):
            while piece := source.recv(_PIECE_BYTES):
                gate.wait()
                if self.delay:
                    time.sleep(self.delay.total_seconds())
                drain.sendall(piece)
        with self._lock:
            self._sockets -= {source, drain}
        for end in (source, drain):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        end.shutdown(socket.SHUT_RD)  # wakes the thread that waits in recv
    end.close()
