// PostGraphile 5 over the views of views.sql: one request, one plan, nothing logged, explained or watched.
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { pool } from "./database.mjs";
import { serve } from "./serving.mjs";

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  disablePlugins: ["PgIndexBehaviorsPlugin", "NodePlugin"],
  pgServices: [makePgService({ pool, schemas: ["peers"] })],
  grafserv: { graphqlPath: "/graphql", graphiql: false, websockets: false, watch: false },
  grafast: { explain: false, context: {} },
});
const server = instance.createServ(grafserv);
serve(server.createHandler());
