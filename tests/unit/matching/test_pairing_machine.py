"""Whatever is proposed and done, in whatever order, some things hold."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chassis.ids import new_id
from chassis.refusals import Refusal
from contracts.matching import Pairing, PairingChange, PairingStatus
from matching.domain.pairing import Action, Party, act, is_open
from matching.domain.proposal import Mentee, Mentor, check_proposal

PEOPLE = tuple(sorted(uuid4() for _ in range(4)))
PARTIES = st.sets(st.sampled_from(list(Party)), min_size=1, max_size=2).map(frozenset)
CLOSED = {PairingStatus.COMPLETED, PairingStatus.ENDED, PairingStatus.DECLINED}


class Relationships(RuleBasedStateMachine):
    """A programme of four people, each with a capacity, on clocks that differ a little."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 11, 24, 9, tzinfo=UTC)
        self.capacity = dict.fromkeys(PEOPLE, 1)
        self.pairings: dict[UUID, Pairing] = {}

    def load(self, mentor_id: UUID) -> int:
        return sum(p.mentor_id == mentor_id and is_open(p) for p in self.pairings.values())

    @rule(seconds=st.integers(-2, 60))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(person=st.sampled_from(PEOPLE), capacity=st.integers(0, 3))
    def set_capacity(self, person: UUID, capacity: int) -> None:
        self.capacity[person] = capacity

    @rule(mentor_id=st.sampled_from(PEOPLE), mentee_id=st.sampled_from(PEOPLE))
    def propose(self, mentor_id: UUID, mentee_id: UUID) -> None:
        load = self.load(mentor_id)
        mentor = Mentor(
            person_id=mentor_id,
            alive=True,
            capacity=self.capacity[mentor_id],
            load=load,
            enrolled=True,
            places=2,
            taken=load,
        )
        paired = any(p.mentee_id == mentee_id and is_open(p) for p in self.pairings.values())
        mentee = Mentee(person_id=mentee_id, alive=True, enrolled=True, paired=paired)
        try:
            check_proposal(mentor, mentee)
        except Refusal:
            return
        proposed = Pairing(
            id=new_id(),
            organisation_id=mentor_id,
            programme_id=mentor_id,
            mentor_id=mentor_id,
            mentee_id=mentee_id,
            proposed_at=self.now,
        )
        self.pairings[proposed.id] = proposed
        assert self.load(mentor_id) <= min(2, self.capacity[mentor_id])

    @precondition(lambda self: self.pairings)
    @rule(data=st.data(), action=st.sampled_from(list(Action)), by=PARTIES)
    def act(self, data: st.DataObject, action: Action, by: frozenset[Party]) -> None:
        before = self.pairings[data.draw(st.sampled_from(sorted(self.pairings)))]
        try:
            after, change = act(before, action, by=by, person_id=None, at=self.now)
        except Refusal:
            return
        assert before.status not in CLOSED
        assert after != before
        assert (change is PairingChange.ACTIVATED) == (
            before.active_since is None and after.active_since is not None
        )
        self.pairings[after.id] = after

    @invariant()
    def nobody_is_active_whom_one_side_has_not_accepted(self) -> None:
        for pairing in self.pairings.values():
            accepted = pairing.mentor_accepted_at and pairing.mentee_accepted_at
            if pairing.status in {
                PairingStatus.ACTIVE,
                PairingStatus.PAUSED,
                PairingStatus.COMPLETED,
            }:
                assert accepted
            assert bool(pairing.active_since) == bool(accepted)

    @invariant()
    def moments_follow_one_another(self) -> None:
        for pairing in self.pairings.values():
            accepted = [at for at in (pairing.mentor_accepted_at, pairing.mentee_accepted_at) if at]
            assert all(pairing.proposed_at <= at for at in accepted)
            if pairing.active_since:
                assert pairing.active_since == max(accepted)
            assert bool(pairing.closed_at) == (pairing.status in CLOSED)
            if pairing.closed_at:
                assert pairing.closed_at >= max([pairing.proposed_at, *accepted])

    @invariant()
    def a_mentee_has_one_mentor_at_a_time(self) -> None:
        taken = [p.mentee_id for p in self.pairings.values() if is_open(p)]
        assert len(taken) == len(set(taken))


TestRelationships = Relationships.TestCase
TestRelationships.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
