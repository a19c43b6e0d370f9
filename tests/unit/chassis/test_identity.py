"""An assertion says who calls, for a minute, to those who share the key."""

import time
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from chassis import identity
from chassis.identity import Assertions, Caller, InvalidAssertion

SECRET = "a secret of the tests, long enough to sign with"
CALLER = Caller(
    subject="ada",
    organisation_id=uuid4(),
    person_id=uuid4(),
    roles=frozenset({"administrator"}),
)


def forged(**changes: object) -> str:
    now = int(time.time())
    claims = {"aud": identity.AUDIENCE, "iat": now, "exp": now + 60, "caller": {}} | changes
    key = OctKey.import_key(SECRET)
    return jwt.encode({"alg": "HS256"}, {k: v for k, v in claims.items() if v is not None}, key)


def test_who_was_signed_is_who_is_read() -> None:
    assert Assertions(SECRET).check(Assertions(SECRET).sign(CALLER)) == CALLER


@pytest.mark.parametrize(
    "assertion",
    [
        "",
        "x.y.z",
        "e30.e30.",
        Assertions(SECRET + "!").sign(CALLER),
        forged(aud="cairn"),
        forged(aud=None),
        forged(exp=int(time.time()) - 120),
        forged(exp=None),
        forged(caller=None),
        forged(caller={"subject": 7}),
    ],
)
def test_anything_else_is_refused(assertion: str) -> None:
    with pytest.raises(InvalidAssertion):
        Assertions(SECRET).check(assertion)
