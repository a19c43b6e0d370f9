"""Deferred acceptance (Gale and Shapley, 1962), mentees proposing, mentors with several places.

The outcome is stable, and each mentee gets the best mentor that any stable outcome gives them.
Lists of preferences are made a few entries at a time: nobody needs the whole of theirs.
"""

import heapq

import numpy as np
from numpy.typing import NDArray

from matching.matcher.pool import Indices
from matching.matcher.scores import Scores

LIST = 32  # entries of a list of preferences that are made at once
INDEX_BITS = 22  # a score has 41: together they fit into 63, for up to four million people
LAST_INDEX = (1 << INDEX_BITS) - 1
NOBODY = -1
UNREACHABLE = (1 << 63) - 1

# A score and who has it, as one number: the higher, the more liked. Among equals the one with the
# lower index is preferred, by both sides.
Keys = NDArray[np.int64]


def deferred_acceptance(scores: Scores, mentees: int, places: Indices) -> Indices:
    """The mentor of each mentee, or NOBODY."""
    lists = np.full((mentees, min(LIST, len(places))), NOBODY, np.int64)
    held: list[list[int]] = [[] for _ in places]  # a heap for each mentor, the least liked first
    room: list[int] = places.tolist()
    at = [0] * mentees
    asking = np.arange(mentees) if len(places) else np.arange(0)
    while len(asking):
        _make_lists(scores, asking, _least_accepted(held, room), lists)
        asking = _propose(asking, lists, at, held, room)
    mentor_of = np.full(mentees, NOBODY, np.int64)
    for mentor, keys in enumerate(held):
        for key in keys:
            mentor_of[LAST_INDEX - (key & LAST_INDEX)] = mentor
    return mentor_of


def _make_lists(scores: Scores, mentees: Indices, least: Keys, lists: Keys) -> None:
    """Set the mentees' lists to their favourites among the mentors who would take them now.

    A mentor only ever comes to hold better mentees, so who is refused now is refused for good.
    """
    mentor_key = LAST_INDEX - np.arange(len(least))
    shorter = len(least) - lists.shape[1]
    for block in scores.blocks(mentees):
        score = scores.of(block).astype(np.int64)
        key = score << INDEX_BITS
        refused = (key | (LAST_INDEX - block)[:, None]) <= least
        key |= mentor_key
        key[refused | (score < 0)] = NOBODY
        favourites = np.partition(key, shorter, axis=1)[:, shorter:] if shorter else key
        lists[block] = np.sort(favourites, axis=1)[:, ::-1]


def _least_accepted(held: list[list[int]], room: list[int]) -> Keys:
    """For each mentor, what a mentee must exceed to be taken."""
    least = np.full(len(room), NOBODY, np.int64)
    for mentor, keys in enumerate(held):
        if len(keys) == room[mentor]:
            least[mentor] = keys[0] if keys else UNREACHABLE
    return least


def _propose(
    asking: Indices, lists: Keys, at: list[int], held: list[list[int]], room: list[int]
) -> Indices:
    """Let mentees propose down their lists; returns those who came to the end and may have more."""
    ended: list[int] = []
    waiting: list[int] = asking.tolist()
    while waiting:
        mentee = waiting.pop()
        if at[mentee] == lists.shape[1]:
            at[mentee] = 0
            ended.append(mentee)
            continue
        choice = int(lists[mentee, at[mentee]])
        if choice == NOBODY:
            continue
        at[mentee] += 1
        mentor = LAST_INDEX - (choice & LAST_INDEX)
        key = choice - (choice & LAST_INDEX) + LAST_INDEX - mentee
        if len(held[mentor]) < room[mentor]:
            heapq.heappush(held[mentor], key)
        else:
            displaced = heapq.heappushpop(held[mentor], key)  # themselves, if they are not taken
            waiting.append(LAST_INDEX - (displaced & LAST_INDEX))
    return np.array(sorted(ended), np.int64)
