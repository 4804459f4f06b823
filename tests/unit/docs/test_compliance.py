"""docs/compliance.md: every clause says what does it, and every proof that it names exists."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "compliance.md"
ANSWERS = frozenset({"Yes", "Part", "Not yet", "No"})

_PROOF = re.compile(r"`(tests/[^`]+)`")


def rows() -> Iterator[list[str]]:
    """Yield clause, answer, feature and proofs of each line of the table."""
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[1] in ANSWERS:
            yield cells


def proofs() -> list[str]:
    """Return every proof that the table names."""
    return [proof for *_, named in rows() for proof in _PROOF.findall(named)]


@cache
def named_tests(path: Path) -> frozenset[str]:
    """Return the tests of a file as pytest names them."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        found |= {f"{prefix}{each.name}" for each in inner if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
    return frozenset(found)


@pytest.mark.parametrize("proof", proofs())
def test_every_proof_exists(proof):
    """A test by its file and name, or a story with its expectation."""
    name, _, test = proof.partition("::")
    path = ROOT / name

    assert path.is_file(), proof
    if path.suffix == ".py":
        assert test in named_tests(path), proof
    else:
        assert path.with_suffix(".expect.json").is_file(), proof


def test_what_is_claimed_is_proven():
    """A clause that is met names its proof; one for which nothing is built names none."""
    table = list(rows())

    assert len(table) >= 17
    assert len({clause for clause, *_ in table}) == len(table)
    for clause, answer, feature, named in table:
        assert feature, clause
        assert bool(_PROOF.findall(named)) is (answer in {"Yes", "Part"}), clause
