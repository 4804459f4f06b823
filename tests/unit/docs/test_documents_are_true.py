"""The documents name only what exists, and what exists is named."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

import hotline
from config.settings import VARIABLES
from hotline.__main__ import COMMANDS, EXIT_INTERRUPTED, EXIT_TRY_LATER, EXIT_USAGE, main
from models.codes import Fate, TicketState
from streams.settling import EXIT_BUG
from streams.topics import declared_topics

ROOT = Path(__file__).parents[3]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
OPERATIONS = ROOT / "docs" / "operations.md"
DOCUMENTS = (
    *READMES,
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "config" / "profiles").glob("*/README.md")),
)
DEPLOYED = sorted((ROOT / "deploy").rglob("hotline*"))
SERVICES = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))

_FENCE = re.compile(r"^```[a-z]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_VARIABLE = re.compile(r"\bHOTLINE_[A-Z][A-Z_]*[A-Z]\b")
_TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
_MAKE = re.compile(r"(?:^|&& )make ((?:[a-z-]+ ?)+)")

# A call of the program, at the start of a line or after settings, a folder or a shell's "and"; operations.md calls it hl.
_CALL = re.compile(r"(?:^hl |(?:^|&& |/|[A-Z_]=\S* )hotline )([a-z][^|>;&#]*)")


def code_of(document: Path) -> Iterator[str]:
    """Yield each line of code that a document shows, in blocks and between backticks."""
    text = document.read_text(encoding="utf-8")
    for block in _FENCE.findall(text):
        yield from block.replace("\\\n", " ").splitlines()
    yield from _SPAN.findall(_FENCE.sub("", text))


def calls_of(document: Path) -> Iterator[list[str]]:
    """Yield the words of each call of ``hotline`` that a document shows."""
    for line in code_of(document):
        for call in _CALL.findall(line):
            yield shlex.split(call)


def targets_of(document: Path) -> set[str]:
    """Return the make targets that a document shows."""
    return {target for line in code_of(document) for words in _MAKE.findall(line) for target in words.split()}


def links_of(document: Path) -> set[str]:
    """Return the relative links of a document, without what follows the file's name."""
    links = _LINK.findall(document.read_text(encoding="utf-8"))
    return {link.partition("#")[0] for link in links if not link.startswith(("http://", "https://", "#"))}


