"""Which programs make up the platform, and what each is told."""

import os
import sys

from cairn import platform
from cairn_development.settings import AUDIENCE
from cairn_local.folder import Folder
from cairn_local.passwords import Passwords
from cairn_local.postgres import Postgres
from cairn_local.processes import Program, python
from cairn_local.settings import HOST, SERVICES, Settings, variable
from chassis import settings as chassis_settings

GATEWAY = "gateway"
PROJECTOR = "projector"
DEVELOPMENT = "development"
PREPARE = "prepare"
PLAY = "play"
WITH_DATABASE = (*SERVICES, GATEWAY)
ROLES = ("owner", "app", "pipe")


class Programs:
    def __init__(self, settings: Settings, folder: Folder) -> None:
        self._settings = settings
        self._folder = folder
        self._passwords = Passwords(folder.secrets)
        self.postgres = Postgres(
            folder.postgres, settings.postgres_port, self._passwords.of("postgres")
        )

    def development(self) -> Program:
        return self._of_ours(DEVELOPMENT, "cairn_development")

    def prepare(self) -> Program:
        return self._of_ours(PREPARE, "cairn_local", PREPARE)

    def play(self) -> Program:
        return self._of_ours(PLAY, "cairn_local", PLAY)

    def serve(self, service: str) -> Program:
        return python(service, service, "serve", environment=self._environment(service, service))

    def project(self) -> Program:
        environment = self._environment(GATEWAY, PROJECTOR)
        return python(PROJECTOR, GATEWAY, "project", environment=environment)

    def preparation(self, service: str) -> dict[str, str]:
        """What a service's `prepare` is told: the owner's password too, which `serve` is not."""
        owner = {"CAIRN_DATABASE_OWNER": self._dsn(service, "owner")}
        return self._environment(service, service) | owner

    def platform_file(self) -> platform.Platform:
        """What operators' commands are told: each process, with the owner's password too."""
        services = {**{name: name for name in WITH_DATABASE}, PROJECTOR: GATEWAY}
        processes = {
            name: platform.Process(
                command=[sys.executable, "-m", service],
                address=f"http://{HOST}:{self._settings.port_of(name)}",
                environment={
                    **self.preparation(service),
                    "CAIRN_PORT": str(self._settings.port_of(name)),
                },
            )
            for name, service in services.items()
        }
        return platform.Platform(
            kafka=self._settings.kafka, environment=_passed_on(), processes=processes
        )

    def database_passwords(self, service: str) -> dict[str, str]:
        return {role: self._passwords.of(f"{service}_{role}") for role in ROLES}

    def _of_ours(self, name: str, *module: str) -> Program:
        environment = {name: str(port) for name, port, _ in self._settings.ports()}
        environment["CAIRN_DATA"] = str(self._folder.path)
        environment["CAIRN_SAMPLE_PEOPLE"] = str(self._settings.sample_people)
        return python(name, *module, environment=environment)

    def _environment(self, service: str, program: str) -> dict[str, str]:
        return {
            "CAIRN_DATABASE_APP": self._dsn(service, "app"),
            "CAIRN_DATABASE_PIPE": self._dsn(service, "pipe"),
            "CAIRN_KAFKA": self._settings.kafka,
            "CAIRN_HOST": HOST,
            "CAIRN_PORT": str(self._settings.port_of(program)),
            "CAIRN_COMMAND_KEY": self._passwords.of("command_key"),
            **self._own(service),
        }

    def _own(self, service: str) -> dict[str, str]:
        """What only this service is told."""
        if service == "notifications":
            return {
                "CAIRN_SMTP_HOST": HOST,
                "CAIRN_SMTP_PORT": str(self._settings.smtp_port),
                "CAIRN_MAIL_FROM": "Cairn <cairn@localhost>",
            }
        if service == GATEWAY:
            return {
                "CAIRN_ISSUER": self._settings.issuer,
                "CAIRN_AUDIENCE": AUDIENCE,
                "CAIRN_GRAPHIQL": "true",
                "CAIRN_COST_PER_MINUTE": "0",  # whoever runs it all may ask all they like
                **{
                    f"CAIRN_{name.upper()}": f"http://{HOST}:{self._settings.port_of(name)}"
                    for name in SERVICES
                },
            }
        return {}

    def _dsn(self, service: str, role: str) -> str:
        name = f"{service}_{role}"
        return self.postgres.dsn_of(name, self._passwords.of(name), service)


def _passed_on() -> dict[str, str]:
    """The settings that programs have from the environment of `make up`."""
    fields = chassis_settings.Settings.model_fields
    names = [*map(variable, fields), "CAIRN_MEANING", "FAULT"]
    return {name: os.environ[name] for name in names if name in os.environ}
