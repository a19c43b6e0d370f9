"""Passes over the scores, block by block, on every core."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from threadpoolctl import threadpool_limits

from matching.matcher.fit import Block, Fit, Indices, Watch, unwatched

CORES = 4  # at most: other work goes on beside a matching run


def sweep(
    fit: Fit,
    mentees: Indices,
    work: Callable[[slice, Block], None],
    watch: Watch = unwatched,
    stage: str = "",
) -> None:
    """Call `work` for each block: with its place in `mentees`, and its scores.

    The calls come from several threads. BLAS works within each of them alone: its own threads
    would wait for each other in busy loops.
    """

    def one(rows: slice) -> int:
        work(rows, fit.of(mentees[rows]))
        return rows.stop

    pool = ThreadPoolExecutor(min(CORES, os.cpu_count() or 1))
    with threadpool_limits(limits=1, user_api="blas"):
        try:
            for done in pool.map(one, _places(fit, mentees)):
                watch(done / len(mentees), stage)
        finally:
            pool.shutdown(cancel_futures=True)


def _places(fit: Fit, mentees: Indices) -> Iterator[slice]:
    start = 0
    for block in fit.blocks(mentees):
        yield slice(start, start + len(block))
        start += len(block)
