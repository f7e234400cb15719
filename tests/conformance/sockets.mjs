// graphql-transport-ws by the graphql-ws client: what staff and nominees hear, resume, leave, and are refused.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { Told, assign, check, draft, listening, pause, receive, run, signIn, socketUrl, submit, within } from "./laurel.mjs";

const DESK = `subscription ($agency: String!, $after: Cursor) {
  agencyDossiersMoved(agency: $agency, after: $after) {
    cursor event { act status } dossier { id code status } resync { reason head }
  }
}`;
const MOVED = `subscription ($id: ID!, $after: Cursor) {
  dossierMoved(id: $id, after: $after) { cursor event { act version } dossier { status } }
}`;

async function connect(username, channel = "web") {
  const authorization = `Bearer ${await signIn(username, channel)}`;
  const options = { lazy: true, retryAttempts: 0, connectionParams: { authorization }, webSocketImpl: WebSocket };
  const client = createClient({ ...options, url: socketUrl(channel) });
  client.follow = (query, variables) => new Told((sink) => client.subscribe({ query, variables }, sink));
  client.refusal = async (query, variables) => within(client.follow(query, variables).ended.then(() => null, (e) => e));
  client.on("closed", (event) => (client.closed = event.code));
  return client;
}

const officer = await connect("canbo");
const moved = (said) => said.data.dossierMoved ?? said.data.agencyDossiersMoved;
const actsOf = (events) => events.map((said) => moved(said).event.act);

check("staff hear each step on their desk as it is taken", async () => {
  const told = officer.follow(DESK, { agency: "H37.07" });
  await listening();
  const dossier = await submit(await draft());
  const events = [await told.next(), await told.next()];
  assert.deepEqual(actsOf(events), ["DRAFT", "SUBMIT"]);
  assert.equal(moved(events[1]).dossier.id, dossier.id);
  assert.match(moved(events[1]).cursor, /^\d+-[0-9a-f]{16}$/);
  told.stop();
});

check("who was away is told what they missed in order, each step once, then what happens", async () => {
  let dossier = await draft();
  const before = officer.follow(MOVED, { id: dossier.id });
  await listening();
  dossier = await submit(dossier);
  const { cursor } = moved(await before.next());
  before.stop();
  dossier = await assign(await receive(dossier));
  const told = officer.follow(MOVED, { id: dossier.id, after: cursor });
  const missed = [await told.next(), await told.next()];
  assert.deepEqual(actsOf(missed), ["RECEIVE", "ASSIGN"]);
  assert.equal(moved(missed[1]).dossier.status, "ASSIGNED");
  await pause(300);
  assert.equal(told.count, 2);
  told.stop();
});

check("a cursor of another history is answered by a resync", async () => {
  const told = officer.follow(DESK, { agency: "H37.07", after: "1-0000000000000000" });
  const said = moved(await told.next());
  assert.equal(said.resync.reason, "FOREIGN");
  assert.deepEqual([said.event, said.dossier, said.cursor], [null, null, said.resync.head]);
  told.stop();
});

check("leaving one subscription leaves the others on the socket alone", async () => {
  const dossier = await draft();
  const [leaving, staying] = [1, 2].map(() => officer.follow(MOVED, { id: dossier.id }));
  await listening();
  leaving.stop();
  await within(leaving.ended);
  await submit(dossier);
  assert.deepEqual(actsOf([await staying.next()]), ["SUBMIT"]);
  assert.equal(leaving.count, 0);
  staying.stop();
});

check("what cannot run is refused for its id alone, and the socket stays open", async () => {
  const dossier = await draft();
  const told = officer.follow(MOVED, { id: dossier.id });
  await listening();
  delete officer.closed; // a client without subscriptions has closed sockets before
  const refused = {};
  for (const query of [
    "{ __typename }",
    'mutation { signIn(input: {username: "canbo", password: "x"}) { __typename } }',
    "subscription {",
    "subscription { nothingHappened }",
    'subscription { a: dossierMoved(id: "x") { cursor } b: dossierMoved(id: "x") { cursor } }',
  ]) {
    refused[query.slice(0, 28)] = (await officer.refusal(query))?.[0]?.extensions?.code;
  }
  assert.deepEqual(Object.values(refused), [
    "SUBSCRIPTIONS_ONLY",
    "SUBSCRIPTIONS_ONLY",
    "PARSE_ERROR",
    "VALIDATION_FAILED",
    "ONE_ROOT_FIELD",
  ]);
  await submit(dossier);
  assert.deepEqual(actsOf([await told.next()]), ["SUBMIT"]);
  assert.equal(officer.closed, undefined);
  told.stop();
});

check("a wrong variable is refused for its id alone", async () => {
  const errors = await officer.refusal(MOVED, { id: {} });
  assert.equal(errors?.[0]?.extensions?.code, "VALIDATION_FAILED");
});

check("a dossier that one may not see and one that is not there look the same", async () => {
  const dossier = await draft(); // a draft is seen on the proposer's own desk alone
  const desk = await connect("motcua");
  const [hidden, absent] = [dossier.id, "Dossier_01930000-0000-7000-8000-000000000000"].map((id) =>
    desk.refusal(MOVED, { id }),
  );
  assert.deepEqual(await hidden, await absent);
  assert.equal((await absent)?.[0]?.extensions?.code, "NOT_FOUND");
  desk.dispose();
});

check("a nominee follows their dossier on the phone, by the text of a registered document", async () => {
  const phone = await connect("nghenhan", "mobile");
  const dossier = await submit(await draft());
  const registered = await readFile(new URL("../../channels/mobile/documents/DossierMoved.graphql", import.meta.url), "utf8");
  const told = phone.follow(registered, { id: dossier.id });
  await listening();
  await receive(dossier);
  assert.deepEqual(actsOf([await told.next()]), ["RECEIVE"]);
  const errors = await phone.refusal(MOVED, { id: dossier.id });
  assert.equal(errors?.[0]?.extensions?.code, "DOCUMENTS_ONLY");
  phone.dispose();
});

await run("graphql-ws");
