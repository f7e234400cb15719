// A certified OpenID provider, on the port that is given: everybody is `an` and agrees to everything.
// node provider.mjs PORT ADDRESS-OF-LAUREL
import Provider from "oidc-provider";

const [port, laurel] = process.argv.slice(2);
const issuer = `http://localhost:${port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "laurel",
      client_secret: "a secret / with + signs",
      redirect_uris: [`${laurel}/web/oidc/certified/callback`],
      post_logout_redirect_uris: [`${laurel}/`],
      backchannel_logout_uri: `${laurel}/web/oidc/certified/back-channel-logout`,
      backchannel_logout_session_required: true,
      token_endpoint_auth_method: "client_secret_basic",
    },
  ],
  pkce: { required: () => true },
  features: { backchannelLogout: { enabled: true }, devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  cookies: { keys: ["not a secret: a trial's"] },
  // its own fetch refuses this machine's addresses; here both sides are on it
  fetch: (url, { dispatcher: _, ...options }) => fetch(url, options),
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) return next();
  const { prompt, params, session } = await provider.interactionDetails(ctx.req, ctx.res);
  let result = { login: { accountId: "an" } };
  if (prompt.name === "consent") {
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope("openid");
    result = { consent: { grantId: await grant.save() } };
  }
  await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: true });
  ctx.respond = false;
});
provider.on("server_error", (_, error) => console.error("server_error", error));
provider.on("backchannel.error", (_, error) => console.error("backchannel.error", error));
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
