"""An installation on this machine alone: settings completed with embedded services where none are configured."""

import json
import secrets
import shlex
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from config.settings import Settings
from hotline.embedded.broker import EmbeddedBroker
from hotline.embedded.postgres import EmbeddedPostgres
from hotline.embedded.processes import Restartable
from models.errors import Rejected

_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Installation:
    """Complete settings, and the services that were started for them."""

    settings: Settings
    services: Sequence[Restartable]

    @property
    def environment(self) -> dict[str, str]:
        """The settings as the environment of the product's processes."""
        settings = self.settings
        values = {
            "HOTLINE_PROFILE": settings.profile,
            "HOTLINE_DATABASE_URL": settings.database_url,
            "HOTLINE_OWNER_DATABASE_URL": settings.owner_database_url,
            "HOTLINE_KAFKA": settings.kafka,
            "HOTLINE_KAFKA_REPLICATION": str(settings.kafka_replication),
            "HOTLINE_STATE_DIR": str(settings.state_dir),
            "HOTLINE_ARTIFACT_DIR": str(settings.artifact_dir),
            "HOTLINE_VAULT_KEY": settings.vault_key.hex() if settings.vault_key else None,
            "HOTLINE_INDEX_KEY": settings.index_key.hex() if settings.index_key else None,
            "HOTLINE_SESSION_KEY": settings.session_key.hex() if settings.session_key else None,
            "HOTLINE_CONSOLE_HOST": settings.console_host,
            "HOTLINE_CONSOLE_PORT": str(settings.console_port),
            "HOTLINE_METRICS_HOST": settings.metrics_host,
            "HOTLINE_METRICS_PORT": str(settings.metrics_port),
            "HOTLINE_WECHAT_TOKEN": settings.wechat_token,
        }
        return {name: value for name, value in values.items() if value is not None}


@contextmanager
def installation(settings: Settings) -> Iterator[Installation]:
    """Start what ``settings`` leave open, and stop it at the end; data stay in ``settings.state_dir``.

    Raises:
        Rejected: this machine cannot run an embedded service, or the keys of its database are gone.
        TryLater: one does not come up, or another process uses the state directory.
    """
    with ExitStack() as stack:
        services: list[Restartable] = []
        settings = _with_keys(settings)
        if settings.database_url is None:
            postgres = stack.enter_context(EmbeddedPostgres(settings.state_dir / "postgres"))
            services.append(postgres)
            settings = replace(settings, database_url=postgres.app_url, owner_database_url=postgres.owner_url)
        if settings.kafka is None:
            broker = stack.enter_context(EmbeddedBroker(settings.state_dir / "broker"))
            services.append(broker)
            settings = replace(settings, kafka=broker.bootstrap)
        yield Installation(settings, services)


@contextmanager
def settings_at_hand(installed: Installation) -> Iterator[Path]:
    """Keep the settings in a file of the state directory that other commands' shells may read, ``. PATH``.

    It holds the keys, so only we may read it; it is gone when the block is left, for its addresses are then nobody's.
    """
    path = installed.settings.state_dir / "hotline.env"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in installed.environment.items()))
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _with_keys(settings: Settings) -> Settings:
    """Fill the keys that are not configured from a file that only we may read, made on first use.

    Raises:
        Rejected: the file is gone while a database is there that was sealed with its keys.
    """
    path, database = settings.state_dir / "keys.json", settings.state_dir / "postgres" / "data"
    names = ("vault_key", "index_key", "session_key")
    if not path.exists():
        is_sealed = settings.database_url is None and database.exists()
        if is_sealed and (settings.vault_key is None or settings.index_key is None):
            raise Rejected(
                f"{path} is gone, and personal data in {database} were sealed with its keys; restore the file from your "
                "backup, or set HOTLINE_VAULT_KEY and HOTLINE_INDEX_KEY to what it held"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps({name: secrets.token_hex(_KEY_BYTES) for name in names}))
    kept = {name: bytes.fromhex(key) for name, key in json.loads(path.read_text()).items()}
    return replace(
        settings,
        vault_key=settings.vault_key or kept["vault_key"],
        index_key=settings.index_key or kept["index_key"],
        session_key=settings.session_key or kept["session_key"],
    )
