"""Starts the platform in the right order, with as much at once as can be, and ends it."""

import asyncio
import itertools
import signal
from collections.abc import Coroutine
from typing import Any

import httpx2

from cairn.platform import encode
from cairn_development.private import write_private
from cairn_local import jars
from cairn_local.banner import banner
from cairn_local.checks import check_ports, check_room
from cairn_local.errors import PlatformError
from cairn_local.first_run import Cast, introduce
from cairn_local.folder import Folder
from cairn_local.kafka import Kafka
from cairn_local.lock import hold
from cairn_local.processes import Program, run, run_visibly
from cairn_local.programs import (
    DEVELOPMENT,
    GATEWAY,
    PREPARE,
    PROJECTOR,
    WITH_DATABASE,
    Programs,
)
from cairn_local.readiness import http_problem
from cairn_local.report import Report
from cairn_local.settings import HOST, SERVICES, Settings
from cairn_local.supervisor import Supervisor, end_left_over
from chassis.provision import provision

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# What uses a program ends before it.
STOP_ORDER = ((GATEWAY, PROJECTOR, *SERVICES, DEVELOPMENT), ("kafka",), ("postgres",))


async def up(settings: Settings) -> None:
    """Start everything and keep it running until told to stop.

    Raises PlatformError where something stands in the way; what had been started is ended again.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in STOP_SIGNALS:
        loop.add_signal_handler(each, stop.set)
    report = Report()
    folder = Folder(settings.data.absolute())
    folder.make()
    with hold(folder.lock, settings) as earlier:
        left_over = end_left_over(folder)
        if earlier or left_over:
            names = ", ".join(left_over) or "none"
            report.say(f"An earlier start was cut short. Its programs that still ran: {names}.")
        check_room(folder.path)
        check_ports(settings)
        folder.keep_previous_logs()
        platform = Platform(settings, folder, report)
        try:
            if await _unless(stop, platform.start()) and await _unless(stop, platform.play()):
                report.say(banner(settings))
                if platform.cast.introduction.exists():
                    report.say(introduce(platform.cast, settings))
                await stop.wait()
        finally:
            with report.step("stopping", "Stopped"):
                await platform.stop()


class Platform:
    def __init__(self, settings: Settings, folder: Folder, report: Report) -> None:
        self._settings = settings
        self._folder = folder
        self._report = report
        self._programs = Programs(settings, folder)
        self._postgres = self._programs.postgres
        self._kafka = Kafka(folder.kafka, settings.kafka_port, settings.kafka_controller_port)
        self._supervisor = Supervisor(folder, report.say)
        self.cast = Cast(settings, folder.sample)

    async def start(self) -> None:
        write_private(self._folder.platform, encode(self._programs.platform_file()))
        try:
            async with httpx2.AsyncClient() as http:
                await self._start_in_order(http)
        except ExceptionGroup as group:
            problems, others = group.split(PlatformError)
            if problems is None or others is not None:
                raise
            raise PlatformError("\n".join(str(each) for each in problems.exceptions)) from None

    async def play(self) -> None:
        """On the first start, load the sample network and play the main job on it."""
        if self.cast.introduction.exists() or not self._settings.sample_people:
            return
        self._report.say("The first start: a sample network, and the main job played on it.")
        await run_visibly(self._programs.play())

    async def stop(self) -> None:
        for names in STOP_ORDER:
            await self._supervisor.stop(names)

    async def _start_in_order(self, http: httpx2.AsyncClient) -> None:
        async with asyncio.TaskGroup() as together:
            together.create_task(self._start_postgres())
            together.create_task(self._start_kafka())
            together.create_task(self._start_development(http))
        # A reaction acts on what happens after it was prepared: all are, before anything happens.
        with self._report.step("databases and topics", "Databases and topics"):
            await run(self._programs.prepare(), self._folder.log(PREPARE))
        programs = [self._programs.serve(service) for service in WITH_DATABASE]
        async with asyncio.TaskGroup() as together:
            for program in (*programs, self._programs.project()):
                together.create_task(self._start(program, http))

    async def _start_postgres(self) -> None:
        with self._report.step("PostgreSQL", f"PostgreSQL at {HOST}:{self._postgres.port}"):
            await self._postgres.initialise(self._folder.log("postgres"))
            await self._supervisor.start(self._postgres.program, self._postgres.problem)
            for service in WITH_DATABASE:
                passwords = self._programs.database_passwords(service)
                await provision(self._postgres.dsn, service, passwords)

    async def _start_kafka(self) -> None:
        await self._fetch_jars()
        with self._report.step("Kafka", f"Kafka at {self._kafka.address}"):
            await self._kafka.initialise(self._folder.log("kafka"))
            await self._supervisor.start(self._kafka.program, self._kafka.problem)

    async def _fetch_jars(self) -> None:
        missing = await asyncio.to_thread(jars.missing)
        if not missing:
            return
        self._report.say(f"Downloading Kafka: {len(missing)} jars, once, into {jars.folder()}")
        count = itertools.count(1)
        with self._report.step("downloading Kafka", "Kafka downloaded") as show:
            await asyncio.to_thread(
                jars.fetch, missing, lambda _: show(f"{next(count)} of {len(missing)}")
            )

    async def _start_development(self, http: httpx2.AsyncClient) -> None:
        with self._report.step("token issuer and mail sink", "Token issuer and mail sink"):
            address = f"{self._settings.issuer}/jwks.json"
            await self._supervisor.start(
                self._programs.development(), lambda: http_problem(http, address)
            )

    async def _start(self, program: Program, http: httpx2.AsyncClient) -> None:
        port = self._settings.port_of(program.name)
        with self._report.step(program.name, f"{program.name} at {HOST}:{port}"):
            address = f"http://{HOST}:{port}/readyz"
            await self._supervisor.start(program, lambda: http_problem(http, address))


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do the work, but give it up when told to stop; whether it was done."""
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not working.done():
        working.cancel()
        await asyncio.wait([working])
        return False
    await working
    return True
