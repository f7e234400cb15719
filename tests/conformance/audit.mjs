// GraphQL over HTTP: every audit of graphql-http, as somebody who is signed in.
import { serverAudits } from "graphql-http";
import { bearer, check, run, url } from "./laurel.mjs";

const authorization = await bearer("kiemtra");
const fetchFn = (where, init = {}) => fetch(where, { ...init, headers: { ...init.headers, ...authorization } });

for (const audit of serverAudits({ url: url("web"), fetchFn })) {
  check(`${audit.id} ${audit.name}`, async () => {
    const said = await audit.fn();
    if (said.status === "ok") return;
    const body = await said.response.text().catch(() => "(body already read)");
    throw new Error(`${said.reason}; answered ${said.response.status}: ${body.slice(0, 600)}`);
  });
}

await run("graphql-http");
