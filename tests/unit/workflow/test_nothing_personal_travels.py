"""Every message of every workflow, searched for what names the citizen (decision 6)."""

import orjson
import pytest

from dispatcher.ports import DeadLetter
from dispatcher.workflow import announce
from dispatcher.workflow.commands import run_command
from dispatcher.workflow.intake import Intake
from dispatcher.workflow.receive import receive
from models.codes import Urgency
from models.command import CommandKind
from models.contact import MAX_TEXT, PersonalData
from models.message import Topic
from models.ticket import EventKind
from streams.decode import contact_from_bytes
from tests.builders import (
    LAMPS,
    MONDAY,
    NAME,
    OPENID,
    OPERATOR,
    PHONE,
    POSITION,
    SUPERVISOR,
    WATER,
    a_city,
    a_command,
    a_record,
    a_submission,
    an_understanding,
)
from tests.fakes import FixedClock, MemoryStore, OpenVault, Understands

SPOKEN = "幺三九" + "零零零零" + "零零零幺"
TOLD = f"我是{NAME}，电话{PHONE}，也可以打{SPOKEN}，微信{OPENID}。"
PERSONAL = PersonalData(phone=PHONE, name=NAME, openid=OPENID, recording="rec-0001.wav")
SECRETS = (PHONE, SPOKEN, NAME, OPENID, "rec-0001", PHONE[:3] + "-" + PHONE[3:7])


def everybody_speaks(lamp, leak, unclear, other, third):
    """Return every command of a ticket's life, each with words that name the citizen."""
    said = f"已电话{PHONE}联系，也打了{SPOKEN}"
    written = f"联系人：{NAME}，微信{OPENID}，已告知"  # a reply with the number itself is refused
    report = {"investigation": written, "result": written, "basis": written, "contacted": True}
    return [
        (other, CommandKind.LINK, OPERATOR, {"to": lamp}),
        (other, CommandKind.UNLINK, OPERATOR, {}),
        (other, CommandKind.LINK, OPERATOR, {"to": lamp}),
        (lamp, CommandKind.RETURN, LAMPS, {"reason": "R1", "basis": said}),
        (lamp, CommandKind.REJECT_RETURN, SUPERVISOR, {"reason": said}),
        (lamp, CommandKind.CONTACT_CITIZEN, LAMPS, {}),
        (lamp, CommandKind.REQUEST_EXTENSION, LAMPS, {"working_days": 2, "reason": said}),
        (lamp, CommandKind.REFUSE_EXTENSION, SUPERVISOR, {"reason": said}),
        (lamp, CommandKind.REQUEST_EXTENSION, LAMPS, {"working_days": 2, "reason": said}),
        (lamp, CommandKind.APPROVE_EXTENSION, SUPERVISOR, {}),
        (lamp, CommandKind.APPROVE_COMPLEX, SUPERVISOR, {"reason": said}),
        (lamp, CommandKind.PAUSE, LAMPS, {"reason": f"待诉求人补充材料，{said}"}),
        (lamp, CommandKind.RESUME, LAMPS, {}),
        (lamp, CommandKind.NUDGE, OPERATOR, {"reason": said}),
        (lamp, CommandKind.CHANGE_URGENCY, OPERATOR, {"urgency": "紧急", "reason": said}),
        (lamp, CommandKind.SUPERVISE, SUPERVISOR, {"reason": said}),
        (lamp, CommandKind.REPLY, LAMPS, report),
        (lamp, CommandKind.FAIL_REVIEW, SUPERVISOR, {"reason": said}),
        (lamp, CommandKind.REPLY, LAMPS, report),
        (lamp, CommandKind.PASS_REVIEW, SUPERVISOR, {}),
        (lamp, CommandKind.CALL_BACK, OPERATOR, {"reached": True, "responded": True, "solved": False, "reason": said}),
        (lamp, CommandKind.REPLY, LAMPS, report),
        (lamp, CommandKind.PASS_REVIEW, SUPERVISOR, {}),
        (lamp, CommandKind.RATE, OPERATOR, {"rating": "满意", "reason": said}),
        (lamp, CommandKind.ARCHIVE, SUPERVISOR, {}),
        (leak, CommandKind.RETURN, WATER, {"reason": "R2", "basis": said}),
        (leak, CommandKind.ACCEPT_RETURN, SUPERVISOR, {}),
        (leak, CommandKind.DISPATCH, OPERATOR, {"unit": "U-LAMP", "co_units": ["U-WATER"]}),
        (leak, CommandKind.SIGN, LAMPS, {}),
        (leak, CommandKind.OVERRIDE_CO_REPLY, LAMPS, {"reason": said}),
        (leak, CommandKind.CO_REPLY, WATER, report),
        (leak, CommandKind.WITHDRAW, OPERATOR, {"reason": said}),
        (third, CommandKind.LINK, OPERATOR, {"to": unclear}),
        (unclear, CommandKind.ANSWER, OPERATOR, {"text": said, "article": said}),
        (third, CommandKind.CONSULT, SUPERVISOR, {"reason": said}),
        (third, CommandKind.CONSULT_DECIDE, SUPERVISOR, {"lead": "U-LAMP", "basis": said}),
    ]


