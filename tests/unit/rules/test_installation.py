"""A database has one city and one pair of keys; whoever comes with others is told what to set."""

import pytest

from dispatcher.rules.installation import Fact, misfit, misfit_of_tickets

NOTED = {Fact.PROFILE: "shouguang", Fact.TICKET_PREFIX: "SG", Fact.VAULT_KEY: "0a1b2c3d", Fact.INDEX_KEY: "4e5f6a7b"}
CITY_ALONE = {Fact.PROFILE: "shouguang", Fact.TICKET_PREFIX: "SG"}


@pytest.mark.parametrize("ours", [NOTED, CITY_ALONE])
def test_the_same_city_with_the_same_keys_or_none_at_hand_is_welcome(ours):
    """An exporter needs no keys, so it need not be given them."""
    assert misfit(NOTED, ours) is None


def test_a_key_is_compared_only_once_it_is_noted():
    """A database may have been migrated by who had no keys."""
    assert misfit(CITY_ALONE, NOTED) is None


@pytest.mark.parametrize(
    ("ours", "named"),
    [
        ({Fact.PROFILE: "haikou-default", Fact.TICKET_PREFIX: "HK"}, ("haikou-default", "HK…")),
        ({Fact.PROFILE: "shouguang", Fact.TICKET_PREFIX: "SH"}, ("SH…",)),
        ({Fact.PROFILE: "shouguang-east", Fact.TICKET_PREFIX: "SG"}, ("shouguang-east",)),
    ],
)
def test_another_city_is_refused_with_both_names(ours, named):
    """Who reads it sees which city the database has, and which one the process was told."""
    reason = misfit(NOTED, ours)

    assert all(word in reason for word in ("profile shouguang", "SG…", "HOTLINE_PROFILE", *named))


@pytest.mark.parametrize(("fact", "variable"), [(Fact.VAULT_KEY, "HOTLINE_VAULT_KEY"), (Fact.INDEX_KEY, "HOTLINE_INDEX_KEY")])
def test_another_key_is_refused_by_its_variable(fact, variable):
    """The other key is not blamed."""
    assert misfit(NOTED, NOTED | {fact: "ffffffff"}).startswith(f"{variable} is not the key")


@pytest.mark.parametrize("prefixes", [[], ["SG"], ["HK", "SG"]])
def test_a_database_that_was_never_noted_is_ours_by_its_tickets(prefixes):
    """None yet, or some with our letters."""
    assert misfit_of_tickets(prefixes, NOTED) is None


def test_a_database_with_other_tickets_alone_is_refused():
    """With the letters that were found and our own."""
    reason = misfit_of_tickets(["BJ", "HK"], NOTED)

    assert all(word in reason for word in ("tickets BJ…, HK…", "shouguang", "SG…"))
