"""Contacts per second and latency through the whole pipe, with the processor time that each process took.

Everything is real: embedded PostgreSQL with fsync on, the embedded broker or Apache Kafka, relay and workers as processes of
their own, and a consumer that reads every unit's topic. All of it, the load included, shares this machine's cores.
"""

import argparse
import asyncio
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.machine import machine
from bench.processor_time import ProcessorTime
from config.settings import Settings, load_settings
from hotline.bootstrap import bootstrap_of, migrate, open_dispatcher
from hotline.embedded.installation import Installation, installation
from hotline.model_at_hand import ensure_model
from hotline.production import production, wait_for_workers
from hotline.sample_contacts import corpus_contacts
from hotline.selfcheck import Outcome, selfcheck
from models.contact import PersonalData, Submission
from streams.unit_reader import UnitReader

_WARM_UP = 200
_SHUFFLE_SEED = 12345


def main() -> None:
    """Measure the asked rates, one after another, each on a fresh installation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--broker", choices=("embedded", "apache"), default="embedded")
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each run (default: %(default)s)")
    parser.add_argument("--rates", type=float, nargs="+", default=[100.0, 500.0], help="contacts a second offered")
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    print(machine())
    print(f"broker {arguments.broker}, {arguments.workers} worker(s), {arguments.seconds:g} s a run\n")
    print("| offered /s | settled /s | p50 ms | p99 ms | lost | doubled | processor ms per contact |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for rate in arguments.rates:
        _measure(arguments, rate)


def _measure(arguments: argparse.Namespace, rate: float) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="hotline-bench-") as scratch,
        _services(arguments.broker, Path(scratch)) as settings,
    ):
        shared_models = Path("var/bench-artifacts").resolve()
        with installation(replace(settings, state_dir=Path(scratch), artifact_dir=shared_models)) as installed:
            migrate(installed.settings)
            ensure_model(installed.settings)
            with production(installed, workers=arguments.workers, others=()):
                wait_for_workers(installed, workers=arguments.workers)
                outcome, spent = asyncio.run(_send(installed, rate, int(rate * arguments.seconds)))
    shares = ", ".join(f"{name} {milliseconds:.2f}" for name, milliseconds in spent.items())
    latency = outcome.latency_ms
    print(
        f"| {rate:g} | {outcome.contacts_per_second:g} | {latency['p50']} | {latency['p99']} "
        f"| {outcome.lost} | {outcome.doubled} | {shares} |",
        flush=True,
    )


@contextmanager
def _services(broker: str, scratch: Path) -> Iterator[Settings]:
    settings = load_settings({})
    if broker == "embedded":
        yield settings
        return
    from tests.services.apache_kafka import ApacheKafka, kafka_classpath  # noqa: PLC0415  only this run needs Java

    with ApacheKafka(scratch / "kafka", classpath=kafka_classpath()) as kafka:
        yield replace(settings, kafka=kafka.bootstrap)


async def _send(installed: Installation, rate: float, amount: int) -> tuple[Outcome, dict[str, float]]:
    async with open_dispatcher(installed.settings) as dispatcher:
        profile, clock = dispatcher.city.profile, dispatcher.clock
        with UnitReader(bootstrap_of(installed.settings), list(profile.units), clock=clock) as reader:
            warm_up = _contacts(installed.settings.profile, _WARM_UP, "warm-up")
            await selfcheck(warm_up, dispatcher, reader, confirm=False)
            contacts = _contacts(installed.settings.profile, amount, "load")
            with ProcessorTime() as spent:
                outcome = await selfcheck(contacts, dispatcher, reader, rate=rate, confirm=False, patience=timedelta(minutes=5))
    return outcome, {name: seconds * 1000 / amount for name, seconds in spent.by_process().items()}


def _contacts(profile: str, amount: int, run: str) -> list[Submission]:
    """The seed corpus again and again, each time from other callers, in a mixed order."""
    corpus = list(corpus_contacts(profile, now=datetime.now(UTC)))
    random.Random(_SHUFFLE_SEED).shuffle(corpus)  # noqa: S311  an order to repeat, not a secret
    return [
        replace(
            corpus[number % len(corpus)],
            source_id=f"{run}-{number}",
            personal=PersonalData(openid=f"{run}-{number}"),
        )
        for number in range(amount)
    ]


if __name__ == "__main__":
    main()
