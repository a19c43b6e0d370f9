"""A matching run's computation, from people to proposals."""

import time
from collections.abc import Iterator, Sequence
from hashlib import sha256

import msgspec

from contracts.matching import Certificate
from matching.matcher.fit import Indices, Watch, unwatched
from matching.matcher.frozen import Frozen, digest, written
from matching.matcher.instance import Instance
from matching.matcher.proposal import Proposal
from matching.matcher.scarcity import Scarcity


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`inputs` and `outcome` are SHA-256: the same inputs lead to the same outcome."""

    proposals: list[Proposal]  # in the order of the mentees' ids
    certificate: Certificate
    inputs: str
    outcome: str


def make_plan(frozen: Frozen, watch: Watch = unwatched) -> Plan:
    """Match and explain. Takes seconds for thousands of people: not for the event loop.

    Whatever `watch` raises ends it.
    """
    started = time.perf_counter()
    instance = Instance(frozen)
    assignment = instance.match(frozen.seed, watch)
    proposals, scarcity = told(instance, assignment.mentor_of)
    seconds = round(time.perf_counter() - started, 3)
    return Plan(
        proposals=proposals,
        certificate=instance.certificate(assignment.proof, scarcity, seconds=seconds),
        inputs=digest(written(frozen)),
        outcome=outcome_of(proposals),
    )


def told(instance: Instance, mentor_of: Indices) -> tuple[list[Proposal], Scarcity]:
    """What an assignment tells each mentee, and of what there is too little."""
    scarcity, unmatched = instance.scarcity(mentor_of)

    def each() -> Iterator[Proposal]:
        for i, j in enumerate(mentor_of.tolist()):
            if i in unmatched:
                nobody = scarcity.of(unmatched[i])
                yield Proposal(
                    mentee_id=instance.mentees[i].id,
                    unmatched=nobody.reason,
                    remedy=nobody.remedy,
                )
            else:
                yield instance.pair(i, j)

    return list(each()), scarcity


def outcome_of(proposals: Sequence[Proposal]) -> str:
    """The digest of who was matched with whom, how well, and why."""
    return sha256(msgspec.json.encode(proposals)).hexdigest()
