"""直接答复: the hotline answers at once, from knowledge, without a unit."""

from typing import Any

from dispatcher import metrics
from dispatcher.workflow.acting import Act
from dispatcher.workflow.tell import tell
from models.codes import Stage, TicketState
from models.knowledge import Article
from models.ticket import EventKind, Ticket


def answer(act: Act) -> Ticket:
    """Close with the hotline's own answer; ``text`` is what the citizen was told, ``article`` the knowledge behind it.

    An article that was looked up stands in the event with title, version and the day on which it held, and the citizen is told
    on whose authority the answer rests. Source: domain.md A.11, 咨询直接答复.
    """
    act.require_state(TicketState.PENDING, TicketState.CLOSED)
    data: dict[str, Any] = {"text": act.text("text"), "article": act.optional_text("article")}
    cited = act.cited.article if act.cited is not None else None
    if cited is not None:
        data |= {"article": cited.reference, "citation": _citation(cited, act)}
    after = act.ticket.moved_to(TicketState.CLOSED, act.at, first_closed_at=act.at)
    act.finish_stage(Stage.DISPATCH, None)
    act.finish_stage(Stage.PROMISE, None)
    act.end_all_work()
    level1 = act.city.category(act.ticket.category_code).level1_code
    act.effects.increments.append(metrics.count(metrics.DIRECT_ANSWERS, level1))
    if cited is not None:
        tell(after, "direct_answer", city=act.city, effects=act.effects, at=act.at, text=data["text"], **told_source(cited))
    return act.record(after, EventKind.ANSWERED, data)


def told_source(article: Article) -> dict[str, str]:
    """Return how a citizen is told on whose authority an answer rests, as fields of a message."""
    return {"article": article.title, "reference": article.reference, "source": str(article.source)}


def _citation(article: Article, act: Act) -> dict[str, Any]:
    return {
        "id": article.article_id,
        "version": article.version,
        "title": article.title,
        "source": str(article.source),
        "valid_on": act.city.local(act.at).date().isoformat(),
        "valid_to": article.valid_to.isoformat() if article.valid_to else None,
    }
