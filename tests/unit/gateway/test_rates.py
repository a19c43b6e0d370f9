"""What a caller may spend, and what they are told of it."""

from uuid import uuid4

import pytest

from chassis.identity import Caller
from gateway.errors import Problem
from gateway.rates import REMEMBERED, Rates

ANA = Caller(subject="ana", organisation_id=uuid4(), person_id=None, roles=frozenset())
OTHERS_ANA = Caller(subject="ana", organisation_id=uuid4(), person_id=None, roles=frozenset())


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rates(clock: Clock) -> Rates:
    return Rates(600, clock=clock)


def test_a_bucket_is_full_at_first_and_fills_again(rates: Rates, clock: Clock) -> None:
    account = rates.account(ANA)
    account.charge(600)
    assert account.told() == {"requested": 600, "limit": 600, "remaining": 0}

    clock.now += 3
    assert account.headers() == {
        "x-cost": "600",
        "ratelimit-policy": '"cost";q=600;w=60',
        "ratelimit": '"cost";r=30;t=57',
    }
    clock.now += 3600
    assert rates.account(ANA).told() == {"requested": 0, "limit": 600, "remaining": 600}


def test_who_has_too_little_left_is_told_when_to_ask_again(rates: Rates, clock: Clock) -> None:
    rates.account(ANA).charge(595)
    with pytest.raises(Problem) as caught:
        rates.account(ANA).charge(26)

    assert (caught.value.status, caught.value.code) == (429, "RATE_LIMITED")
    assert caught.value.headers == {"retry-after": "3"}
    assert str(caught.value) == (
        "This costs 26 points, and you have 5 left of 600: ask again in 3 s, or for less."
    )
    clock.now += 3
    rates.account(ANA).charge(26)  # what was refused cost nothing


def test_everybody_has_a_bucket_of_their_own(rates: Rates) -> None:
    rates.account(ANA).charge(600)
    rates.account(OTHERS_ANA).charge(600)


def test_without_a_limit_the_cost_is_told_all_the_same() -> None:
    account = Rates(0).account(ANA)
    account.charge(1_000_000)

    assert account.told() == {"requested": 1_000_000}
    assert account.headers() == {"x-cost": "1000000"}


def caller(subject: object) -> Caller:
    return Caller(
        subject=str(subject),
        organisation_id=ANA.organisation_id,
        person_id=None,
        roles=frozenset(),
    )


def test_requests_at_once_share_a_bucket(rates: Rates) -> None:
    first, second = rates.account(ANA), rates.account(ANA)
    first.charge(400)

    with pytest.raises(Problem):
        second.charge(400)


def test_only_so_many_callers_are_remembered(rates: Rates) -> None:
    rates.account(ANA).charge(600)
    for n in range(REMEMBERED):
        rates.account(caller(n))

    assert rates.account(ANA).told()["remaining"] == 600
