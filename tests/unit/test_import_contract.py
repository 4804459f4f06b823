"""The floors of the house hold: an import that points up is refused by ``make check``."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("models", "config", "classifiers", "dispatcher", "streams", "console", "hotline")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product's modules with its contracts."""
    copy = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=lambda _, names: {n for n in names if _is_no_module(n)})
    shutil.copy(ROOT / "setup.cfg", copy)
    return copy


def _is_no_module(name: str) -> bool:
    return name == "__pycache__" or ("." in name and not name.endswith(".py"))


def _lint(house: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_house_as_it_stands_keeps_its_contracts(house: Path) -> None:
    """The copy is judged as the tree is."""
    judged = _lint(house)
    assert judged.returncode == 0, judged.stdout
    assert "0 broken" in judged.stdout


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("dispatcher/workflow/sign.py", "import psycopg"),
        ("dispatcher/rules/merging.py", "import classifiers.words"),
        ("streams/relay.py", "import dispatcher.store.rows"),
        ("console/app.py", "import streams.topics"),
        ("models/ticket.py", "import dispatcher.ports"),
        ("classifiers/words.py", "import config.profiles"),
    ],
)
def test_a_forbidden_import_breaks_the_contract(house: Path, module: str, forbidden: str) -> None:
    """Whoever reaches for the wrong floor is told at once."""
    path = house / module
    before = path.read_text(encoding="utf-8")
    path.write_text(f"{before}\n\n{forbidden}\n", encoding="utf-8")
    try:
        judged = _lint(house)
    finally:
        path.write_text(before, encoding="utf-8")
    assert judged.returncode == 1, judged.stdout
    assert "BROKEN" in judged.stdout


def test_a_process_that_works_loads_nothing_that_only_learning_needs() -> None:
    """A worker, a web server and the timers load no scikit-learn: each is 60 MB smaller without it."""
    asked = "import sys, hotline.bootstrap; print(sorted({'sklearn', 'scipy.optimize'} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"
