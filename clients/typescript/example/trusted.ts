// Reads the home screen and the inbox as it stands by the ids of the manifest's documents, as an app
// does in production. It prints both as a line of JSON.

import WebSocket from "ws";
import { Client, HomeDocument, InboxDocument } from "../src/client.js";

const { URL: url = "", TOKEN: token = "" } = process.env;

const client = new Client({ url, token: () => token, send: "id", webSocket: WebSocket });
const { viewer } = await client.request(HomeDocument);
for await (const { inbox } of client.subscribe(InboxDocument, { first: 20 })) {
  const titles = inbox.edges.map(({ node }) => node.title);
  console.log(JSON.stringify({ name: viewer?.fullName, titles }));
  break;
}
await client.close();
