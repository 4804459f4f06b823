"""Settings come from the environment, and a slip in it is told at once."""

from pathlib import Path

import pytest

from config.settings import VARIABLES, load_settings
from models.errors import Rejected

KEY = "0f" * 32


def test_an_empty_environment_gives_the_embedded_defaults():
    """A newcomer sets nothing: haikou, no servers of their own, everything under var, doors on this machine only."""
    settings = load_settings({"PATH": "/usr/bin"})

    assert settings.profile == "haikou"
    assert (settings.database_url, settings.owner_database_url, settings.kafka) == (None, None, None)
    assert (settings.state_dir, settings.artifact_dir) == (Path("var"), Path("var/artifacts"))
    assert (settings.vault_key, settings.index_key, settings.session_key, settings.wechat_token) == (None,) * 4
    assert (settings.console_host, settings.console_port) == ("127.0.0.1", 8080)
    assert (settings.metrics_host, settings.metrics_port) == ("127.0.0.1", 9108)
    assert settings.kafka_replication == 1


def test_every_variable_is_read():
    """Each setting arrives where it belongs."""
    settings = load_settings(
        {
            "HOTLINE_PROFILE": "/etc/hotline/my-city",
            "HOTLINE_DATABASE_URL": "postgresql://app@db/hotline",
            "HOTLINE_OWNER_DATABASE_URL": "postgresql://owner@db/hotline",
            "HOTLINE_KAFKA": "kafka-1:9092,kafka-2:9092,[::1]:9092",
            "HOTLINE_KAFKA_REPLICATION": "3",
            "HOTLINE_STATE_DIR": "/var/lib/hotline",
            "HOTLINE_ARTIFACT_DIR": "/srv/models",
            "HOTLINE_VAULT_KEY": KEY,
            "HOTLINE_INDEX_KEY": "1e" * 32,
            "HOTLINE_SESSION_KEY": "2d" * 32,
            "HOTLINE_CONSOLE_HOST": "0.0.0.0",  # noqa: S104  a value, nothing listens
            "HOTLINE_CONSOLE_PORT": "80",
            "HOTLINE_METRICS_HOST": "10.0.0.1",
            "HOTLINE_METRICS_PORT": "9999",
            "HOTLINE_WECHAT_TOKEN": "hotline12345",
        }
    )

    assert settings.profile == "/etc/hotline/my-city"
    assert settings.database_url == "postgresql://app@db/hotline"
    assert settings.owner_database_url == "postgresql://owner@db/hotline"
    assert settings.kafka == "kafka-1:9092,kafka-2:9092,[::1]:9092"
    assert settings.kafka_replication == 3
    assert (settings.state_dir, settings.artifact_dir) == (Path("/var/lib/hotline"), Path("/srv/models"))
    assert settings.vault_key == bytes.fromhex(KEY)
    assert (settings.index_key, settings.session_key) == (b"\x1e" * 32, b"\x2d" * 32)
    assert (settings.console_host, settings.console_port) == ("0.0.0.0", 80)  # noqa: S104
    assert (settings.metrics_host, settings.metrics_port) == ("10.0.0.1", 9999)
    assert settings.wechat_token == "hotline12345"


def test_one_database_url_serves_migration_too():
    """Without a role of its own, the owner is the application's role."""
    assert load_settings({"HOTLINE_DATABASE_URL": "postgresql://a/b"}).owner_database_url == "postgresql://a/b"


