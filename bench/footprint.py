"""``python -m bench.footprint PROFILE_DIR MODEL_DIR``: resident megabytes with model and profile, then after one batch."""

import sys
from pathlib import Path

from classifiers.artifact import load_artifact
from config.profiles import load_profile
from hotline.bootstrap import understander_of

_BATCH = ["小区门口的路灯坏了三天了，晚上黑漆漆的，" * 7] * 500


def main(profile_directory: Path, model_directory: Path) -> None:
    """Print both figures."""
    profile = load_profile(profile_directory)
    understander = understander_of(profile, load_artifact(model_directory, profile.categories))
    loaded = _resident_megabytes()
    understander.understand(_BATCH)
    print(f"{loaded:.1f} {_resident_megabytes():.1f}")


def _resident_megabytes() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    (kilobytes,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(kilobytes) / 1000


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
