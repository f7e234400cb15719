// graphql-transport-ws frame by frame: how a socket is closed, for whom, and what does not close it.
import assert from "node:assert/strict";
import WebSocket from "ws";
import { check, run, signIn, socketUrl, within } from "./laurel.mjs";

const PROTOCOL = "graphql-transport-ws";
const token = await signIn("canbo");
const INIT = { type: "connection_init", payload: { authorization: `Bearer ${token}` } };
const SUBSCRIBE = { id: "1", type: "subscribe", payload: { query: "subscription { decisionPublished { cursor } }" } };

/** Open a socket, send frames (objects as JSON, the rest as it is) and give how it was closed and what was said. */
function closing(frames, { protocol = PROTOCOL, channel = "web", ...options } = {}) {
  const socket = new WebSocket(socketUrl(channel), protocol, options);
  const heard = [];
  const raw = (frame) => (typeof frame === "object" && !Buffer.isBuffer(frame) ? JSON.stringify(frame) : frame);
  socket.on("open", () => frames.forEach((frame) => socket.send(raw(frame))));
  socket.on("message", (data, binary) => heard.push(binary ? "binary" : JSON.parse(data)));
  const closed = new Promise((resolve, reject) => {
    socket.on("close", (code, reason) => resolve({ code, reason: String(reason), heard }));
    socket.on("error", reject);
  });
  return within(closed, 8_000).finally(() => socket.terminate());
}

/** Open a socket and give what is said first to these frames. */
async function answered(frames, count) {
  const socket = new WebSocket(socketUrl("web"), PROTOCOL);
  const heard = [];
  const enough = new Promise((resolve, reject) => {
    socket.on("message", (data) => heard.push(JSON.parse(data)) >= count && resolve(heard));
    socket.on("close", (code) => reject(new Error(`closed with ${code}`)));
    socket.on("error", reject);
  });
  socket.on("open", () => frames.forEach((frame) => socket.send(JSON.stringify(frame))));
  return within(enough).finally(() => socket.terminate());
}

const closes = (sentence, code, frames, options) =>
  check(`${sentence}: ${code}`, async () => assert.equal((await closing(frames, options)).code, code));

closes("subscribing before saying hello", 4401, [SUBSCRIBE]);
closes("saying hello twice", 4429, [INIT, INIT]);
closes("the same id twice", 4409, [INIT, SUBSCRIBE, SUBSCRIBE]);
closes("a token that does not hold", 4403, [{ ...INIT, payload: { authorization: "Bearer nobody" } }]);
closes("no token at all", 4403, [{ type: "connection_init" }]);
closes("a session of another channel", 4403, [INIT], { channel: "mobile" });
closes("no protocol", 4406, [], { protocol: [] });
closes("never saying hello", 4408, []);

for (const [sentence, frame] of [
  ["no JSON", "hello"],
  ["a list", "[1]"],
  ["a number", "5"],
  ["null", "null"],
  ["no type", {}],
  ["an unknown type", { type: "start", id: "1" }],
  ["what only a server says", { type: "connection_ack" }],
  ["a binary frame", Buffer.from(JSON.stringify(INIT))],
  ["a payload that is no object", { type: "connection_init", payload: "x" }],
]) {
  closes(sentence, 4400, [frame]);
}
for (const [sentence, frame] of [
  ["a subscription without an id", { ...SUBSCRIBE, id: undefined }],
  ["an id that is a number", { ...SUBSCRIBE, id: 1 }],
  ["an empty id", { ...SUBSCRIBE, id: "" }],
  ["an endless id", { ...SUBSCRIBE, id: "x".repeat(10_000) }],
  ["a subscription without a payload", { ...SUBSCRIBE, payload: undefined }],
]) {
  closes(sentence, 4400, [INIT, frame]);
}
closes("a frame past 64 KiB", 1009, [INIT, "x".repeat(70_000)]);

check("the protocol of old is not spoken: the client gets no subprotocol, and gives up", async () => {
  await assert.rejects(closing([INIT], { protocol: "graphql-ws" }), /no subprotocol/);
});

for (const origin of ["https://evil.example", "null", "http://127.0.0.1:1"]) {
  check(`a page of ${origin} is refused at the handshake`, async () => {
    await assert.rejects(closing([], { origin }), /Unexpected server response: 403/);
  });
}

check("hello is acknowledged, a ping is answered, in text frames", async () => {
  const heard = await answered([INIT, { type: "ping", payload: { at: 1 } }], 2);
  assert.deepEqual(heard.map((said) => said.type).sort(), ["connection_ack", "pong"]);
});

check("leaving what one never followed is passed over", async () => {
  const heard = await answered([INIT, { id: "9", type: "complete" }, { type: "ping" }], 2);
  assert.ok(heard.some((said) => said.type === "pong"));
});

check("a payload of the wrong shape is an error of its id", async () => {
  const heard = await answered([INIT, { ...SUBSCRIBE, payload: { query: 5 } }], 2);
  const refused = heard.find((said) => said.type === "error");
  assert.deepEqual([refused?.id, refused?.payload[0].extensions.code], ["1", "BAD_REQUEST"]);
});

await run("transport-ws");
