// relay-compiler: connections, refetchable fragments and node(id:) as Relay wants them; what it makes is then asked.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ask, bearer, check, draft, post, run } from "../laurel.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const MADE = `${HERE}generated-relay/`;
const execute = promisify(execFile);
const compile = (...options) =>
  execute(process.execPath, [`${HERE}node_modules/relay-compiler/cli.js`, `${HERE}relay.config.json`, ...options], { cwd: HERE });

rmSync(MADE, { recursive: true, force: true });
mkdirSync(MADE);

check("relay-compiler makes all that is written for it", async () => {
  const said = await compile().catch((error) => error);
  assert.ok(!said.code, `${said.stdout}${said.stderr}`);
  assert.ok(readdirSync(MADE).length >= 12, said.stdout);
});

check("and finds nothing left to make", async () => {
  const said = await compile("--validate").catch((error) => error);
  assert.ok(!said.code, `${said.stdout}${said.stderr}`);
});

/** The document that Relay sends for one of its operations. */
function text(operation) {
  const made = readFileSync(`${MADE}${operation}.graphql.ts`, "utf8");
  return JSON.parse(/"text": (".*")/.exec(made)[1]);
}

check("a list is read page by page as Relay reads it, until its end", async () => {
  const seen = new Set();
  let cursor = null;
  for (let page = 0; page < 3; page += 1) {
    const operation = page ? "DossierListPaginationQuery" : "DossierListQuery";
    const { dossiers } = await ask("thuky", text(operation), { count: 7, cursor });
    assert.equal(dossiers.edges.length, 7);
    for (const { node } of dossiers.edges) {
      assert.equal(node.__typename, "Dossier");
      assert.ok(!seen.has(node.id), `${node.id} comes twice`);
      seen.add(node.id);
    }
    assert.ok(dossiers.pageInfo.hasNextPage);
    cursor = dossiers.pageInfo.endCursor;
  }
});

check("a dossier is read again by its id, and its events go on from theirs", async () => {
  const { id } = await draft();
  const again = await ask("canbo", text("DossierCardRefetchQuery"), { id });
  assert.equal(again.node.id, id);
  const events = await ask("canbo", text("DossierCardEventsQuery"), { id, count: 1, cursor: null });
  assert.equal(events.node.events.edges[0].node.act, "DRAFT");
  const { node } = await ask("canbo", text("DossierCardQuery"), { id: "Dossier_01930000-0000-7000-8000-000000000000" });
  assert.equal(node, null);
});

check("an act gives what the store needs, and its refusal is a member of the result", async () => {
  const { id, version } = await draft();
  const variables = { input: { id, expectedVersion: version + 5, idempotencyKey: crypto.randomUUID() } };
  const { submitDossier } = await ask("canbo", text("DossierStepsSubmitMutation"), variables);
  assert.equal(submitDossier.__typename, "StaleVersion");
  assert.equal(submitDossier.current, version);
  const input = { id, expectedVersion: version, idempotencyKey: crypto.randomUUID() };
  const done = await ask("canbo", text("DossierStepsSubmitMutation"), { input });
  assert.deepEqual([done.submitDossier.id, done.submitDossier.status], [id, "SUBMITTED"]);
});

check("hits of several kinds are one connection", async () => {
  const { search } = await ask("thuky", text("SearchPageQuery"), { text: "khen", count: 5, cursor: null });
  assert.ok(search.edges.every(({ node }) => node.__typename && node.id));
});

check("a subscription's document is taken, and wants an open connection", async () => {
  const said = await post("web", { query: text("DossierStepsMovedSubscription"), variables: { id: "x" } }, await bearer("canbo"));
  assert.equal(said.body.errors[0].extensions.code, "STREAM_REQUIRED");
});

await run("relay-compiler", 60_000);
