"""What rows of scores say of an assignment: the loops of the certificate."""

import numpy as np
from numpy.typing import NDArray

from matching.matcher.compiled import compiled
from matching.matcher.fit import Block


@compiled
def judge(
    block: Block,
    theirs: Block,
    own: Block,
    least: Block,
    better: NDArray[np.int64],
    blocking: NDArray[np.int64],
    regret: NDArray[np.float32],
) -> None:
    """For each mentee: how many mentors are liked more than the own, how many of these would agree.

    `block` says how mentees like mentors, `theirs` how mentors like them; `own` what each mentee
    has, `least` what a mentee must exceed for each mentor. `regret` takes the most that both of a
    blocking pair would gain.
    """
    for i in range(block.shape[0]):
        row, other = block[i], theirs[i]
        has, gained = own[i], max(own[i], np.float32(0))
        liked, agreed, most = 0, 0, np.float32(0)
        for j in range(row.shape[0]):
            if row[j] > has:
                liked += 1
                if other[j] > least[j]:
                    agreed += 1
                    most = max(most, min(row[j] - gained, other[j] - max(least[j], np.float32(0))))
        better[i], blocking[i], regret[i] = liked, agreed, most
