"""Matching a pool by a programme's rules."""

from dataclasses import dataclass

from contracts.matching import Rules
from matching.matcher.acceptance import deferred_acceptance
from matching.matcher.pool import Indices, Pool
from matching.matcher.proof import Proof, prove
from matching.matcher.scores import Scores


@dataclass(frozen=True)
class Assignment:
    """The mentor of each mentee, by index, or -1; and what can be shown of it."""

    mentor_of: Indices
    proof: Proof


def match(pool: Pool, rules: Rules) -> Assignment:
    """Assign mentors to mentees: stable, within everyone's places, and within the hard rules.

    The time it takes grows with mentees times mentors; the memory with their sum.
    """
    scores = Scores(pool, rules)
    mentor_of = deferred_acceptance(scores, pool.mentees, pool.places)
    return Assignment(mentor_of=mentor_of, proof=prove(scores, mentor_of, pool.places))
