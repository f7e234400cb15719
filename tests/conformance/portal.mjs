// GraphQL over HTTP where the audits cannot go: the portal answers registered documents only, and lets them be cached.
import assert from "node:assert/strict";
import { bearer, check, codeOf, post, run, url } from "./laurel.mjs";

const LATEST = `${url("portal")}?documentId=LatestDecisions&variables=${encodeURIComponent('{"first":2}')}`;
const get = (where, headers = {}) => fetch(where, { headers });

check("a registered document is answered by POST, by its name", async () => {
  const said = await post("portal", { documentId: "LatestDecisions", variables: { first: 2 } });
  assert.equal(said.status, 200);
  assert.equal(said.headers.get("content-type"), "application/graphql-response+json; charset=utf-8");
  assert.equal(said.body.data.decisions.nodes.length, 2);
});

check("it is answered by GET, and may be kept for a while", async () => {
  const response = await get(LATEST, { accept: "application/graphql-response+json" });
  assert.equal(response.status, 200);
  assert.match(response.headers.get("cache-control"), /^public, max-age=\d+/);
  assert.equal(response.headers.get("vary"), "Accept");
  assert.equal((await response.json()).data.decisions.nodes.length, 2);
});

check("who has it already is told so, by its ETag", async () => {
  const etag = (await get(LATEST)).headers.get("etag");
  const again = await get(LATEST, { "if-none-match": etag });
  assert.equal(again.status, 304);
  assert.equal(again.headers.get("etag"), etag);
  assert.equal(await again.text(), "");
});

check("a text of one's own is refused, by POST and by GET", async () => {
  const said = await post("portal", { query: "{ __typename }" });
  assert.deepEqual([said.status, codeOf(said.body)], [403, "DOCUMENTS_ONLY"]);
  assert.equal("data" in said.body, false);
  assert.equal((await get(`${url("portal")}?query={__typename}`)).status, 405);
});

check("an unknown document is not found", async () => {
  const said = await post("portal", { documentId: "sha256:0" });
  assert.deepEqual([said.status, codeOf(said.body)], [404, "DOCUMENT_NOT_FOUND"]);
});

check("a wrong variable is a 400 without data", async () => {
  const said = await post("portal", { documentId: "Decision", variables: {} });
  assert.equal(said.status, 400);
  assert.equal("data" in said.body, false);
});

check("a session has no place here", async () => {
  const said = await post("portal", { documentId: "LatestDecisions" }, await bearer("kiemtra"));
  assert.deepEqual([said.status, codeOf(said.body)], [403, "NO_SESSIONS_HERE"]);
});

check("a subscription needs an open stream", async () => {
  const said = await post("portal", { documentId: "DecisionPublished" });
  assert.deepEqual([said.status, codeOf(said.body)], [422, "STREAM_REQUIRED"]);
});

for (const [what, init, status] of [
  ["a form", { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body: "a=b" }, 415],
  ["a body without a type", { method: "POST", headers: { "content-type": "" }, body: "{}" }, 415],
  ["a wish for CSV", { method: "GET", headers: { accept: "text/csv" } }, 406],
  ["another method", { method: "PUT", body: "{}" }, 405],
  ["an address without end", { method: "GET", path: `&x=${"x".repeat(5000)}` }, 414],
]) {
  check(`${what} is answered ${status}`, async () => {
    const { path = "", ...rest } = init;
    const response = await fetch(path || rest.method === "GET" ? LATEST + path : url("portal"), rest);
    assert.equal(response.status, status, await response.text());
  });
}

await run("portal");
