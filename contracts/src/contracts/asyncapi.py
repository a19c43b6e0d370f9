"""The catalogue as an AsyncAPI 3 document: channels, messages, who publishes and who hears."""

from typing import Any

import msgspec

from contracts.catalogue import TOPICS, Topic
from contracts.envelope import headers_schema

Json = dict[str, Any]

DESCRIPTION = """\
What Cairn's services say to one another. Every aggregate type has a topic, keyed by the
aggregate's id. A body is the aggregate's whole state after the change, its type says what has just
happened, and a record without a body means that the aggregate was erased. Topics are compacted:
of every key the last record stays. Records with the key `cairn.beat` say nothing: skip them.
"""
KAFKA = "0.5.0"  # the version of the bindings below


def document(version: str) -> Json:
    """The AsyncAPI document of the catalogue, for a version of the contracts."""
    topics = [TOPICS[name] for name in sorted(TOPICS)]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Cairn's events",
            "version": version,
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": {
            name: operation for topic in topics for name, operation in _operations(topic).items()
        },
        "components": {
            "messages": {
                name: message for topic in topics for name, message in _messages(topic).items()
            },
            "schemas": _schemas(topics),
        },
    }


def _channel(topic: Topic) -> Json:
    return {
        "address": topic.name,
        "title": topic.body.__name__,
        "description": topic.body.__doc__,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _messages(topic)},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {"cleanup.policy": ["compact"]},
                "bindingVersion": KAFKA,
            }
        },
    }


def _operations(topic: Topic) -> dict[str, Json]:
    """One of the service that publishes, and one of each that hears."""
    channel = {"$ref": f"#/channels/{topic.name}"}
    sent = {
        f"{topic.publisher}.sends.{topic.name}": {
            "action": "send",
            "channel": channel,
            "tags": [{"name": topic.publisher}],
        }
    }
    heard = {
        f"{service}.hears.{topic.name}": {
            "action": "receive",
            "channel": channel,
            "tags": [{"name": service}],
        }
        for service in sorted(topic.heard_by)
    }
    return sent | heard


def _messages(topic: Topic) -> dict[str, Json]:
    """One for each thing that can happen to the aggregate, its erasure last."""
    body = {"$ref": f"#/components/schemas/{topic.body.__name__}"}
    changes = {
        change.value: _message(change.value, body, headers={"ce_type": {"const": change.value}})
        for change in topic.changes
    }
    erased = f"{topic.name}.erased"
    return changes | {erased: _message(erased, {"type": "null"}, headers={})}


def _message(name: str, payload: Json, *, headers: Json) -> Json:
    return {
        "name": name,
        "headers": {
            "allOf": [{"$ref": "#/components/schemas/EventHeaders"}, {"properties": headers}]
        },
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "payload": payload,
        "bindings": {
            "kafka": {"key": {"type": "string", "format": "uuid"}, "bindingVersion": KAFKA}
        },
    }


def _schemas(topics: list[Topic]) -> dict[str, Json]:
    _, bodies = msgspec.json.schema_components(
        [topic.body for topic in topics], ref_template="#/components/schemas/{name}"
    )
    return dict(sorted({**bodies, "EventHeaders": headers_schema()}.items()))
