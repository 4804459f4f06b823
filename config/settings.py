"""Settings: what differs between two installations of the same program, read from the environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from models.errors import Rejected

PREFIX = "HOTLINE_"
DEFAULT_PROFILE = "haikou"
_KEY_BYTES = 32
_LARGEST_PORT = 65535
_DATABASE_URL = re.compile(r"postgres(?:ql)?://(?:[^:@/]*(?::[^@/]*)?@)?[^@/?]*(?:/[^@/?]*)?(?:\?.*)?")
"""User and password end at the one @; an @ or / of a password that is not encoded would end up in host or database."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation. ``None`` means: not given; the embedded stack then fills the gap.

    ``profile`` is a shipped profile's name or a directory. ``owner_database_url`` is the role that migrates;
    ``database_url`` the application's. ``kafka`` are bootstrap servers, ``host:port`` with commas between. Keys are 32
    bytes: ``vault_key`` encrypts personal data, ``index_key`` makes its look-up hashes, ``session_key`` signs log-ins.
    """

    profile: str
    database_url: str | None = field(repr=False)
    owner_database_url: str | None = field(repr=False)
    kafka: str | None
    kafka_replication: int
    state_dir: Path
    artifact_dir: Path
    vault_key: bytes | None = field(repr=False)
    index_key: bytes | None = field(repr=False)
    session_key: bytes | None = field(repr=False)
    console_host: str
    console_port: int
    metrics_host: str
    metrics_port: int
    wechat_token: str | None = field(repr=False)


VARIABLES = frozenset(
    {
        *("HOTLINE_PROFILE", "HOTLINE_DATABASE_URL", "HOTLINE_OWNER_DATABASE_URL", "HOTLINE_KAFKA"),
        *("HOTLINE_KAFKA_REPLICATION", "HOTLINE_STATE_DIR", "HOTLINE_ARTIFACT_DIR", "HOTLINE_VAULT_KEY"),
        *("HOTLINE_INDEX_KEY", "HOTLINE_SESSION_KEY", "HOTLINE_CONSOLE_HOST", "HOTLINE_CONSOLE_PORT"),
        *("HOTLINE_METRICS_HOST", "HOTLINE_METRICS_PORT", "HOTLINE_WECHAT_TOKEN"),
    }
)
"""Every variable that is read. Another one that begins with ``HOTLINE_`` is refused: it is most often a slip."""


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings that ``environ`` holds; an empty value counts as not given.

    Raises:
        Rejected: a value is wrong or a variable unknown; the message names the variable and never shows a key.
    """
    unknown = sorted(name for name in environ if name.startswith(PREFIX) and name not in VARIABLES)
    if unknown:
        raise Rejected(f"{', '.join(unknown)}: no such setting; known are {', '.join(sorted(VARIABLES))}")
    database_url = _database_url(environ, "HOTLINE_DATABASE_URL")
    state_dir = Path(environ.get("HOTLINE_STATE_DIR") or "var")
    return Settings(
        profile=environ.get("HOTLINE_PROFILE") or DEFAULT_PROFILE,
        database_url=database_url,
        owner_database_url=_database_url(environ, "HOTLINE_OWNER_DATABASE_URL") or database_url,
        kafka=_bootstrap_servers(environ, "HOTLINE_KAFKA"),
        kafka_replication=_whole(environ, "HOTLINE_KAFKA_REPLICATION", 1, most=32767),
        state_dir=state_dir,
        artifact_dir=Path(environ.get("HOTLINE_ARTIFACT_DIR") or state_dir / "artifacts"),
        vault_key=_key(environ, "HOTLINE_VAULT_KEY"),
        index_key=_key(environ, "HOTLINE_INDEX_KEY"),
        session_key=_key(environ, "HOTLINE_SESSION_KEY"),
        console_host=environ.get("HOTLINE_CONSOLE_HOST") or "127.0.0.1",
        console_port=_whole(environ, "HOTLINE_CONSOLE_PORT", 8080, most=_LARGEST_PORT),
        metrics_host=environ.get("HOTLINE_METRICS_HOST") or "127.0.0.1",
        metrics_port=_whole(environ, "HOTLINE_METRICS_PORT", 9108, most=_LARGEST_PORT),
        wechat_token=_wechat_token(environ, "HOTLINE_WECHAT_TOKEN"),
    )


def _database_url(environ: Mapping[str, str], name: str) -> str | None:
    url = environ.get(name) or None
    if url is None:
        return None
    if not url.startswith(("postgresql://", "postgres://")):
        raise Rejected(f"{name}: is not a URL that begins with postgresql://")
    if not _DATABASE_URL.fullmatch(url) or not _is_read_by_libpq(url):
        raise Rejected(
            f"{name}: cannot be read as postgresql://user:password@host:port/database; in user and password write "
            "% as %25, @ as %40, / as %2F, : as %3A, ? as %3F, # as %23"
        )
    return url


def _is_read_by_libpq(url: str) -> bool:
    try:
        port = conninfo_to_dict(url).get("port") or ""
    except ProgrammingError:  # its message quotes the URL
        return False
    return re.fullmatch(r"[0-9]*(?:,[0-9]*)*", str(port)) is not None


def _bootstrap_servers(environ: Mapping[str, str], name: str) -> str | None:
    servers = environ.get(name) or None
    if servers is not None:
        for server in servers.split(","):
            found = re.fullmatch(r"(?:[\w.-]+|\[[0-9a-fA-F:]+\]):(\d{1,5})", server.strip())
            if found is None or not 0 < int(found[1]) <= _LARGEST_PORT:
                raise Rejected(f"{name}: {server.strip()!r} is not host:port")
    return servers


def _whole(environ: Mapping[str, str], name: str, default: int, *, most: int) -> int:
    text = environ.get(name)
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 0 < int(text) <= most:
        raise Rejected(f"{name}: {text!r} is not a whole number from 1 to {most}")
    return int(text)


def _key(environ: Mapping[str, str], name: str) -> bytes | None:
    text = environ.get(name)
    if not text:
        return None
    if not re.fullmatch(rf"[0-9a-fA-F]{{{2 * _KEY_BYTES}}}", text):
        raise Rejected(f"{name}: is not {2 * _KEY_BYTES} hexadecimal digits; openssl rand -hex {_KEY_BYTES} makes some")
    return bytes.fromhex(text)


def _wechat_token(environ: Mapping[str, str], name: str) -> str | None:
    """Return the token of the WeChat server page: 3 to 32 letters and digits, by the platform's rule."""
    token = environ.get(name) or None
    if token is not None and not re.fullmatch(r"[A-Za-z0-9]{3,32}", token):
        raise Rejected(f"{name}: is not 3 to 32 letters and digits")
    return token
