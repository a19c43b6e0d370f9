// What must not compile: each of these lines is an error, or else this file is.

import { AcceptPairingDocument, type Client, HomeDocument, InboxDocument } from "../src/client.js";

export async function wrong(client: Client): Promise<void> {
  // @ts-expect-error: it has no variables
  await client.request(AcceptPairingDocument);
  // @ts-expect-error: it has no such variable
  await client.request(AcceptPairingDocument, { pairing: "Pairing:1" });
  // @ts-expect-error: this takes none
  await client.request(HomeDocument, { first: 3 });

  const { viewer } = await client.request(HomeDocument);
  // @ts-expect-error: there may be nobody yet
  viewer.fullName;
  // @ts-expect-error: it was not asked for
  viewer?.email;

  const { acceptPairing } = await client.request(AcceptPairingDocument, { pairingId: "Pairing:1" });
  // @ts-expect-error: it may have been refused
  acceptPairing?.pairing;

  for await (const { inbox } of client.subscribe(InboxDocument, { first: 1 })) {
    // @ts-expect-error: no notification is of this kind
    inbox.edges.find(({ node }) => node.kind === "PAIRING_FORGOTTEN");
  }
}
