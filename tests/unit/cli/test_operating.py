"""What operators' commands make of what Kafka, databases and processes say."""

from datetime import UTC, datetime

import pytest

from cairn.app import app
from cairn.commands.lag import behind
from cairn.commands.topics import rows_of
from cairn.differences import differences
from cairn.doctor.clocks import skewed
from cairn.doctor.each import settings
from cairn.parked import split
from cairn.troubles import Trouble
from chassis.cluster import Described, Partition
from chassis.standing import Position
from chassis.topics import SETTINGS
from contracts.catalogue import TOPICS

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def described(name: str, partitions: int = 12, in_sync: int = 1, **settings: str) -> Described:
    named = {key.replace("_", "."): value for key, value in settings.items()}
    return Described(
        name=name,
        settings=SETTINGS | {"min.insync.replicas": "1"} | named,
        partitions=[
            Partition(number=number, first=2, end=10, replicas=1, in_sync=in_sync)
            for number in range(partitions)
        ],
    )


def healthy() -> dict[str, Described]:
    return {name: described(name, topic.partitions) for name, topic in TOPICS.items()}


def test_topics_as_they_should_be_have_no_differences() -> None:
    assert differences(healthy()) == []
    assert differences(healthy() | {"others.of.them": described("others.of.them")}) == []


@pytest.mark.parametrize(
    ("topic", "says"),
    [
        (described("matching.pairing", partitions=6), "It has 6 partitions, not 12."),
        (described("matching.pairing", cleanup_policy="delete"), "cleanup.policy is delete, not"),
        (described("matching.pairing", segment_ms="1"), "segment.ms is 1, not 21600000."),
        (described("matching.pairing", min_insync_replicas="2"), "nothing can be published"),
        (described("matching.pairing", in_sync=0), "Copies of its partitions 0, 1, 2"),
        (described("matching.old"), "It is not in the catalogue."),
    ],
)
def test_a_difference_is_named(topic: Described, says: str) -> None:
    [difference] = differences(healthy() | {topic.name: topic})
    assert difference.topic == topic.name
    assert says in difference.what
    assert difference.remedy


def test_a_topic_that_is_missing_is_listed_all_the_same() -> None:
    found = healthy()
    del found["sessions.goal"]
    [row] = [row for row in rows_of(found) if row.differences]
    assert (row.name, row.partitions, row.known) == ("sessions.goal", 0, True)
    assert row.differences[0].remedy.startswith("python -m sessions prepare makes it")


def test_lag_is_the_sum_over_partitions() -> None:
    positions = [
        Position(topic="matching.pairing", partition=0, next=10, moved_at=NOW),
        Position(topic="matching.pairing", partition=1, next=7, moved_at=NOW),
        Position(topic="matching.pairing", partition=2, next=0, moved_at=NOW),  # compacted since
    ]
    topics = {"matching.pairing": described("matching.pairing", partitions=3)}
    [row] = behind("sessions", positions, topics)
    assert (row.next, row.end, row.behind, row.moved_at) == (17, 30, 3 + 8, NOW)
    rows = behind("sessions", positions, topics, partitions=True)
    assert [row.behind for row in rows] == [0, 3, 8]


def test_what_was_never_read_has_no_lag() -> None:
    topics = {"matching.pairing": described("matching.pairing")}
    [row] = behind("sessions", [], topics)
    assert (row.next, row.behind, row.moved_at) == (None, None, None)


@pytest.mark.parametrize("given", ["3", "nobody:3", "matching:", "matching:x", "matching:outbox:"])
def test_an_id_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(Trouble, match="one looks like notifications:3"):
        split([given])


def test_ids_are_split_by_service() -> None:
    ids = ["matching:3", "matching:outbox:12", "gateway:1"]
    assert split(ids) == {"matching": ["3", "outbox:12"], "gateway": ["1"]}


@pytest.mark.parametrize(
    "words",
    [
        ["replay"],
        ["replay", "matching:1", "--all"],
        ["replay", "matching:1", "--service", "matching"],
        ["discard", "--reason", "x"],
        ["discard", "matching:1", "--reason", " "],
    ],
)
def test_dlq_wants_to_know_which_and_why(words: list[str], tmp_path: object) -> None:
    with pytest.raises(Trouble, match=r"Say w|--service goes with --all"):
        app(["dlq", *words, "--platform", f"{tmp_path}/none"])


def test_settings_that_a_process_misses_are_findings() -> None:
    said = "CAIRN_PORT: Field required\nTraceback: x\nCAIRN_ISSUER: must be an https URL\n"
    found = settings("gateway", said)
    assert [each.what for each in found] == [
        "CAIRN_PORT: Field required.",
        "CAIRN_ISSUER: must be an https URL.",
    ]


def test_a_clock_may_be_a_second_off() -> None:
    assert skewed("x", 0.9) == skewed("x", -0.9) == []
    [finding] = skewed("x", -61.2)
    assert finding.what == "Its clock is 61 s behind ours."
