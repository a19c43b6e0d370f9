// Follows the inbox until it has a notification with the title UNTIL, and prints all of its titles.

import WebSocket from "ws";
import { Client, InboxDocument } from "../src/client.js";

const { URL: url = "", TOKEN: token = "", UNTIL: until = "" } = process.env;

const client = new Client({
  url,
  token: () => token,
  send: "id",
  aliveEvery: 500,
  webSocket: WebSocket,
});
for await (const { inbox } of client.subscribe(InboxDocument, { first: 20 })) {
  const titles = inbox.edges.map(({ node }) => node.title);
  if (!titles.includes(until)) continue;
  console.log(JSON.stringify(titles));
  break;
}
await client.close();