def rows_of(document: Path) -> Iterator[list[str]]:
    """Yield the cells of each line of a document's tables."""
    for line in document.read_text(encoding="utf-8").splitlines():
        if line.startswith("|"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def help_of(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return what the program says of a command and of its act, where it has acts."""
    command = words[:1]
    if words[0] in ("knowledge", "matrix", "model", "unit", "user"):
        command = words[:2]
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0, f"hotline {' '.join(command)}"
    return said


def name_of(document: Path) -> str:
    """Return a document's path as a test's id."""
    return str(document.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_command_in_a_document_exists_with_its_options(document, capsys):
    """Whoever copies a command from a document gets no "unknown command" and no "unknown option"."""
    for words in calls_of(document):
        assert words[0] in COMMANDS, f"hotline {' '.join(words)}"
        known = help_of(words, capsys)
        for option in (word for word in words if word.startswith("--")):
            assert option in known, f"hotline {' '.join(words)}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_make_target_in_a_document_exists(document):
    """Whoever copies a make command gets no "No rule to make target"."""
    known = set(_TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))

    assert targets_of(document) <= known


def test_contributing_names_every_make_target():
    """The page for developers leaves no target out, but for the one that lists them."""
    known = set(_TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))

    assert targets_of(ROOT / "CONTRIBUTING.md") == known - {"help"}


@pytest.mark.parametrize("document", [*DOCUMENTS, *DEPLOYED], ids=name_of)
def test_every_setting_in_a_document_is_read(document):
    """A variable that a document tells the administrator to set is one that the program knows."""
    assert set(_VARIABLE.findall(document.read_text(encoding="utf-8"))) <= VARIABLES


def test_operations_explains_every_setting():
    """The administrator finds each variable in the table of settings, once."""
    explained = [cells[0].strip("`") for cells in rows_of(OPERATIONS) if cells[0].startswith("`HOTLINE_")]

    assert sorted(explained) == sorted(VARIABLES)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_leads_somewhere(document):
    """No reader of the repository meets a dead link."""
    missing = {link for link in links_of(document) if not (document.parent / link).exists()}

    assert not missing


def test_both_readmes_list_every_command():
    """A Chinese reader learns of the same commands as an English one, and of all."""
    tables = [
        [cells[0].strip("`").split()[1] for cells in rows_of(readme) if cells[0].startswith("`hotline ")] for readme in READMES
    ]

    assert tables[0] == tables[1]
    assert sorted(tables[0]) == sorted(COMMANDS)


def test_both_readmes_have_two_set_up_commands():
    """Nobody needs more than "make run" to try the product and "make test" to check it."""
    for readme in READMES:
        blocks = [block.strip() for block in _FENCE.findall(readme.read_text(encoding="utf-8"))]
        assert [block for block in blocks if "\n" not in block] == ["make run", "make test"]


def test_both_readmes_lead_to_the_same_pages():
    """What one README links to, the other links to as well; each links to the other."""
    english, chinese = (links_of(readme) for readme in READMES)

    assert english - {READMES[1].name} == chinese - {READMES[0].name}
    assert READMES[1].name in english
    assert READMES[0].name in chinese


def test_the_changelog_and_the_readmes_speak_of_this_version():
    """The newest release of the changelog is the one that the program calls itself."""
    releases = re.findall(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert releases[0] == hotline.__version__
    for readme in READMES:
        assert re.search(rf"^## .*{re.escape(hotline.__version__)}$", readme.read_text(encoding="utf-8"), re.MULTILINE)


def test_operations_explains_every_alarm():
    """Whoever is woken by an alarm finds what it means."""
    rules = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "config" / "prometheus" / "rules").glob("*.yml"))
    alarms = re.findall(r"- alert: (\w+)", rules)
    explained = [name for cells in rows_of(OPERATIONS) for name in re.findall(r"`(Hotline\w+)`", cells[0])]

    assert sorted(explained) == sorted(alarms)
    assert alarms


def test_operations_tells_the_topics_as_they_are_declared():
    """Names, partitions and retention in the administrator's table are those that the program makes."""
    told = {
        re.findall(r"`([^`]+)`", cells[0])[0]: cells[2:] for cells in rows_of(OPERATIONS) if cells[0].startswith("`hotline.")
    }
    declared = {
        spec.name: [str(spec.partitions), f"{spec.retention.days} day{'s' if spec.retention.days > 1 else ''}"]
        for spec in declared_topics(["<unit code>"])
    }

    assert told == declared


def test_operations_tells_every_exit_code():
    """Whoever writes a service file finds the codes that our processes end with."""
    told = {int(cells[0]) for cells in rows_of(OPERATIONS) if cells[0].isdigit()}

    assert told == {0, 1, EXIT_USAGE, EXIT_BUG, EXIT_TRY_LATER, EXIT_INTERRUPTED}


@pytest.mark.parametrize("service", SERVICES, ids=name_of)
def test_every_service_file_starts_a_command(service):
    """A service file starts what the program has, and the administrator's page names the file."""
    text = service.read_text(encoding="utf-8")
    started = re.findall(r"^ExecStart=.*/hotline ([a-z]+)", text, re.MULTILINE)

    assert len(started) == text.count("ExecStart=")
    assert set(started) <= COMMANDS.keys()
    assert f"`{service.name}`" in OPERATIONS.read_text(encoding="utf-8")


def test_the_example_of_settings_holds_all_that_processes_share():
    """Two settings stand elsewhere: a console's port in its service file, the owner's address in a file of its own."""
    example = (ROOT / "deploy" / "hotline.env.example").read_text(encoding="utf-8")
    named = re.findall(r"^(HOTLINE_\w+)=", example, re.MULTILINE)

    assert sorted(named) == sorted(VARIABLES - {"HOTLINE_CONSOLE_PORT", "HOTLINE_OWNER_DATABASE_URL"})


def test_the_glossary_tells_every_state_and_every_fate():
    """The words for where a ticket stands, and for what became of a contact, are those of the program."""
    told = [cells for cells in rows_of(ROOT / "docs" / "glossary.md") if re.fullmatch(r"`[a-z_]+`", cells[0])]
    names = [cells[0].strip("`") for cells in told]

    assert sorted(names) == sorted([*(state.value for state in TicketState), *(fate.value for fate in Fate)])
    assert {cells[0].strip("`"): cells[1] for cells in told}.items() >= {(fate.value, fate.label) for fate in Fate}


@pytest.mark.parametrize("decision", DECISIONS, ids=name_of)
def test_every_decision_tells_its_situation_its_choice_and_its_price(decision):
    """Who questions a choice finds why it was taken and what it costs, under a number of its own."""
    text = decision.read_text(encoding="utf-8")
    number = decision.name[:4]

    assert text.startswith(f"# {number} ")
    assert [other.name for other in DECISIONS if other.name.startswith(number)] == [decision.name]
    assert text.index("**Situation.**") < text.index("**Choice.**") < text.index("**What we give up.**")
