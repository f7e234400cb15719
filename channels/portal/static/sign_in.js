// Signs staff in by the web channel, and goes on to where they were going: a path of this site.
const form = document.querySelector("form[data-graphql]");
const problem = form.querySelector(".problem");
const SIGN_IN = `mutation SignIn($input: SignInInput!) { signIn(input: $input) {
  ... on Session { viewer { audience } } ... on Refusal { message messageEn } } }`;

const NOT_STAFF = [
  "Trang này dành cho cán bộ. Hãy xem hồ sơ của mình trên điện thoại.",
  "This page is for staff. Follow your own dossiers on the phone.",
];

function onward() {
  const next = new URL(new URLSearchParams(location.search).get("next") ?? "/web/queries", location.origin);
  return next.origin === location.origin ? next.pathname + next.search : "/web/queries";
}

function refuse(message, messageEn) {
  const english = Object.assign(document.createElement("span"), { lang: "en", textContent: messageEn });
  problem.replaceChildren(message + " ", english);
  problem.hidden = false;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.hidden = true;
  const input = Object.fromEntries(new FormData(form));
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  try {
    const body = JSON.stringify({ query: SIGN_IN, variables: { input } });
    const { data, errors } = await (await fetch(form.dataset.graphql, { method: "POST", headers, body })).json();
    if (data?.signIn.viewer?.audience === "STAFF") return location.assign(onward());
    if (data?.signIn.viewer) return refuse(...NOT_STAFF);
    const [message, messageEn] = data ? [data.signIn.message, data.signIn.messageEn] : errors[0].message.split(" · ");
    refuse(message, messageEn ?? "");
  } catch {
    refuse("Không kết nối được. Hãy thử lại.", "No connection. Try again.");
  }
});
