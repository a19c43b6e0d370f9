// Audit the endpoint URL as the caller of TOKEN by the GraphQL-over-HTTP specification, and print
// a line of JSON for each audit.
import { serverAudits } from "graphql-http";

const { URL: url, TOKEN: token } = process.env;

const fetchFn = (address, init) =>
  fetch(address, { ...init, headers: { ...init?.headers, authorization: `Bearer ${token}` } });

for (const audit of serverAudits({ url, fetchFn })) {
  const { id, name, status, reason, response } = await audit.fn();
  const problem = status === "ok" ? null : `${reason}: ${response.status}`;
  console.log(JSON.stringify({ name: `${id} ${name}`, problem }));
}