def test_the_artifacts_follow_the_state():
    """Models are kept under the state directory unless they are told another place."""
    assert load_settings({"HOTLINE_STATE_DIR": "/data"}).artifact_dir == Path("/data/artifacts")


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_an_empty_value_counts_as_not_given(name):
    """``HOTLINE_KAFKA=`` in a service file means the default."""
    assert load_settings({name: ""}) == load_settings({})


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("HOTLINE_DATABASE_URL", "mysql://a/b", "is not a URL that begins with postgresql://"),
        ("HOTLINE_OWNER_DATABASE_URL", "hotline", "is not a URL that begins with postgresql://"),
        ("HOTLINE_KAFKA", "kafka", "'kafka' is not host:port"),
        ("HOTLINE_KAFKA", "kafka:9092,", "'' is not host:port"),
        ("HOTLINE_KAFKA", "kafka:99999", "'kafka:99999' is not host:port"),
        ("HOTLINE_KAFKA_REPLICATION", "0", "'0' is not a whole number from 1 to 32767"),
        ("HOTLINE_CONSOLE_PORT", "http", "'http' is not a whole number from 1 to 65535"),
        ("HOTLINE_CONSOLE_PORT", "70000", "'70000' is not a whole number from 1 to 65535"),
        ("HOTLINE_METRICS_PORT", "-1", "'-1' is not a whole number from 1 to 65535"),
        ("HOTLINE_METRICS_PORT", "９１０８", "'９１０８' is not a whole number from 1 to 65535"),
        ("HOTLINE_WECHAT_TOKEN", "a b", "is not 3 to 32 letters and digits"),
    ],
)
def test_a_wrong_value_is_refused_by_name_and_reason(name, value, reason):
    """The message names the variable and what would have been right."""
    with pytest.raises(Rejected) as error:
        load_settings({name: value})

    assert str(error.value) == f"{name}: {reason}"


@pytest.mark.parametrize("name", ["HOTLINE_VAULT_KEY", "HOTLINE_INDEX_KEY", "HOTLINE_SESSION_KEY"])
@pytest.mark.parametrize("value", ["0f" * 31, "0f" * 31 + "0g", "0f" * 31 + " f"])
def test_a_bad_key_is_refused_without_being_shown(name, value):
    """A message may end in a log; a key, even a mistyped one, may not."""
    with pytest.raises(Rejected, match=f"{name}: is not 64 hexadecimal digits") as error:
        load_settings({name: value})

    assert "0f0f" not in str(error.value)


@pytest.mark.parametrize("name", ["HOTLINE_DATABASE_URL", "HOTLINE_OWNER_DATABASE_URL"])
@pytest.mark.parametrize("password", ["pa@sesame#1!", "pa/sesame", "12/sesame", "p%sesame", "pa?x/sesame", "a@b/sesame"])
def test_a_password_that_breaks_its_url_is_refused_without_being_shown(name, password):
    """Part of it would be taken for a host or a database, and stand in the log as one that cannot be found."""
    with pytest.raises(Rejected, match=f"^{name}: cannot be read as .* @ as %40") as error:
        load_settings({name: f"postgresql://hotline_app:{password}@127.0.0.1:5432/hotline"})

    assert "sesame" not in str(error.value)
    assert error.value.__cause__ is None


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://hotline_app:p%40%2F%23%25@db.internal:5432/hotline",
        "postgres://app:p#1@db1:5432,db2:5433/hotline?target_session_attrs=read-write",
        "postgresql://postgres@/hotline?host=%2Frun%2Fpostgresql&port=5432",
        "postgresql://[::1]:5432/hotline",
    ],
)
def test_every_form_that_postgresql_reads_is_taken(url):
    """Encoded passwords, several servers, sockets and IPv6 addresses work as they do with psql."""
    assert load_settings({"HOTLINE_DATABASE_URL": url}).database_url == url


def test_an_unknown_variable_is_refused_by_name():
    """HOTLINE_DATABASEURL would otherwise start an embedded database in production."""
    with pytest.raises(Rejected, match=r"^HOTLINE_DATABASEURL: no such setting; known are .*HOTLINE_DATABASE_URL"):
        load_settings({"HOTLINE_DATABASEURL": "postgresql://a/b"})


def test_settings_never_show_a_secret():
    """Settings are logged at start; keys, tokens and passwords inside URLs are not."""
    settings = load_settings(
        {
            "HOTLINE_VAULT_KEY": KEY,
            "HOTLINE_DATABASE_URL": "postgresql://app:sesame@db/hotline",
            "HOTLINE_WECHAT_TOKEN": "hotline12345",
        }
    )

    for secret in ("sesame", "hotline12345", KEY, r"\x0f"):
        assert secret not in repr(settings)
