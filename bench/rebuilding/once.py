"""The measured process: rebuilds once, and tells what it took."""

import sys
import time

import msgspec
import uvloop

from gateway.rebuild import Progress, rebuild


async def _rebuild(owner: str, pipe: str, kafka: str) -> None:
    began = time.process_time()
    rebuilt = await rebuild(owner_dsn=owner, pipe_dsn=pipe, kafka=kafka, tell=_tell)
    told = msgspec.to_builtins(rebuilt) | {"cpu": time.process_time() - began}
    print(msgspec.json.encode(told).decode())


def _tell(progress: Progress) -> None:
    print(f"{progress.events:,} of {progress.of:,}, {progress.seconds:.0f} s", file=sys.stderr)


uvloop.run(_rebuild(*sys.argv[1:]))
