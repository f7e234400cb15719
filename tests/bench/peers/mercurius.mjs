// Mercurius on Fastify: each document is compiled by graphql-jit when it is asked again; nothing is logged.
import fastify from "fastify";
import mercurius from "mercurius";
import { loaders, schema } from "./schema.mjs";
import { announce, OURSELVES } from "./serving.mjs";

const app = fastify({ logger: false });
app.register(mercurius, { schema, jit: 1, graphiql: false, context: loaders });
for (const [path, answer] of Object.entries(OURSELVES)) app.get(path, (_, reply) => reply.send(answer()));
await app.listen({ port: 0, host: "127.0.0.1" });
announce(app.server.address().port);
