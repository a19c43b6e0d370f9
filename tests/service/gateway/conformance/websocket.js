// Speak graphql-transport-ws to the endpoint URL as the caller of TOKEN, with the protocol's reference
// client and, for what that never does wrong, with bare sockets. SESSION is the id of a session whose
// topic changes all the time. Prints a line of JSON for each check.
import assert from "node:assert/strict";
import { CloseCode, createClient, parseMessage } from "graphql-ws";
import WebSocket from "ws";

const WITHIN = 60_000; // milliseconds

const { URL: address, TOKEN: token, SESSION: session } = process.env;
const url = address.replace(/^http/, "ws");
const authorization = `Bearer ${token}`;

const followed = {
  query: "subscription Topic($id: ID!) { session(id: $id) { topic } }",
  variables: { id: session },
};
const name = { query: "{ viewer { givenName } }" };
const wrong = { query: "{ nothing }" };

const checks = {
  async "a query is answered once, and then complete"() {
    const client = connected();
    assert.deepEqual(await answers(client, name), [{ data: { viewer: { givenName: "Ana" } } }]);
    await client.dispose();
  },

  async "a subscription tells how things stand, and of every change that comes"() {
    const client = connected();
    const topics = [];
    for await (const { data } of client.iterate(followed)) {
      topics.push(data.session.topic);
      if (topics.length === 4) break;
    }
    assert.equal(new Set(topics).size, 4);
    await client.dispose();
  },

  async "operations share a socket, and one that has ended is told no more"() {
    let sockets = 0;
    const client = connected({ on: { connected: () => (sockets += 1) } });
    const first = client.iterate(followed);
    const second = client.iterate(followed);
    await first.next();
    await first.return();
    for (let told = 0; told < 3; told += 1) assert.equal((await second.next()).done, false);
    assert.deepEqual((await answers(client, name)).length, 1);
    await second.return();
    assert.equal(sockets, 1);
    await client.dispose();
  },

  async "what is wrong with an operation ends it, and not the socket"() {
    const client = connected({ lazyCloseTimeout: 60_000 });
    const errors = await answers(client, wrong).catch((error) => error);
    assert.equal(errors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
    assert.deepEqual(errors[0].locations, [{ line: 1, column: 3 }]);
    assert.equal((await answers(client, name)).length, 1);
    await client.dispose();
  },

  async "the client's pings are answered"() {
    let ponged;
    const answered = new Promise((resolve) => (ponged = resolve));
    const client = connected({
      lazy: false,
      keepAlive: 50,
      on: { pong: (received) => received && ponged() },
    });
    await answered;
    await client.dispose();
  },

  async "a token that is none is refused for good"() {
    const client = connected({ connectionParams: { authorization: "Bearer none" } });
    const closed = await answers(client, name).catch((event) => event);
    assert.equal(closed.code, CloseCode.Forbidden);
  },

  async "who says nothing is hung up on"() {
    assert.equal(await ending([]), CloseCode.ConnectionInitialisationTimeout);
  },

  async "nothing can be asked before the connection is acknowledged"() {
    const asked = { type: "subscribe", id: "1", payload: name };
    assert.equal(await ending([asked]), CloseCode.Unauthorized);
  },

  async "a connection is initialised once"() {
    assert.equal(await ending([init(), init()]), CloseCode.TooManyInitialisationRequests);
  },

  async "an id is one operation's at a time"() {
    const asked = { type: "subscribe", id: "1", payload: followed };
    assert.equal(await ending([init(), asked, asked]), CloseCode.SubscriberAlreadyExists);
  },

  async "an id can be used again when its operation is complete"() {
    const asked = { type: "subscribe", id: "1", payload: followed };
    const socket = await spokenTo([init(), asked]);
    await heard(socket, "next");
    say(socket, [{ type: "complete", id: "1" }, { ...asked, payload: name }]);
    await heard(socket, "complete");
    socket.close();
  },

  async "messages that ask for nothing are suffered"() {
    const idle = [{ type: "pong" }, { type: "complete", id: "none" }, { type: "ping", payload: {} }];
    const socket = await spokenTo([init(), ...idle]);
    await heard(socket, "pong");
    socket.close();
  },

  async "a message of another type ends the socket"() {
    assert.equal(await ending([init(), { type: "start", id: "1" }]), CloseCode.BadRequest);
  },

  async "a message without its members ends the socket"() {
    assert.equal(await ending([init(), { type: "subscribe", id: "1" }]), CloseCode.BadRequest);
  },

  async "what is no message ends the socket"() {
    assert.equal(await ending([init(), "{"]), CloseCode.BadRequest);
    assert.equal(await ending([init(), Buffer.from([1, 2])]), CloseCode.BadRequest);
  },

  async "no other subprotocol is spoken"() {
    assert.equal(await ending([], []), CloseCode.SubprotocolNotAcceptable);
  },
};

const results = await Promise.all(
  Object.entries(checks).map(async ([name, check]) => ({ name, problem: await problem(check) })),
);
for (const result of results) console.log(JSON.stringify(result));
process.exit();

async function problem(check) {
  const late = new Promise((resolve) => setTimeout(resolve, WITHIN, `not within ${WITHIN} ms`));
  return await Promise.race([late, check().then(() => null, (error) => error.stack ?? error)]);
}

function connected(options) {
  const connectionParams = { authorization };
  return createClient({ url, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0, ...options });
}

/** All answers to an operation that completes. */
async function answers(client, operation) {
  const found = [];
  for await (const answer of client.iterate(operation)) found.push(answer);
  return found;
}

function init() {
  return { type: "connection_init", payload: { authorization } };
}

/** A bare socket on which all of this was said; every message that comes is held to the protocol. */
async function spokenTo(messages, subprotocol = "graphql-transport-ws") {
  const socket = new WebSocket(url, subprotocol);
  socket.on("message", (data) => socket.emit(`told ${parseMessage(data.toString()).type}`));
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  say(socket, messages);
  return socket;
}

function say(socket, messages) {
  for (const message of messages) {
    const isWritten = typeof message === "string" || Buffer.isBuffer(message);
    socket.send(isWritten ? message : JSON.stringify(message));
  }
}

function heard(socket, type) {
  return new Promise((resolve, reject) => {
    socket.once(`told ${type}`, resolve);
    socket.once("close", (code, reason) => reject(new Error(`It was closed: ${code} ${reason}`)));
  });
}

/** The code with which the other side closes a socket on which all of this was said. */
async function ending(messages, subprotocol) {
  const socket = await spokenTo(messages, subprotocol);
  return new Promise((resolve) => socket.once("close", resolve));
}
