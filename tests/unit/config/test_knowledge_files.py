"""Every mistake in the articles of a profile is named."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from config.profiles import check_knowledge, check_profile, find_profile, load_articles
from models.errors import BadProfile

TODAY = date(2026, 5, 18)

GOOD = """\
[[articles]]
id = "KB-A1-01"
version = 2
title = "占道经营找谁反映"
answer = "请拨打12345，说明地点和时间。"
body = "城市管理部门会到现场查看。"
valid_from = 2026-01-01
valid_to = 2026-12-31
categories = ["A1"]
keywords = ["占道", "摆摊"]
source = { office = "寿光市综合行政执法局", document = "市容管理办法", date = 2025-03-01, url = "https://example.org/" }

[[articles]]
id = "KB-A1-02"
version = 1
title = "怎样申请临时摊位"
answer = "向街道办事处申请。"
body = "街道按规划安排。"
valid_from = 2026-01-01
categories = ["A1"]
keywords = ["摊位"]
related = ["KB-A1-01"]
source = { office = "寿光市综合行政执法局", document = "市容管理办法", date = 2025-03-01 }
"""


@pytest.fixture
def write(tmp_path):
    """Write the articles of a good profile, changed in one place, and return the profile's directory."""
    directory = Path(shutil.copytree(find_profile("shouguang"), tmp_path / "town"))
    (directory / "knowledge").mkdir()

    def written(old="", new=""):
        assert old in GOOD
        (directory / "knowledge" / "a.toml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
        return directory

    return written


def test_good_articles_are_loaded_as_they_stand(write):
    """With source, span of validity and links."""
    first, second = load_articles(write())

    assert first.reference == "KB-A1-01@2"
    assert str(first.source) == "寿光市综合行政执法局《市容管理办法》"
    assert (first.valid_to, second.valid_to) == (date(2026, 12, 31), None)
    assert [link.article_id for link in second.links] == ["KB-A1-01"]
    assert check_profile(write(), on=TODAY) == ()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('related = ["KB-A1-01"]', 'related = ["KB-A1-09"]', "KB-A1-02, related: KB-A1-09 is no other article"),
        ('related = ["KB-A1-01"]', 'replaces = ["KB-A1-02"]', "KB-A1-02, replaces: KB-A1-02 is no other article"),
        ('categories = ["A1"]', 'categories = ["Z9"]', "KB-A1-01, categories: 'Z9' is not in taxonomy.csv"),
        ('title = "怎样申请临时摊位"', 'title = "占道经营找谁反映？"', "is nearly that of KB-A1-01"),
        ('office = "寿光市综合行政执法局", ', "", "articles.1.source.office: is missing"),
        ('document = "市容管理办法", ', "", "articles.1.source.document: is missing"),
        (", date = 2025-03-01", "", "articles.1.source.date: is missing"),
        ('"https://example.org/"', '"example.org"', "does not begin with https://"),
        ("valid_to = 2026-12-31", "valid_to = 2026-05-17", "KB-A1-01, valid_to: 2026-05-17 is past"),
        ("valid_to = 2026-12-31", "valid_to = 2025-12-31", "is before valid_from 2026-01-01"),
        ('id = "KB-A1-02"', 'id = "KB-A1-01"', "'KB-A1-01' stands twice"),
        ('id = "KB-A1-02"', 'id = "kb 2"', "is not capital letters and digits with hyphens"),
        ("version = 2", "version = 0", "0 is below 1"),
        ('keywords = ["占道", "摆摊"]', "keywords = []", "articles.1.keywords: is empty"),
        ('answer = "请拨打12345，', f'answer = "{"长" * 300}', "300 at most"),
        ("说明地点和时间", "找13900000001", "holds"),
        ('body = "街道', 'bodies = "街道', "articles.2.bodies: is not a key of this table"),
    ],
)
def test_a_mistake_is_named(write, old, new, problem):
    """By article or file, key and reason."""
    count, problems = check_knowledge(write(old, new), on=TODAY)

    assert count
    assert problem in "\n".join(problems)
    assert problems == tuple(line for line in check_profile(write(old, new), on=TODAY) if line in problems)


def test_wrong_articles_are_not_loaded(write):
    """An import must not bring in half of what was meant."""
    with pytest.raises(BadProfile, match="KB-A1-09"):
        load_articles(write('related = ["KB-A1-01"]', 'related = ["KB-A1-09"]'))


def test_a_profile_may_have_none():
    """Then nothing is looked up and the machine answers no question."""
    assert load_articles(find_profile("shouguang")) == ()


def test_a_profile_has_the_articles_of_the_one_it_extends():
    """As it has its corpus."""
    assert load_articles(find_profile("beijing-like")) == load_articles(find_profile("haikou"))
