// What a mentee's app does on the first day: reads the home screen, follows the inbox, accepts the
// pairing that was proposed, and books a session. It prints what it came to as a line of JSON.

import WebSocket from "ws";
import {
  AcceptPairingDocument,
  BookSessionDocument,
  Client,
  HomeDocument,
  InboxDocument,
} from "../src/client.js";

const { ISSUER, URL: url = "", SUBJECT: subject, ORGANISATION: organisation } = process.env;

/** A token of the development issuer. An app has the organisation's provider sign its user in. */
async function signIn(): Promise<string> {
  const response = await fetch(`${ISSUER}/token`, {
    method: "POST",
    body: JSON.stringify({ subject, organisation }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}

/** The kinds in the inbox as they come, until there is a notification of the kind. */
async function toldOf(kind: string): Promise<string[]> {
  for await (const { inbox } of client.subscribe(InboxDocument, { first: 20 })) {
    const kinds = inbox.edges.map(({ node }) => node.kind);
    if (kinds.some((each) => each === kind)) return kinds;
  }
  throw new Error("The inbox was closed.");
}

const client = new Client({ url, token: signIn, webSocket: WebSocket });

const { viewer } = await client.request(HomeDocument);
const proposed = viewer?.pairings.edges.find(({ node }) => node.status === "PROPOSED");
if (!proposed) throw new Error("There is no proposal to accept.");
const pairingId = proposed.node.id;
const told = toldOf("SESSION_SCHEDULED");

const idempotencyKey = crypto.randomUUID();
const { acceptPairing } = await client.request(AcceptPairingDocument, { pairingId, idempotencyKey });
const again = await client.request(AcceptPairingDocument, { pairingId });

const startsAt = new Date(Date.now() + 86_400_000);
const endsAt = new Date(startsAt.getTime() + 1_800_000);
const { bookSession } = await client.request(BookSessionDocument, {
  input: {
    pairingId,
    topic: "Getting to know each other",
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
  },
});
if (bookSession?.__typename !== "BookSessionPayload") throw new Error("No session was booked.");

const after = await client.request(HomeDocument);
console.log(
  JSON.stringify({
    name: viewer?.fullName,
    accepted: acceptPairing,
    again: again.acceptPairing,
    booked: bookSession.session?.id,
    next: after.viewer?.nextSession?.id,
    told: await told,
  }),
);
await client.close();
