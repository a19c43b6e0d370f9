// PostGraphile 5 with its usual preset. A request's token is verified, the person is looked up, and
// both are remembered; tenant and viewer are settings of the transaction that reads, and the
// policies of authorisation.sql go by them.
import { createServer } from "node:http";
import { createRemoteJWKSet, jwtVerify } from "jose";
import pg from "pg";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const { DSN, ISSUER, KEYS, AUDIENCE, PORT, CONNECTIONS } = process.env;
const REMEMBERED_FOR = 60_000; // milliseconds

const pool = new pg.Pool({ connectionString: DSN, max: Number(CONNECTIONS) });
const jwks = createRemoteJWKSet(new URL(KEYS));
const viewers = new Map();

async function viewerOf(token) {
  const known = viewers.get(token);
  if (known && known.until > Date.now()) return known.settings;
  const { payload } = await jwtVerify(token, jwks, { issuer: ISSUER, audience: AUDIENCE });
  const until = Math.min(Date.now() + REMEMBERED_FOR, payload.exp * 1000);
  const settings = {
    "cairn.organisation": payload.organisation,
    "viewer.person": await personOf(payload.organisation, payload.sub),
    "viewer.administrator": payload.roles?.includes("administrator") ? "yes" : "no",
  };
  viewers.set(token, { until, settings });
  return settings;
}

// The one lookup that no policy of a viewer can allow: it says who the viewer is.
async function personOf(organisation, subject) {
  const { rows } = await pool.query("select viewing.who($1, $2) as id", [organisation, subject]);
  return rows[0].id;
}

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ pool, schemas: ["read", "api"] })],
  grafserv: { graphiql: false, watch: false },
  grafast: {
    explain: false,
    async context({ node }) {
      const token = node.req.headers.authorization.slice("Bearer ".length);
      return { pgSettings: await viewerOf(token) };
    },
  },
});

if (process.argv[2] === "schema") {
  const { printSchema } = await import("postgraphile/graphql");
  console.log(printSchema(await instance.getSchema()));
  process.exit();
}
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(Number(PORT), "127.0.0.1");
