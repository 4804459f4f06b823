"""The file by which other commands find a running demonstration."""

import os
import subprocess
from pathlib import Path

from config.settings import load_settings
from hotline.embedded.installation import Installation, settings_at_hand


def test_a_shell_that_reads_the_file_has_the_installations_settings(tmp_path: Path) -> None:
    """Only we may read it, for it holds the keys; when the installation stops it is gone."""
    given = {
        "HOTLINE_STATE_DIR": str(tmp_path / "Hot Line's"),
        "HOTLINE_DATABASE_URL": "postgresql://hotline_app@127.0.0.1:5433/hotline?sslmode=prefer&connect_timeout=5",
        "HOTLINE_KAFKA": "127.0.0.1:9092",
        "HOTLINE_VAULT_KEY": "0a" * 32,
    }
    settings = load_settings(given)
    settings.state_dir.mkdir()
    with settings_at_hand(Installation(settings, ())) as path:
        mode = path.stat().st_mode & 0o777
        told = subprocess.run(
            ["/bin/sh", "-c", '. "$0" && env', str(path)], capture_output=True, text=True, check=True, env={"PATH": os.defpath}
        ).stdout
        found = dict(line.split("=", 1) for line in told.splitlines() if line.startswith("HOTLINE_"))

    assert load_settings(found) == settings
    assert mode == 0o600
    assert not path.exists()


def test_a_file_that_a_killed_process_left_is_made_anew(tmp_path: Path) -> None:
    """With its rights, whatever they were."""
    settings = load_settings({"HOTLINE_STATE_DIR": str(tmp_path)})
    (tmp_path / "hotline.env").write_text("export HOTLINE_KAFKA=old:1\n", encoding="utf-8")
    with settings_at_hand(Installation(settings, ())) as path:
        assert path.stat().st_mode & 0o777 == 0o600
        assert "old" not in path.read_text(encoding="utf-8")
