"""Operators see what a record is made of, never what it says."""

import msgspec
import pytest

from cairn import shape

WHO = "Zoë Quillfeather"


def test_a_body_is_its_fields_types_and_sizes() -> None:
    body = msgspec.json.encode(
        {"given_name": WHO, "skills": ["a", "bcd"], "capacity": 3, "aspiration": None}
    )
    parts = {
        each.path: (each.type, each.least, each.most)
        for each in shape.body("profiles.person", body)
    }
    assert parts == {
        "": ("object", 4, 4),
        "given_name": ("text", 16, 16),
        "skills": ("list", 2, 2),
        "skills[]": ("text", 1, 3),
        "capacity": ("number", None, None),
        "aspiration": ("null", None, None),
    }


@pytest.mark.parametrize(
    "body",
    [
        msgspec.json.encode({WHO: {WHO: [WHO, {WHO: True}]}, "given_name": {"x": WHO}}),
        msgspec.json.encode(WHO),
        f'{{"given_name": "{WHO}"'.encode(),
        b"\xff" + WHO.encode(),
        b"[" * 100_000 + WHO.encode(),
        b"",
    ],
)
@pytest.mark.parametrize("topic", ["profiles.person", "somebody.elses"])
def test_no_word_of_a_body_is_shown(topic: str, body: bytes) -> None:
    shown = msgspec.json.encode(shape.body(topic, body)).decode()
    assert all(word not in shown for word in (*WHO.split(), "Zo"))


def test_a_tombstone_is_one() -> None:
    assert [each.type for each in shape.body("profiles.person", None)] == ["tombstone"]


def test_headers_are_shown_where_they_are_what_they_should_be() -> None:
    shown = shape.headers(
        [
            ("ce_id", "01a20ce4-a569-7067-ad41-6d8815090f7c"),
            ("ce_type", "matching.pairing.accepted"),
            ("ce_actor", "service:matching"),
            ("ce_subject", WHO),
            ("ce_time", None),
            (WHO, WHO),
        ]
    )
    assert shown == {
        "ce_id": "01a20ce4-a569-7067-ad41-6d8815090f7c",
        "ce_type": "matching.pairing.accepted",
        "ce_actor": "service:matching",
        "ce_subject": "(16 bytes)",
        "ce_time": "(null)",
        "(unknown)": "(16 bytes)",
    }


def test_who_acted_is_not_shown_where_it_may_be_an_address() -> None:
    assert shape.headers([("ce_actor", "subject:zoe@example.org")]) == {"ce_actor": "(23 bytes)"}
