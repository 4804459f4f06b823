"""自主服务: a citizen who writes is served by the machine where the machine can (domain.md A.11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dispatcher.ports import (
    CitizenMessage,
    Clock,
    Effects,
    OpenUnitOfWork,
    SealedData,
    Settled,
    Understand,
    UnderstoodTexts,
    UnitOfWork,
    Vault,
)
from dispatcher.rules.deciding import Judgement
from dispatcher.rules.knowing import Found, may_be_answered
from dispatcher.rules.redaction import redact
from dispatcher.rules.routing import Route
from dispatcher.rules.self_service import (
    Talk,
    asked_number,
    begun,
    failed,
    is_other_request,
    last_four,
    number_and_digits,
    rating_of,
    remembered,
    says_too_little,
)
from dispatcher.workflow.acting import Scene
from dispatcher.workflow.announce import title_of
from dispatcher.workflow.answer import told_source
from dispatcher.workflow.city import City
from dispatcher.workflow.commands import carry_out
from dispatcher.workflow.locking import lock_with_leads
from dispatcher.workflow.look_up import Librarian
from dispatcher.workflow.oversee import Overseen
from dispatcher.workflow.receive import admit, door_slot
from dispatcher.workflow.register import open_ticket
from dispatcher.workflow.repeat import add_repeat
from dispatcher.workflow.ring import hand_to_unit
from dispatcher.workflow.satisfaction import DISSATISFIED
from dispatcher.workflow.settle import settle
from dispatcher.workflow.tell import day_text
from dispatcher.workflow.waking import set_rings
from models.codes import DispatchMode, Fate, RequestType, Role, Service, Stage, Urgency
from models.command import Command, CommandKind
from models.contact import Contact, Submission
from models.errors import NotFound, Rejected
from models.knowledge import Citation
from models.profile import Handling
from models.ticket import ENDED_STATES, Actor, Ticket
from models.ticket_number import ticket_number
from models.understanding import Understanding

MACHINE = Actor(Role.SYSTEM, "self-service")
CITIZEN = Actor(Role.CITIZEN, "self-service")
_MOST_OWN = 5


@dataclass(frozen=True, slots=True)
class Tools:
    """What serving needs of the outside."""

    city: City
    understand: Understand
    vault: Vault
    open_work: OpenUnitOfWork
    clock: Clock
    librarian: Librarian | None = None

    def for_one_message(self) -> "Tools":
        """Return tools that understand no text twice: answer and receipt of a message ask for the same words."""
        known: dict[tuple[str, ...], UnderstoodTexts] = {}

        async def understand(texts: Sequence[str]) -> UnderstoodTexts:
            asked = tuple(texts)
            if asked not in known:
                known[asked] = await self.understand(asked)
            return known[asked]

        return replace(self, understand=understand)


async def converse(submission: Submission, tools: Tools, *, menu: str | None = None) -> str | None:
    """Serve a message, or the use of the menu button ``menu``, and return the answer.

    Returns None for an ordinary request, of which nothing was stored: it goes through ``receive``. Returns an empty text for
    a message that was answered before. A question that an article surely answers is answered from it; whoever then writes
    人工 has the question received as a request.

    Raises:
        TryLater: the store is away; nothing was written.
    """
    rule = tools.city.profile.self_service
    word = begun(submission.text, rule.words) if menu is None else _of_menu(rule.menus.get(menu))
    sealed = tools.vault.seal(submission.contact_id, submission.personal)
    now = tools.clock.now()
    found = await _known_answer(submission, tools) if word is None and menu is None else None
    async with tools.open_work() as work:
        talk = remembered(await work.hold_talk(sealed.caller_ref), now, rule)
        question = talk.subject if talk.service is Service.ASK else None
        talk = talk.ended() if talk.service is Service.ASK else talk
        wants_person = word is not None and word[0] is Service.HUMAN
        if wants_person and question is None:
            word, wants_person = None, False  # nothing was asked before: these words mean what they always meant
        if found is not None and talk.service is None:
            word = Service.ASK, submission.text
        if word is None and talk.service is None and await _says_nothing(submission.text, tools):
            word = Service.CLARIFY, submission.text
        if word is None and (talk.service is None or await _is_other_request(talk, submission.text, tools)):
            return None
        effects = Effects()
        asked = replace(submission, text=question) if wants_person and question is not None else submission
        told = _with_more(submission, talk) if word is None else asked
        (receipt,) = await admit(work, [told], effects, city=tools.city, vault=tools.vault, now=now)
        if not receipt.is_new:
            return ""
        if word is None and told is not submission:
            await work.keep_talk(sealed.caller_ref, replace(talk.ended(), told_at=now))
            await work.apply(effects, slot=door_slot(now))
            return await told_receipt(told.text, tools)
        if not wants_person:
            effects.messages.clear()  # nobody else needs to understand it
        turn = _Turn(work, tools, submission, sealed, effects, now, found)
        answer, talk = await turn.answer(talk, word)
        if not effects.settled_contacts and not wants_person:
            settle(Settled(submission.contact_id, Fate.SELF_SERVICE, None, now), effects)
        effects.citizen_messages[:] = [
            CitizenMessage(submission.contact_id, None, submission.channel, "self_service", answer, now)
        ]
        set_rings(effects, city=tools.city, at=now)
        await work.keep_talk(sealed.caller_ref, replace(talk, told_at=now))
        await work.apply(effects, slot=door_slot(now))
    return answer


async def told_receipt(text: str, tools: Tools) -> str:
    """Return what a citizen reads whose request was received; in an emergency that is surely heard first how to be safe."""
    (understanding,) = (await tools.understand([redact(text)])).understandings
    emergency = understanding.emergency_category if understanding.alarm_is_sure else None
    return tools.city.profile.written_receipt(emergency)


async def _known_answer(submission: Submission, tools: Tools) -> Found | None:
    """Return the article that surely answers a message; it is understood only where an article was found."""
    found = await tools.librarian.sure_answer(submission.text) if tools.librarian is not None else None
    if found is None:
        return None
    (understanding,) = (await tools.understand([redact(submission.text)])).understandings
    words = tools.city.profile.type_words
    return found if may_be_answered(submission.text, understanding, found, words) else None


async def _says_nothing(text: str, tools: Tools) -> bool:
    """Return whether a text has too few words to be understood; a word that alarms, or that surely tells what, is enough."""
    if not says_too_little(text):
        return False
    understood = await tools.understand([text])
    (understanding,) = understood.understandings
    is_sure = understanding.best.probability >= understood.bands.automatic and not understanding.out_of_domain
    handling = tools.city.profile.categories[understanding.best.category_code].handling
    return understanding.alarm is None and not (is_sure and handling is Handling.DISPATCH)


def _with_more(submission: Submission, talk: Talk) -> Submission:
    """Return the answer to the question what it is about, behind what the citizen had said before it."""
    if talk.service is not Service.CLARIFY or talk.subject is None:
        return submission
    return replace(submission, text=f"{talk.subject}，{submission.text}")


async def _is_other_request(talk: Talk, text: str, tools: Tools) -> bool:
    """Return whether a text is no answer to what the machine waits for; one about something else names no car."""
    if talk.service is not Service.MOVE_CAR:
        return is_other_request(talk, text)
    understood = await tools.understand([text])
    (understanding,) = understood.understandings
    is_about_cars = understanding.best.category_code == tools.city.profile.self_service.move_car
    is_sure = understanding.best.probability >= understood.bands.automatic
    return understanding.facts.plate is None and is_sure and not is_about_cars


def _of_menu(service: Service | None) -> tuple[Service, str] | None:
    return None if service is None else (service, "")


@dataclass(frozen=True, slots=True)
class _Turn:
    """One message and its answer."""

    work: UnitOfWork
    tools: Tools
    submission: Submission
    sealed: SealedData
    effects: Effects
    now: datetime
    found: Found | None = None

    async def answer(self, talk: Talk, word: tuple[Service, str] | None) -> tuple[str, Talk]:
        service, rest = word if word is not None else (talk.service, self.submission.text)
        match service:
            case Service.MOVE_CAR:
                told = await self._move_car(talk, rest)
            case Service.PROGRESS:
                told = await self._progress(talk, rest, begins=word is not None)
            case Service.CLARIFY:
                told = self._ask_what_about(talk, rest)
            case Service.NUDGE:
                told = await self._nudge(), talk.ended()
            case Service.RATE:
                told = await self._rate(talk, rest)
            case Service.ASK | Service.HUMAN:
                told = await self._from_knowledge(talk)
            case _:
                told = await self._own_tickets(), talk.ended()
        return told

    def _ask_what_about(self, talk: Talk, rest: str) -> tuple[str, Talk]:
        """Ask what the matter is, once, and remember what was said."""
        personal = self.submission.personal
        said = redact(rest, known=(personal.name, personal.phone, personal.openid))
        return self.tools.city.profile.messages["clarify"], replace(talk, service=Service.CLARIFY, subject=said)

    async def _from_knowledge(self, talk: Talk) -> tuple[str, Talk]:
        """Answer from the article that was found, and remember the question; without one a person takes the question."""
        texts = self.tools.city.profile.messages
        if self.found is None:
            return texts["wechat_received"], talk.ended()
        article, on = self.found.article, self.tools.city.local(self.now).date()
        told = texts["known_answer"].format(text=article.answer, **told_source(article))
        cited_in = str(self.submission.contact_id)
        await self.work.knowledge.cite(Citation(cited_in, article.article_id, article.version, on, self.now))
        personal = self.submission.personal
        question = redact(self.submission.text, known=(personal.name, personal.phone, personal.openid))
        return told, replace(talk, service=Service.ASK, subject=question)

    async def _move_car(self, talk: Talk, rest: str) -> tuple[str, Talk]:
        texts, category_code = self.tools.city.profile.messages, self.tools.city.profile.self_service.move_car
        waiting = replace(talk, service=Service.MOVE_CAR, subject=None)
        if not rest:
            return texts["move_car_ask"], waiting
        (understanding,) = (await self.tools.understand([rest])).understandings
        if understanding.facts.plate is None or category_code is None:
            return texts["move_car_plate"], waiting
        earlier = self.tools.city.repeats.same_car(
            self._contact(), understanding, await self.work.open_requests([self.sealed.caller_ref])
        )
        if earlier is not None:
            return await self._asked_again(earlier.ticket_no, understanding), talk.ended()
        if await self._has_moved_enough(category_code):
            return texts["move_car_limit"].format(most=self.tools.city.profile.self_service.most_move_cars), talk.ended()
        ticket = await self._open_move_car(understanding, category_code)
        return texts["move_car_done"].format(ticket_no=ticket.ticket_no), talk.ended()

    async def _has_moved_enough(self, category_code: str) -> bool:
        """Return whether the citizen has had as many cars moved this month as anybody may."""
        city, most = self.tools.city, self.tools.city.profile.self_service.most_move_cars
        month = f"{city.local(self.now):%Y%m}"
        earlier = await self.work.move_cars_of_caller(self.sealed.caller_ref, category_code)
        return sum(f"{city.local(registered_at):%Y%m}" == month for registered_at in earlier) >= most

    async def _asked_again(self, ticket_no: str, understanding: Understanding) -> str:
        """Add the message to the ticket that it repeats; a unit that has it is hurried, a third telling is a matter of 督办."""
        city, texts, contact_id = self.tools.city, self.tools.city.profile.messages, self.submission.contact_id
        ticket = (await self.work.lock_tickets([ticket_no]))[ticket_no]
        about = (await self.work.leads_of([ticket_no])).get(ticket_no)
        settle(Settled(contact_id, Fate.MERGED, ticket_no, self.now, understanding.language), self.effects)
        after = add_repeat(ticket, contact_id, about=about, actor=MACHINE, at=self.now, city=city, effects=self.effects)
        self.effects.changed_tickets.append(after)
        if about is None:
            await Overseen(self.work, self.effects, city, self.now).reported({ticket_no: 1})
        return texts["move_car_again" if after.lead_unit is None else "nudged"].format(ticket_no=ticket_no)

    def _contact(self) -> Contact:
        personal = self.submission.personal
        return Contact(
            contact_id=self.submission.contact_id,
            channel=self.submission.channel,
            text=redact(self.submission.text, known=(personal.name, personal.phone, personal.openid)),
            received_at=self.submission.received_at,
            caller_ref=self.sealed.caller_ref,
            salutation=None,
            asr_confidence=None,
            district=None,
        )

    async def _open_move_car(self, understanding: Understanding, category_code: str) -> Ticket:
        city, contact = self.tools.city, self._contact()
        number = await self.work.reserve_number(f"{city.local(self.now):%Y%m%d}")
        return open_ticket(
            contact,
            understanding,
            Judgement(category_code, RequestType.HELP, Urgency.NORMAL, doubts=(), nuisance=False),
            Route(None, (), "", None),
            district_code=understanding.district_code,
            ticket_no=ticket_number(city.profile.ticket_prefix, city.local(self.now).date(), contact.channel, number),
            actor=MACHINE,
            mode=DispatchMode.AUTO,
            at=self.now,
            city=city,
            effects=self.effects,
            self_service=True,
        )

    async def _progress(self, talk: Talk, rest: str, *, begins: bool) -> tuple[str, Talk]:
        texts = self.tools.city.profile.messages
        waiting = replace(talk, service=Service.PROGRESS)
        if begins or talk.subject is None:
            if not rest:
                return texts["progress_ask_number"], replace(waiting, subject=None)
            asked, digits = number_and_digits(rest)
            number = asked_number(asked)
            if number is None:
                return texts["progress_bad_number"], replace(waiting, subject=None)
            if digits is None and talk.locked_until is None and (own := await self._own_without_phone(number)) is not None:
                return await self._standing(own), talk.ended()
            if digits is None:
                return texts["progress_ask_digits"], replace(waiting, subject=number)
        else:
            number, digits = talk.subject, last_four(rest)
        ticket = await self._verified(number, digits) if talk.locked_until is None else None
        if ticket is None:
            rule = self.tools.city.profile.self_service
            return texts["progress_refused"], failed(talk, self.now, rule)
        return await self._standing(ticket), replace(talk.ended(), failures=0)

    async def _verified(self, ticket_no: str, digits: str | None) -> Ticket | None:
        """Return the ticket if the digits end its caller's number; the same answer whether it exists or not."""
        ticket, phone = await self._with_phone(ticket_no)
        return ticket if digits is not None and phone is not None and phone.endswith(digits) else None

    async def _own_without_phone(self, ticket_no: str) -> Ticket | None:
        """Return the ticket if it is the citizen's own and left no number by which to know him."""
        ticket, phone = await self._with_phone(ticket_no)
        return ticket if ticket is not None and phone is None and ticket.caller_ref == self.sealed.caller_ref else None

    async def _with_phone(self, ticket_no: str) -> tuple[Ticket | None, str | None]:
        try:
            ticket = await self.work.ticket(ticket_no)
            return ticket, self.tools.vault.open(await self.work.sealed_data(ticket.contact_id)).phone
        except NotFound:
            return None, None

    async def _standing(self, ticket: Ticket) -> str:
        city = self.tools.city
        unit = city.profile.units.get(ticket.lead_unit or "")
        deadlines = await self.work.lock_deadlines(ticket.ticket_no)
        promise = next((one.deadline for one in deadlines if one.deadline.stage is Stage.PROMISE), None)
        pause = promise.running_pause if promise is not None and ticket.state not in ENDED_STATES else None
        name = "progress_ended" if ticket.state in ENDED_STATES else "progress_running"
        return city.profile.messages[name].format(
            title=title_of(ticket.text),
            ticket_no=ticket.ticket_no,
            state=ticket.state.label if pause is None else f"暂停（{pause.reason.label}）",
            unit=unit.name if unit else "12345热线",
            date=day_text(promise.due if promise is not None else ticket.registered_at, city),
        )

    async def _own_tickets(self) -> str:
        texts = self.tools.city.profile.messages
        tickets: Sequence[Ticket] = await self.work.tickets_of_caller(self.sealed.caller_ref, _MOST_OWN)
        if not tickets:
            return texts["own_none"]
        lines = [f"{ticket.ticket_no} {ticket.state.label} {title_of(ticket.text)}" for ticket in tickets]
        return "\n".join([texts["own_tickets"], *lines])

    async def _nudge(self) -> str:
        """Hurry whoever has the latest request that somebody still works on; a car that is not moved goes to a unit now."""
        texts = self.tools.city.profile.messages
        for ticket in await self._lock_own():
            by_machine = ticket.self_service
            if await (self._hand_over(ticket) if by_machine else self._command(ticket, CommandKind.NUDGE, {})) is not None:
                return texts["nudged"].format(ticket_no=ticket.ticket_no)
        return texts["nudge_none"]

    async def _rate(self, talk: Talk, rest: str) -> tuple[str, Talk]:
        """Take a rating for the latest request that may be rated, and tell what follows from it."""
        city = self.tools.city
        texts, rating = city.profile.messages, rating_of(rest)
        if rating is None:
            return texts["rate_ask"], replace(talk, service=Service.RATE, subject=None)
        for ticket in await self._lock_own():
            after = await self._command(ticket, CommandKind.RATE, {"rating": rest})
            if after is not None:
                again = "rated_again" if after.round > ticket.round else "rated_supervised"
                name = again if rating in DISSATISFIED else "rated"
                told = texts[name].format(ticket_no=after.ticket_no, unit=city.unit_name(after.lead_unit or ""))
                return told, talk.ended()
        return texts["rate_none"], talk.ended()

    async def _lock_own(self) -> list[Ticket]:
        """Return the citizen's latest requests, the latest first; all are locked in one order before any is acted on."""
        own = await self.work.tickets_of_caller(self.sealed.caller_ref, _MOST_OWN)
        locked = await lock_with_leads(self.work, [ticket.ticket_no for ticket in own])
        return [locked.tickets[ticket.ticket_no] for ticket in own]

    async def _hand_over(self, ticket: Ticket) -> Ticket | None:
        """Give what the machine has to a unit, and return the ticket after it; None where it goes nowhere."""
        deadlines = await self.work.lock_deadlines(ticket.ticket_no)
        after = hand_to_unit(Scene(ticket, MACHINE, self.now, self.tools.city, deadlines, self.effects), ticket)
        if after is ticket:
            return None
        self.effects.changed_tickets.append(after)
        return after

    async def _command(self, ticket: Ticket, kind: CommandKind, data: Mapping[str, object]) -> Ticket | None:
        """Give the citizen's command, and return the ticket after it; None where it did not stand for it."""
        command = Command(ticket.ticket_no, kind, data, CITIZEN, ticket.version)
        try:
            return await carry_out(command, self.work, city=self.tools.city, clock=self.tools.clock)
        except Rejected:
            return None
