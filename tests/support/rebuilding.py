"""I6: the read model, made anew from the log, has the fingerprint of the one that is there."""

from cairn_local.programs import GATEWAY, Programs
from gateway.rebuild.fingerprint import fingerprint
from gateway.rebuild.procedure import rebuild
from support.running import RunningPlatform


async def judge_rebuild(platform: RunningPlatform) -> list[str]:
    """Rebuild while nothing is written; violations."""
    before = await read_model(platform)
    await rebuild_now(platform)
    same = before == await read_model(platform)
    return [] if same else ["I6 the read model that was rebuilt is another"]


async def rebuild_now(platform: RunningPlatform) -> None:
    environment = Programs(platform.settings, platform.folder).preparation(GATEWAY)
    await rebuild(
        owner_dsn=environment["CAIRN_DATABASE_OWNER"],
        pipe_dsn=environment["CAIRN_DATABASE_PIPE"],
        kafka=platform.settings.kafka,
        tell=lambda _: None,
    )


async def read_model(platform: RunningPlatform) -> str:
    database = await platform.database(GATEWAY)
    try:
        return await fingerprint(database)
    finally:
        await database.close()
