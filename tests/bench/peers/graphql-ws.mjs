// graphql-ws on ws: each event is read once and handed to every listener.
import { GraphQLObjectType, GraphQLSchema, GraphQLString, GraphQLBoolean } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import pg from "pg";
import { WebSocketServer } from "ws";
import { serve } from "./serving.mjs";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 4 });
const READ = `select d.id, d.number, d.title, a.code, a.name from decision d join agency a on a.id = d.agency_id
  where d.id = $1 and d.published_at is not null`;
const listening = new Set();

/** What happens from now on, to one listener. */
async function* follow() {
  const news = [];
  let wake;
  const tell = (event) => (news.push(event), wake?.());
  listening.add(tell);
  try {
    for (;;) {
      while (!news.length) await new Promise((resolve) => (wake = resolve));
      yield news.shift();
    }
  } finally {
    listening.delete(tell);
  }
}

const text = { type: GraphQLString };
const Agency = new GraphQLObjectType({ name: "Agency", fields: { code: text, name: text } });
const Decision = new GraphQLObjectType({ name: "Decision", fields: { number: text, title: text, agency: { type: Agency } } });
const Published = new GraphQLObjectType({ name: "Published", fields: { cursor: text, decision: { type: Decision } } });
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: "Query", fields: { here: { type: GraphQLBoolean } } }),
  subscription: new GraphQLObjectType({
    name: "Subscription",
    fields: { decisionPublished: { type: Published, subscribe: follow, resolve: (event) => event } },
  }),
});

const server = serve(async (request, response) => {
  const id = new URL(request.url, "http://localhost").searchParams.get("id");
  const [row] = (await pool.query({ name: "read", text: READ, values: [id] })).rows;
  const decision = { number: row.number, title: row.title, agency: { code: row.code, name: row.name } };
  for (const tell of listening) tell({ cursor: row.id, decision });
  response.end("ok");
});
useServer({ schema }, new WebSocketServer({ server, path: "/graphql", perMessageDeflate: false }));
