// Server-sent events: the graphql-sse client on distinct connections, and what an EventSource would send.
import assert from "node:assert/strict";
import { createClient } from "graphql-sse";
import { Told, bearer, check, codeOf, decided, listening, post, publish, run, url, within } from "./laurel.mjs";

const client = createClient({ url: url("portal"), retryAttempts: 0 });
const PUBLISHED = "subscription ($after: Cursor) { decisionPublished(after: $after) { cursor decision { number } } }";
const follow = (variables = {}, using = client) =>
  new Told((sink) => using.subscribe({ documentId: "DecisionPublished", variables }, sink));
const published = (said) => {
  assert.ok(said.data, JSON.stringify(said));
  return said.data.decisionPublished;
};
const numberOf = (said) => published(said).decision.number;

let first, second;

check("the public hears of each decision as it is published", async () => {
  const decision = await decided();
  const told = follow();
  await listening();
  await publish(decision);
  first = await told.next();
  assert.equal(numberOf(first), decision.number);
  told.stop();
});

check("who was away is told what they missed, then what happens", async () => {
  second = await publish(await decided());
  const told = follow({ after: published(first).cursor });
  assert.equal(numberOf(await told.next()), second.number);
  const third = await publish(await decided());
  assert.equal(numberOf(await told.next()), third.number);
  assert.equal(told.count, 2);
  told.stop();
});

check("a reconnecting EventSource goes on from its last event", async () => {
  const response = await fetch(`${url("portal")}?documentId=DecisionPublished`, {
    headers: { accept: "text/event-stream", "last-event-id": published(first).cursor },
  });
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type"), /^text\/event-stream/);
  assert.match(response.headers.get("cache-control"), /no-store/);
  const said = await within(read(response, (text) => text.includes("event: next")));
  const [, id, data] = said.match(/event: next\nid: (\S+)\ndata: (.*)\n\n/);
  const told = JSON.parse(data);
  assert.equal(numberOf(told), second.number);
  assert.equal(id, published(told).cursor);
});

check("a cursor of another history is answered by a resync, and the stream goes on", async () => {
  const told = follow({ after: "nonsense" });
  const said = await told.next();
  assert.equal(published(said).resync.reason, "UNREADABLE");
  assert.equal(published(said).decision, null);
  const decision = await publish(await decided());
  assert.equal(numberOf(await told.next()), decision.number);
  told.stop();
});

check("stopping one subscription leaves the other", async () => {
  const [leaving, staying] = [follow(), follow()];
  await listening();
  leaving.stop();
  assert.equal(await within(leaving.ended), "complete");
  const decision = await publish(await decided());
  assert.equal(numberOf(await staying.next()), decision.number);
  assert.equal(leaving.count, 0);
  staying.stop();
});

check("staff may follow by a text of their own", async () => {
  const staff = createClient({ url: url("web"), retryAttempts: 0, headers: await bearer("kiemtra") });
  const told = new Told((sink) => staff.subscribe({ query: PUBLISHED }, sink));
  await listening();
  const decision = await publish(await decided());
  assert.equal(numberOf(await told.next()), decision.number);
  staff.dispose();
});

for (const [what, query, code] of [
  ["a syntax error", "subscription {", "PARSE_ERROR"],
  ["an unknown field", "subscription { nothingHappened }", "VALIDATION_FAILED"],
  ["a query", "{ __typename }", "SUBSCRIPTIONS_ONLY"],
]) {
  check(`${what} is refused before a stream is begun`, async () => {
    const said = await post("web", { query }, { ...(await bearer("kiemtra")), accept: "text/event-stream" });
    assert.equal(codeOf(said.body), code);
    assert.ok(said.status >= 400 || code !== "SUBSCRIPTIONS_ONLY", `status ${said.status}`);
    assert.match(said.headers.get("content-type"), /json/);
  });
}

check("a client that wants one connection for all is refused, not half served", async () => {
  const single = createClient({ url: url("portal"), singleConnection: true, retryAttempts: 0 });
  const told = new Told((sink) => single.subscribe({ documentId: "DecisionPublished" }, sink));
  const problem = await within(told.ended.then(() => null, (error) => error));
  assert.equal(problem?.response?.status, 405);
});

/** The text of a stream, until it is enough. */
async function read(response, enough) {
  let text = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (enough(text)) break;
  }
  return text;
}

await run("graphql-sse");
