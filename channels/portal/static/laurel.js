// Puts decisions published meanwhile on top of the list.
const find = (what, within = document) => within.querySelector(what);
const list = find("[data-news]");
const live = find(".live");
let { after, news, all } = list.dataset;
let source, held; // come meanwhile

function row({ id, number, title, status, signedOn, agency, awards }) {
  const item = find("#row").content.firstElementChild.cloneNode(true);
  const put = (part, text, more) => Object.assign(find(part, item), { textContent: text.normalize(), ...more });
  item.id = id;
  put(".number", number);
  put(".day", signedOn.split("-").reverse().join("/"), { dateTime: signedOn });
  put(".title", title, { href: "/decisions/" + id });
  put(".agency", agency.name);
  put(".count", awards.totalCount.toLocaleString("vi"));
  find(".annulled", item).hidden = status != "CANCELLED";
  return item;
}

function show(decision) {
  if (held) return held.push(decision);
  const old = document.getElementById(decision.id);
  if (old) return old.replaceWith(row(decision));
  find(".empty")?.remove();
  list.prepend(row(decision));
  list.firstChild.className = "new";
}

async function reload() {
  held ??= [];
  try {
    const { data } = await (await fetch(all, { cache: "no-cache" })).json();
    list.replaceChildren(...data.decisions.nodes.map(row));
  } catch {
    return setTimeout(reload, 5000);
  }
  const come = held;
  held = null;
  come.forEach(show);
}

function heard({ data, lastEventId }) {
  after = lastEventId || after;
  const { resync, decision } = JSON.parse(data).data?.decisionPublished ?? {};
  if (resync) reload();
  if (decision) show(decision);
}

function open() {
  source?.close();
  source = new EventSource(news + "&variables=" + encodeURIComponent(JSON.stringify({ after })));
  source.addEventListener("next", heard);
  source.onopen = () => (live.hidden = false);
  source.onerror = () => {
    live.hidden = true;
    if (source.readyState > 1) setTimeout(open, 5000); // it gave up
  };
}

onpageshow = open;
onpagehide = () => source.close();
