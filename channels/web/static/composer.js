// The query composer: GraphiQL, speaking to the web channel as any of its clients does, and what the last answer cost.
const { createElement: h, useSyncExternalStore } = React;

const asked = { how: "", said: null, listeners: new Set() }; // how: what X-Laurel-Explain says, "" for nothing
const changed = () => asked.listeners.forEach((listener) => listener());
const listen = (listener) => (asked.listeners.add(listener), () => asked.listeners.delete(listener));

function kindOf(document, name) {
  const operations = document?.definitions.filter((each) => each.kind === "OperationDefinition") ?? [];
  return (operations.find((each) => each.name?.value === name) ?? operations[0])?.operation;
}

function request(params, accept, more = {}) {
  const headers = { "Content-Type": "application/json", Accept: accept, ...more };
  if (asked.how) headers["X-Laurel-Explain"] = asked.how;
  return fetch("/web/graphql", { method: "POST", body: JSON.stringify(params), headers, credentials: "same-origin" });
}

async function heard(params, accept, headers) { // a session that ended is a stranger's: refused, perhaps for its length
  const answer = await request(params, accept, headers);
  if (!answer.ok && (await fetch(location.pathname, { method: "HEAD" })).status === 404) location.assign("/web/sign-in");
  return answer;
}

async function once(params, headers) {
  const answer = await heard(params, "application/graphql-response+json", headers);
  const told = await answer.json();
  const { cost, explain, ...rest } = told.extensions ?? {};
  if (params.operationName !== "IntrospectionQuery") {
    asked.said = { cost, explain };
    changed();
  }
  return { ...told, extensions: Object.keys(rest).length ? rest : undefined }; // the panel shows the others
}

async function* told(params, headers) { // server-sent events of the distinct mode: event, then data, then a blank line
  const answer = await heard(params, "text/event-stream", headers);
  if (!answer.headers.get("content-type")?.startsWith("text/event-stream")) return void (yield await answer.json());
  let rest = "";
  for await (const part of chunks(answer.body.pipeThrough(new TextDecoderStream()))) {
    const events = (rest + part).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const lines = event.split("\n");
      const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trim()).join("\n");
      if (lines.includes("event: complete")) return;
      if (data) yield JSON.parse(data);
    }
  }
}

async function* chunks(stream) { // not every browser lets a stream be read by `for await`
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    reader.cancel();
  }
}

async function leave() {
  await request({ query: "mutation { signOut { __typename } }" }, "application/json");
  location.assign("/web/sign-in");
}

const fetcher = (params, { documentAST, headers } = {}) =>
  kindOf(documentAST, params.operationName) === "subscription" ? told(params, headers) : once(params, headers);

const both = (vietnamese, english) => [vietnamese, " ", h("span", { lang: "en", key: english }, english)];
const rows = (pairs) =>
  h("table", null, h("tbody", null, pairs.map(([name, value]) =>
    h("tr", { key: name }, h("th", { scope: "row" }, name), h("td", null, value.toLocaleString("vi"))))));

const COST = {
  requested: "dự tính · requested",
  actual: "thực tế · actual",
  limit: "hạn mức · limit",
  remaining: "còn lại · remaining",
  resetAt: "đầy lại lúc · full again at",
};

const costs = ({ resetAt, ...numbers }) =>
  Object.entries({ ...numbers, resetAt: new Date(resetAt).toLocaleTimeString("vi") }).map(([name, said]) => [COST[name], said]);

function Said() {
  const how = useSyncExternalStore(listen, () => asked.how);
  const said = useSyncExternalStore(listen, () => asked.said);
  const choice = (value, label) =>
    h("label", { key: value }, h("input", {
      type: "radio", name: "how", checked: how === value, onChange: () => ((asked.how = value), changed()),
    }), " ", label);
  const explained = said?.explain;
  return h("div", { className: "laurel-said" },
    h("h2", null, both("Cách trả lời", "How it is answered")),
    h("fieldset", null,
      choice("", both("không hỏi", "not asked")),
      choice("1", both("câu lệnh SQL và thời gian", "SQL and times")),
      choice("plan", both("thêm kế hoạch của PostgreSQL", "PostgreSQL's plans too"))),
    h("h2", null, both("Chi phí của câu hỏi vừa rồi", "What the last question cost")),
    said?.cost ? rows(costs(said.cost)) : h("p", null, both("Chưa có.", "None yet.")),
    explained && h("h2", null, both("Mili giây", "Milliseconds")),
    explained && rows(Object.entries(explained.milliseconds)),
    explained?.sql.map((each, place) => h("section", { key: place },
      h("h2", null, `SQL ${place + 1}: ${each.plan}, ${each.milliseconds} ms`),
      h("pre", null, each.text),
      each.postgresql && h("pre", null, each.postgresql.join("\n")))));
}

const panel = {
  title: "Chi phí và SQL",
  icon: () => h("svg", { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", strokeWidth: 1.5, "aria-hidden": true },
    h("path", { d: "M4 19h16M7 16v-5M12 16V5M17 16v-8" })),
  content: Said,
};

const DEFAULT = `# Soạn câu hỏi của mình rồi bấm ▶ (Ctrl-Enter). · Write a question, then press ▶ (Ctrl-Enter).
query HoSoMoiNhat {
  dossiers(first: 10, orderBy: NEWEST) {
    totalCount
    nodes { code title status dueOn agency { name } }
  }
}
`;

ReactDOM.createRoot(document.getElementById("composer")).render(h(GraphiQL, {
  fetcher,
  plugins: [GraphiQLPluginExplorer.explorerPlugin(), panel],
  defaultQuery: DEFAULT,
  isHeadersEditorEnabled: false,
  shouldPersistHeaders: false,
}, h(GraphiQL.Logo, null, h("button", { type: "button", className: "laurel-leave", onClick: leave }, both("Đăng xuất", "Sign out")))));
