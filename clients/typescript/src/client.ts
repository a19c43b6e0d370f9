// Sends typed operations to Cairn's gateway: queries and mutations over HTTP, subscriptions over
// graphql-transport-ws.

import { createClient, type Client as SocketClient } from "graphql-ws";
import type { TypedDocumentString } from "./generated/graphql.js";

export * from "./generated/graphql.js";

export interface Options {
  /** The endpoint's address, https://…/graphql. */
  url: string;
  /** An access token that is good now. It is asked for before each request and each connection. */
  token: () => string | Promise<string>;
  /**
   * What is sent of an operation: its text, or its id in the manifest of trusted documents, which
   * the gateway must have been given.
   */
  send?: "text" | "id";
  /** How often the gateway is asked whether it is still there, in milliseconds. */
  aliveEvery?: number;
  /** The WebSocket to use, where the platform has none of its own. */
  webSocket?: unknown;
}

export interface GraphQLError {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string } & Record<string, unknown>;
}

/** A request that got no answer, or not all of it. What the rules refuse is no such error. */
export class RequestFailed extends Error {
  constructor(
    readonly errors: readonly GraphQLError[],
    /** The request's id, which is the correlation id of what came of it; null of a subscription. */
    readonly requestId: string | null,
  ) {
    super(errors.map((error) => error.message).join(" "));
    this.name = "RequestFailed";
  }
}

/** An operation that needs no variables is called without them. */
type Given<V> = Record<string, never> extends V ? [variables?: V] : [variables: V];

export class Client {
  readonly #options: Options;
  readonly #socket: SocketClient;

  constructor(options: Options) {
    this.#options = options;
    const { url, webSocket: webSocketImpl, aliveEvery = 15_000 } = options;
    // A phone that changes its network is not told that the connection is dead.
    let unanswered: ReturnType<typeof setTimeout>;
    this.#socket = createClient({
      url: url.replace(/^http/, "ws"),
      webSocketImpl,
      connectionParams: async () => ({ authorization: await this.#authorization() }),
      keepAlive: aliveEvery,
      on: {
        ping: (received) => {
          if (!received) unanswered = setTimeout(() => this.#socket.terminate(), aliveEvery);
        },
        pong: () => clearTimeout(unanswered),
        closed: () => clearTimeout(unanswered),
      },
    });
  }

  /** The data of a query or a mutation. Throws RequestFailed, and what `fetch` throws. */
  async request<R, V>(document: TypedDocumentString<R, V>, ...[variables]: Given<V>): Promise<R> {
    const response = await fetch(this.#options.url, {
      method: "POST",
      headers: {
        authorization: await this.#authorization(),
        accept: "application/graphql-response+json",
        "content-type": "application/json",
      },
      body: JSON.stringify({ ...this.#named(document), variables }),
    });
    const { data, errors } = (await response.json()) as { data?: R; errors?: GraphQLError[] };
    if (errors !== undefined || data === undefined) {
      throw new RequestFailed(errors ?? [], response.headers.get("x-request-id"));
    }
    return data;
  }

  /**
   * How things stand, now and after each change, until the loop over it ends. A connection that was
   * lost is opened again, in five attempts at most, a little later each. Throws RequestFailed, and the
   * CloseEvent of a connection that cannot be had.
   */
  async *subscribe<R, V>(
    document: TypedDocumentString<R, V>,
    ...[variables]: Given<V>
  ): AsyncGenerator<R, void> {
    const asked = { query: "", ...this.#named(document), variables: variables ?? {} };
    try {
      for await (const { data, errors } of this.#socket.iterate(asked)) {
        if (errors !== undefined || data == null) throw errors ?? [];
        yield data as Awaited<R>;
      }
    } catch (error) {
      throw Array.isArray(error) ? new RequestFailed(error, null) : error;
    }
  }

  /** End all subscriptions. */
  async close(): Promise<void> {
    await this.#socket.dispose();
  }

  async #authorization(): Promise<string> {
    return `Bearer ${await this.#options.token()}`;
  }

  #named<R, V>(document: TypedDocumentString<R, V>): { query: string } | { documentId: string } {
    return this.#options.send === "id"
      ? { documentId: document.__meta__?.["hash"] as string }
      : { query: document.toString() };
  }
}
