"""``hotline knowledge`` as a clerk meets it on the command line; without a database it reads a profile's files."""

import argparse
import json

import pytest

from hotline.commands import knowledge
from models.errors import NotFound, Rejected


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in ("HOTLINE_PROFILE", "HOTLINE_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


def run(*words):
    """Run an act and return its exit code."""
    parser = argparse.ArgumentParser(prog="hotline")
    knowledge.add_parser(parser.add_subparsers(required=True))
    arguments = parser.parse_args(["knowledge", *words])
    return arguments.run(arguments)


def test_a_search_lists_the_best_article_first(capsys):
    """With the sentence that answers."""
    assert run("search", "租房能提公积金吗") == 0
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("KB-0910-02@1")
    assert "租房" in second


def test_a_search_as_json_tells_score_and_hits(capsys):
    """For programs."""
    assert run("search", "居住证签注", "--limit", "1", "--json") == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["article"] == "KB-1601-04@1"
    assert "居住证" in found["hits"]
    assert 0 < found["cover"] <= 1


def test_an_article_is_shown_with_source_and_links(capsys):
    """As text and as JSON."""
    assert run("show", "KB-0910-01") == 0
    shown = capsys.readouterr().out
    assert "国务院《住房公积金管理条例》" in shown
    assert "相关  KB-0910-02" in shown
    assert run("show", "KB-0910-01", "--json") == 0
    (version,) = json.loads(capsys.readouterr().out)
    assert version["source"]["date"] == "2019-03-24"


def test_an_unknown_article_is_not_found():
    """The front door turns it into an exit code."""
    with pytest.raises(NotFound, match="KB-9999"):
        run("show", "KB-9999")


def test_the_articles_are_verified(capsys):
    """Those that we ship are good."""
    assert run("check", "--json") == 0
    checked = json.loads(capsys.readouterr().out)
    assert checked["articles"] >= 60
    assert checked["problems"] == []


@pytest.mark.parametrize("words", [("import",), ("proposals",), ("refuse", "HK20260506P0000124", "--reason", "重复")])
def test_what_changes_the_knowledge_base_needs_one(words):
    """No database, no import."""
    with pytest.raises(Rejected, match="HOTLINE_DATABASE_URL"):
        run(*words)