async def everything_that_can_be_said():
    """Run a citizen's contacts through every workflow and return all messages."""
    store, vault, clock, city = MemoryStore(), OpenVault(), FixedClock(), a_city()
    understand = Understands(
        {
            "漏气": an_understanding("0805", urgency=Urgency.CRITICAL, alarm="漏气", address="和平路3号"),
            "看不清": an_understanding("0703", 0.4),
        }
    )
    intake = Intake(
        city=city, understand=understand, open_work=store.open_work, reserve_numbers=store.reserve_numbers, clock=clock
    )
    said = ("路灯坏了", "漏气了快来。", "看不清说的什么", "看不清这个也是另一件事情", "看不清更不知道要怎么办", "")
    texts = [f"{TOLD}{what}" for what in said]
    submissions = [a_submission(str(n), text, personal=PERSONAL) for n, text in enumerate(texts)]
    submissions += [a_submission("6", texts[0], personal=PERSONAL), a_submission("7", TOLD * MAX_TEXT, personal=PERSONAL)]
    await receive(submissions, city=city, vault=vault, open_work=store.open_work, clock=clock)
    contacts = [
        contact_from_bytes(orjson.dumps(message.envelope())) for message in store.messages if message.topic == Topic.CONTACTS
    ]
    records = [a_record(n, contact) for n, contact in enumerate(contacts)]
    letter = DeadLetter("somewhere", "malformed", "9 bytes that are not JSON", TOLD.encode(), MONDAY)
    records.append(a_record(len(records), None, letter))
    await intake.settle(POSITION, await intake.understand(records))

    async def act(ticket_no, kind, actor, **data):
        clock.advance(minutes=1)
        command = a_command(store.tables.tickets[ticket_no], kind, actor, data)
        await run_command(command, city=city, open_work=store.open_work, clock=clock)

    numbers = list(store.tables.tickets)
    by_text = {store.tables.tickets[number].text[-4:]: number for number in numbers}
    ends = ("路灯坏了", "了快来。", "说的什么", "一件事情", "要怎么办")
    lamp, leak, unclear, other, third = (by_text[end] for end in ends)
    for ticket_no, kind, actor, data in everybody_speaks(lamp, leak, unclear, other, third):
        await act(ticket_no, kind, actor, **data)
    await act(other, CommandKind.CLOSE, OPERATOR)
    again = [a_submission("8", texts[3], personal=PERSONAL, received_at=clock.now())]
    await receive(again, city=city, vault=vault, open_work=store.open_work, clock=clock)
    told = [message for message in store.messages if message.topic == Topic.CONTACTS][-1]
    contact = contact_from_bytes(orjson.dumps(told.envelope()))
    await intake.settle(POSITION, await intake.understand([a_record(len(records), contact)]))
    declined = [a_submission("9", f"{TOLD}看不清这回说的是天气", personal=PERSONAL, received_at=clock.now())]
    await receive(declined, city=city, vault=vault, open_work=store.open_work, clock=clock)
    told = [message for message in store.messages if message.topic == Topic.CONTACTS][-1]
    contact = contact_from_bytes(orjson.dumps(told.envelope()))
    await intake.settle(POSITION, await intake.understand([a_record(len(records) + 1, contact)]))
    await act(list(store.tables.tickets)[-1], CommandKind.DECLINE, OPERATOR, code="N1")
    return store


@pytest.fixture
async def store():
    """The store after all of it."""
    return await everything_that_can_be_said()


async def test_every_kind_of_message_is_searched(store):
    """The walk leaves none out: each event kind and each other announcement occurs at least once."""
    wanted = {kind.value for kind in EventKind} | {
        announce.CONTACT_RECEIVED,
        announce.DISPATCH_ITEM,
        announce.EMERGENCY,
        announce.DEAD_LETTER,
        announce.NOTICE,
        announce.INCIDENT,
        announce.CONSULTATION,
        "dispatch.nudge",
    }
    # What the timers alone do says nothing.
    wanted -= {EventKind.SELF_SERVICE_ENDED, EventKind.CRITICISED, EventKind.CALENDAR_LOADED}
    assert set(store.kinds()) == wanted


async def test_no_message_names_the_citizen(store):
    """Neither number, spoken number, name, WeChat identity nor recording stands in any envelope or key."""
    for message in store.messages:
        told = f"{message.key} {orjson.dumps(message.envelope()).decode()}"
        assert not [secret for secret in SECRETS if secret in told], message.kind


async def test_no_text_for_a_citizen_names_the_citizen(store):
    """What a citizen is told is stored without number, name and identity, too: these stay in the vault."""
    assert len(store.tables.citizen_messages) > 5
    for message in store.tables.citizen_messages:
        assert not [secret for secret in SECRETS if secret in message.text], message.name


async def test_no_label_of_a_counter_names_the_citizen_or_a_ticket(store):
    """Counters say how many, never who."""
    labels = {label for _, labels in store.tables.rollups for label in labels}

    assert not labels & set(store.tables.tickets)
    assert not [secret for secret in SECRETS for label in labels if secret in label]


async def test_what_happened_is_still_told(store):
    """Redaction leaves the matter: the unit reads about its lamp and how to address the citizen."""
    items = [message for message in store.messages if message.kind == announce.DISPATCH_ITEM]

    assert any("路灯坏了" in item.data["content"] for item in items)
    assert {item.data["caller"]["salutation"] for item in items} == {"符先生/女士"}
