"""The verdict on a ledger sees what is wrong with a log."""

from uuid import UUID, uuid4

from support.verdict import Said, due_effects, order_violations

ACCOUNT = UUID(int=1)


def said(*versions: int, account: UUID = ACCOUNT) -> list[Said]:
    return [Said(uuid4(), account, version, is_payment=True, body={}) for version in versions]


def test_repeats_of_what_was_in_order_are_no_violation() -> None:
    assert order_violations(said(1, 2, 1, 2, 3, 2), {ACCOUNT: 3}) == []


def test_what_is_lost_is_seen() -> None:
    assert order_violations(said(1, 3), {ACCOUNT: 3}) != []
    assert order_violations(said(1, 2), {ACCOUNT: 3}) != []
    assert order_violations([], {ACCOUNT: 1}) != []


def test_what_is_inverted_is_seen() -> None:
    assert order_violations(said(1, 3, 2), {ACCOUNT: 3}) != []


def test_what_nobody_was_promised_is_seen() -> None:
    assert order_violations(said(1, 2), {ACCOUNT: 1}) != []
    assert order_violations(said(1, account=UUID(int=2)), {}) != []


def test_an_effect_is_due_for_each_newest_version_once() -> None:
    due = due_effects(said(2, 3, 1, 3, 5, 4) + said(1, account=UUID(int=2)))
    assert [(each.account.int, each.version) for each in due] == [(1, 2), (1, 3), (1, 5), (2, 1)]
