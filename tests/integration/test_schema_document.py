"""The readable schema is what the migrations make."""

from pathlib import Path

import pytest

from hotline.embedded.schema import schema

pytestmark = pytest.mark.integration


def test_the_schema_document_is_what_the_migrations_make():
    """docs/schema.sql is never edited by hand: ``make schema`` writes it, and it is not stale."""
    assert (Path(__file__).parents[2] / "docs" / "schema.sql").read_text(encoding="utf-8") == schema()
