"""``hotline up``."""

import argparse
import asyncio
import os
import shlex
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from hotline.commands import Subparsers

if TYPE_CHECKING:
    from config.settings import Settings
    from hotline.demonstration import Login
    from hotline.embedded.installation import Installation

_PROCESSES = ("timers", "exporter", "serve")


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "up",
        help="everything embedded, with sample contacts; Ctrl-C stops it",
        description="Start PostgreSQL and a broker where none are configured, apply migrations, train the model when there is "
        "none, and run relay, workers, timers, exporter and console under one supervisor. Sample contacts flow in. "
        "State stays in HOTLINE_STATE_DIR (default: var) and survives a restart. While it runs, `. var/hotline.env` gives "
        "another shell its settings.",
        epilog="example: hotline up --workers 2 --sample-rate 5",
    )
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="worker processes (default: %(default)s)")
    parser.add_argument(
        "--sample-rate",
        type=float,
        default=2.0,
        metavar="N",
        help="sample contacts a second; 0 for none (default: %(default)s)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run until Ctrl-C."""
    from config.settings import load_settings
    from hotline import __version__
    from hotline.embedded.installation import installation
    from hotline.embedded.signals import ending_like_ctrl_c
    from hotline.machine import writable_directory

    settings = load_settings(os.environ)
    settings = replace(settings, state_dir=settings.state_dir.resolve(), artifact_dir=settings.artifact_dir.resolve())
    writable_directory(settings.state_dir, "HOTLINE_STATE_DIR")
    writable_directory(settings.artifact_dir, "HOTLINE_ARTIFACT_DIR")
    with ending_like_ctrl_c():
        print(f"速派 Hotline {__version__} 正在启动：档案 {settings.profile}，状态目录 {settings.state_dir}", flush=True)
        try:
            with installation(_on_free_ports(settings)) as installed:
                _run(arguments, installed)
        except KeyboardInterrupt:
            print("\n已停止；下次启动时所有工单都在。", flush=True)
    return 0


def _run(arguments: argparse.Namespace, installed: "Installation") -> None:
    from hotline.bootstrap import migrate
    from hotline.embedded.installation import settings_at_hand
    from hotline.model_at_hand import ensure_model
    from hotline.production import production

    settings = installed.settings
    migrate(settings)
    print("数据库与消息服务已就绪", flush=True)
    if ensure_model(settings):
        print("分类模型已训练", flush=True)
    with (
        production(installed, workers=arguments.workers, others=_PROCESSES) as children,
        settings_at_hand(installed) as environment,
    ):
        logins = asyncio.run(_prepared(settings))
        _wait_for_doors(settings)
        print(f"\n  控制台  http://{settings.console_host}:{settings.console_port}/")
        print(f"  指标    http://{settings.metrics_host}:{settings.metrics_port}/metrics")
        print(f"  接口    http://{settings.console_host}:{settings.console_port}/docs\n")
        print("  演示账号（密码改过的，以新密码为准）")
        for login in logins:
            print(f"  {login.role}  用户名 {login.username}  密码 {login.password}")
        print(f"\n  在另一个终端里用其他命令之前，先执行：. {shlex.quote(str(environment))}")
        print(f"\n日志在 {settings.state_dir / 'logs'}；按 Ctrl-C 停止。", flush=True)
        if arguments.sample_rate > 0:
            print("示例来件正在流入。", flush=True)
            asyncio.run(_play(settings, arguments.sample_rate))
            print("示例来件已全部受理。", flush=True)
        children.wait()


async def _prepared(settings: "Settings") -> "list[Login]":
    from hotline.bootstrap import open_dispatcher
    from hotline.demonstration import demo_logins, first_articles

    async with open_dispatcher(settings) as dispatcher:
        added = await first_articles(dispatcher)
        if added:
            print(f"知识库已导入 {added} 个起始条目", flush=True)
        return await demo_logins(dispatcher)


async def _play(settings: "Settings", rate: float) -> None:
    from hotline.bootstrap import open_dispatcher
    from hotline.demonstration import play_samples

    async with open_dispatcher(settings) as dispatcher:
        await play_samples(dispatcher, rate=rate)


def _wait_for_doors(settings: "Settings") -> None:
    from datetime import timedelta
    from functools import partial

    from hotline.embedded.patience import came_true
    from hotline.embedded.ports import answers
    from models.errors import TryLater

    for name, port in (("serve", settings.console_port), ("exporter", settings.metrics_port)):
        if not came_true(partial(answers, port), within=timedelta(seconds=60)):
            raise TryLater(f"{name} does not answer; see {settings.state_dir / 'logs' / name}.log")


def _on_free_ports(settings: "Settings") -> "Settings":
    """Move console and metrics to free ports where somebody already listens on theirs."""
    from hotline.embedded.ports import answers, free_port

    if answers(settings.console_port):
        print(f"端口 {settings.console_port} 已被占用，控制台改用空闲端口", file=sys.stderr)
        settings = replace(settings, console_port=free_port())
    if answers(settings.metrics_port):
        print(f"端口 {settings.metrics_port} 已被占用，指标改用空闲端口", file=sys.stderr)
        settings = replace(settings, metrics_port=free_port())
    return settings
