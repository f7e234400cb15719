// The running Laurel, as the suites reach it: who signs in, how to ask it, and a dossier's way to a published decision.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

const told = JSON.parse(process.env.LAUREL_CONFORMANCE ?? "{}");

/** Where the server is, `http://127.0.0.1:PORT`. */
export const address = told.address;
/** The id of the nominee whom the account `nghenhan` stands for. */
export const nominee = told.nominee;

/** The HTTP address of a channel. */
export const url = (channel) => `${address}/${channel}/graphql`;
/** The socket address of a channel. */
export const socketUrl = (channel) => url(channel).replace("http", "ws");

const checks = [];

/** Declare a check: a sentence that holds, and a function that throws where it does not. */
export function check(sentence, fn) {
  checks.push([sentence, fn]);
}

/** Run the declared checks in order, each within so many milliseconds; a JSON line each: suite, check, passed, reason. */
export async function run(suite, patience = 20_000) {
  for (const [sentence, fn] of checks) {
    const reason = await within(fn(), patience).then(() => null, reasonOf);
    console.log(JSON.stringify({ suite, check: sentence, passed: reason === null, reason }));
  }
  process.exit(0);
}

const reasonOf = (problem) => (problem instanceof Error ? problem.message : JSON.stringify(problem)).slice(0, 1500);

/** What a promise gives, or an error once `milliseconds` have passed. */
export function within(promise, milliseconds = 5_000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came within ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Milliseconds pass. */
export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Time for a subscription to be heard from: the protocols have no word that says it listens. */
export const listening = () => pause(1500);

/** Send one request by POST and give the whole response, its body read as JSON where it is. */
export async function post(channel, body, headers = {}) {
  const response = await fetch(url(channel), {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json", ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** The first error's code. */
export const codeOf = (body) => body?.errors?.[0]?.extensions?.code;

const tokens = new Map();

/** A session's token for a demo account, by the channel's own signing in. */
export async function signIn(username, channel = "web") {
  if (!tokens.has(username)) {
    const query = "mutation SignIn($input: SignInInput!) { signIn(input: $input) { ... on Session { token } } }";
    const body = channel === "web" ? { query } : { documentId: "SignIn" };
    const said = await post(channel, { ...body, variables: { input: { username, password: told.password } } });
    assert.ok(said.body.data?.signIn?.token, `cannot sign in as ${username}: ${JSON.stringify(said.body)}`);
    tokens.set(username, said.body.data.signIn.token);
  }
  return tokens.get(username);
}

/** The Authorization header of a demo account. */
export const bearer = async (username, channel) => ({ authorization: `Bearer ${await signIn(username, channel)}` });

/** What staff are answered on the web channel; throws where there are errors. */
export async function ask(username, query, variables = {}) {
  const said = await post("web", { query, variables }, await bearer(username));
  assert.equal(said.body.errors, undefined, JSON.stringify(said.body.errors));
  return said.body.data;
}

const DOSSIER = "... on Dossier { id code status version lines(first: 5) { nodes { id } } }";
const DECISION = "... on Decision { id number status version }";
const REFUSED = "... on Refusal { message messageEn }";

/** Take one act and give the row it changed; throws where it is refused. */
export async function act(username, name, type, input, shown = DOSSIER) {
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { __typename ${shown} ${REFUSED} } }`;
  const said = (await ask(username, query, { input: { idempotencyKey: randomUUID(), ...input } }))[name];
  assert.ok(said.id, `${name}: ${JSON.stringify(said)}`);
  return said;
}

/** A new draft of the Department of Culture for the nominee of `nghenhan`. */
export const draft = () =>
  act("canbo", "draftDossier", "DraftDossierInput", {
    agency: "H37.07",
    authority: "H37",
    title: "Đề nghị tặng Bằng khen (kiểm tra tương hợp)",
    commendationType: "UNEXPECTED",
    lines: [{ nomineeId: nominee, awardType: "BK_T", citation: "Có thành tích đột xuất", achievementYear: 2026 }],
    documents: [
      { kind: "PROPOSAL", title: "Tờ trình" },
      { kind: "ACHIEVEMENT_SUMMARY", title: "Tóm tắt thành tích" },
    ],
  });

const step = (who, name, type = "DossierStepInput", more = () => ({})) => (dossier) =>
  act(who, name, type, { id: dossier.id, expectedVersion: dossier.version, ...more(dossier) });

/** Steps of a dossier, each from the row that the one before gave. */
export const submit = step("canbo", "submitDossier");
export const receive = step("motcua", "receiveDossier");
export const assign = step("truongphong", "assignAppraiser", "AssignInput", () => ({ appraiser: "thamdinh" }));
export const appraise = step("thamdinh", "appraiseLine", "AppraiseLineInput", (dossier) => ({
  lineId: dossier.lines.nodes[0].id,
  eligible: true,
}));

/** The decision on an appraised dossier. */
export const issue = (dossier) =>
  act(
    "chutich",
    "issueDecision",
    "IssueDecisionInput",
    { id: dossier.id, expectedVersion: dossier.version, title: "Về việc tặng Bằng khen (kiểm tra tương hợp)" },
    DECISION,
  );

/** The decision, published. */
export const publish = (decision) =>
  act(
    "truongphong",
    "publishDecision",
    "PublishDecisionInput",
    { id: decision.id, expectedVersion: decision.version },
    DECISION,
  );

/** A decision that only waits to be published, from a new dossier. */
export async function decided() {
  let dossier = await draft();
  for (const taken of [submit, receive, assign, appraise]) dossier = await taken(dossier);
  return issue(dossier);
}

/** What a subscription tells, one after another: `next()` waits for one, `ended` for its end. */
export class Told {
  #waiting = [];
  #held = [];
  count = 0;

  constructor(begin) {
    this.ended = new Promise((resolve, reject) => {
      this.stop = begin({ next: (said) => this.#hear(said), error: reject, complete: () => resolve("complete") });
    });
    this.ended.catch(() => undefined); // whoever waits for the end hears of it
  }

  #hear(said) {
    this.count += 1;
    const waiting = this.#waiting.shift();
    if (waiting) waiting(said);
    else this.#held.push(said);
  }

  /** The next thing told; throws where the subscription ends, or nothing comes for five seconds. */
  next() {
    if (this.#held.length) return Promise.resolve(this.#held.shift());
    const heard = new Promise((resolve) => this.#waiting.push(resolve));
    const over = this.ended.then((why) => {
      throw new Error(`it ended: ${why}`);
    });
    return within(Promise.race([heard, over]));
  }
}
