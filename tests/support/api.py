"""The GraphQL API as one person reaches it."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2

from support.running import JSON, RunningPlatform
from support.waiting import eventually


@dataclass(frozen=True)
class Api:
    """`traceparent` is sent with each request, where the client traces (W3C Trace Context)."""

    platform: RunningPlatform
    token: str
    traceparent: str | None = None

    async def ask(self, document: str, **variables: Any) -> httpx2.Response:
        """The answer, whatever it is."""
        traced = {"traceparent": self.traceparent} if self.traceparent else {}
        return await self.platform.http.post(
            self.platform.gateway,
            json={"query": document, "variables": variables},
            headers={"authorization": f"Bearer {self.token}", **traced},
        )

    async def query(self, document: str, **variables: Any) -> JSON:
        """The data; it fails on errors."""
        answer = await self.ask(document, **variables)
        body = answer.json()
        assert "errors" not in body, body["errors"]
        return body["data"]

    async def mutate(
        self, name: str, shown: str = "", /, *, key: str | None = None, **given: Any
    ) -> JSON:
        """What becomes of a mutation: its payload, or why there is none."""
        data = await self.query(mutation(name, shown), input=given, key=key)
        return data[name]

    async def done(
        self, name: str, shown: str = "", /, *, key: str | None = None, **given: Any
    ) -> JSON:
        """The payload of a mutation, which shows what was done; it fails on a refusal."""
        payload = await self._answered(name, shown, key=key, **given)
        assert payload["__typename"] == f"{type_name(name)}Payload", (name, payload)
        assert payload["current"], (name, payload)
        return payload

    async def refused(self, name: str, /, *, key: str | None = None, **given: Any) -> JSON:
        """The refusal of a mutation; it fails where it is carried out."""
        answer = await self._answered(name, key=key, **given)
        assert answer["__typename"] == "Refused", (name, answer)
        return answer

    async def _answered(
        self, name: str, shown: str = "", /, *, key: str | None = None, **given: Any
    ) -> JSON:
        """What becomes of it, asked again, as it says, while nobody had time for it."""
        key = key or str(uuid4())

        async def answer() -> JSON | None:
            told = await self.mutate(name, shown, key=key, **given)
            return None if told["__typename"] == "Busy" else told

        return await eventually(answer, every=0.5, within=60)


def mutation(name: str, shown: str = "") -> str:
    return f"""
    mutation {type_name(name)}($input: {type_name(name)}Input!, $key: String) {{
      {name}(input: $input, idempotencyKey: $key) {{
        __typename
        ... on {type_name(name)}Payload {{ current {shown} }}
        ... on Refusal {{ code message }}
        ... on Refused {{ path }}
      }}
    }}"""


def type_name(name: str) -> str:
    return name[0].upper() + name[1:]


def nodes(connection: JSON) -> list[JSON]:
    return [edge["node"] for edge in connection["edges"]]
