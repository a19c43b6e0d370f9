"""I4: of each aggregate the log tells versions 1, 2, 3 …, and its last word is the newest."""

from collections import defaultdict

from support.judges.evidence import Evidence, Key, Logged


def judge_order(evidence: Evidence) -> None:
    records: dict[Key, list[Logged]] = defaultdict(list)
    for record in evidence.records:
        records[record.topic, record.subject].append(record)
    for key, all_of_it in records.items():
        _judge(key, all_of_it, evidence)
    _judge_repeats(evidence)


def _judge(key: Key, records: list[Logged], evidence: Evidence) -> None:
    expect = evidence.verdict.expect
    where = f"{key[0]} {key[1]}"
    in_order = sorted(records, key=lambda record: record.offset)
    seen: dict[str, int] = {}
    for record in in_order:
        seen.setdefault(record.id, record.version)
    versions = list(seen.values())
    expect("I4", len({record.partition for record in records}) == 1, f"{where}: two partitions")
    expect("I4", versions == list(range(1, len(versions) + 1)), f"{where}: versions {versions}")
    last = in_order[-1].version
    expect("I4", last == max(versions), f"{where}: the log ends with {last} of {max(versions)}")


def _judge_repeats(evidence: Evidence) -> None:
    """What the log has twice is the same."""
    first = {event.id: event for event in evidence.events}
    for record in evidence.records:
        same = first[record.id].body == record.body and first[record.id].written == record.written
        evidence.verdict.expect("I4", same, f"{record.id} is two events")
