"""Reads texts in a process of its own, and tells how fast, with what memory: a line of JSON.

python -m bench.meaning.reader
"""

import gc
import sys
import time

import msgspec
import psutil

from matching.meaning import minilm
from matching.meaning.reading import Reader
from matching.meaning.texts import Kind
from taxonomy import taxonomy

AT_ONCE = 64
SHORT, LONG = 2048, 128  # texts
LABELS = 30  # in a long text

MIB = 2**20


class Read(msgspec.Struct, kw_only=True):
    """Texts a second, milliseconds of CPU for each, MiB."""

    short_per_second: float
    short_cpu: float
    long_per_second: float
    long_cpu: float
    load_seconds: float
    before: float
    reading: float
    after: float  # once the model was let go


def main() -> None:
    labels = sorted(each.title for each in taxonomy().occupations.values())
    short = [(Kind.ASPIRATION, f"I would like to work as {each}.") for each in labels[:SHORT]]
    long = [(Kind.EXPERIENCE, ". ".join(labels[start : start + LABELS])) for start in range(LONG)]
    before = _memory()
    began = time.perf_counter()
    reader = Reader(minilm.folder())
    load_seconds = time.perf_counter() - began
    reader.read(short[:1])
    short_per_second, short_cpu = _read(reader, short)
    long_per_second, long_cpu = _read(reader, long)
    reading = _memory()
    del reader
    gc.collect()
    told = Read(
        short_per_second=short_per_second,
        short_cpu=short_cpu,
        long_per_second=long_per_second,
        long_cpu=long_cpu,
        load_seconds=load_seconds,
        before=before,
        reading=reading,
        after=_memory(),
    )
    sys.stdout.write(msgspec.json.encode(told).decode() + "\n")


def _read(reader: Reader, texts: list[tuple[Kind, str]]) -> tuple[float, float]:
    """Texts a second, and milliseconds of CPU for each."""
    wall, cpu = time.perf_counter(), time.process_time()
    for start in range(0, len(texts), AT_ONCE):
        reader.read(texts[start : start + AT_ONCE])
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return len(texts) / wall, cpu / len(texts) * 1000


def _memory() -> float:
    return psutil.Process().memory_full_info().pss / MIB


if __name__ == "__main__":
    main()
