// Laurel's types that the bench asks for, answered the way GraphQL servers for Node are: resolvers and DataLoader.
import { readFileSync } from "node:fs";
import DataLoader from "dataloader";
import { Kind, parse } from "graphql";
import { createSchema } from "graphql-yoga";
import { rows } from "./database.mjs";

const { proposesIn, handlesIn, accountId } = JSON.parse(process.env.BENCH_VIEWER);
const VIEWER = [proposesIn, handlesIn, accountId];
const SEEN = `(d.agency_id in (select id from agency where path <@ any($1::text[]::ltree[]))
  or d.status <> 'DRAFT' and (d.handler_id in (select id from agency where path <@ any($2::text[]::ltree[]))
    or d.authority_id in (select id from agency where path <@ any($2::text[]::ltree[])))
  or d.appraiser_id = $3::uuid)`;

const DOSSIER = `d.id as key, 'Dossier_' || d.id as id, d.code, d.title, d.status, d.version, d.received_at as "receivedAt",
  d.created_at as "createdAt", d.due_on as "dueOn", d.agency_id as "agencyId", d.authority_id as "authorityId",
  d.handler_id as "handlerId", d.movement_id as "movementId"`;
const DECISION = `d.id as key, 'Decision_' || d.id as id, d.number, d.title, d.status, d.signed_on as "signedOn",
  d.signer_name as "signerName", d.agency_id as "agencyId"`;
const EVENT = `act, at, subject_version as version, data->>'after' as status, public_text as "publicText"`;
const AMONG = `d.agency_id in (select id from agency where path <@ (select path from agency where code = $4))
  and d.status = $5 and ${SEEN}`;

const BY_AGENCY_AND_STATUS = `select d.agency_id as "agencyId", d.status, count(*)::integer from dossier d
  join agency a on a.id = d.agency_id where ${SEEN} group by d.agency_id, d.status, a.sort_key
  order by a.sort_key, array_position($4::text[], d.status::text)`;

const enums = parse(readFileSync(new URL("../../../schema/schema.graphql", import.meta.url), "utf8"))
  .definitions.filter(({ kind }) => kind === Kind.ENUM_TYPE_DEFINITION)
  .map(({ name, values }) => [name.value, values.map((value) => value.name.value)]);
const STATUSES = Object.fromEntries(enums).DossierStatus;

const typeDefs = `${enums.map(([name, values]) => `enum ${name} { ${values.join(" ")} }`).join("\n")}
  scalar Date
  scalar DateTime
  type Agency { code: String! name: String! }
  type AwardType { code: String! name: String! }
  type Nominee { name: String! kind: NomineeKind! }
  type Movement { title: String! }
  type Event { act: String! at: DateTime! version: Int! status: DossierStatus publicText: String }
  type Events { nodes: [Event!]! }
  type Line { position: Int! citation: String! outcome: LineOutcome! awardType: AwardType! nominee: Nominee! }
  type Lines { nodes: [Line!]! }
  type Award { id: ID! position: Int! citation: String! awardType: AwardType! recipient: Nominee! }
  type Awards { nodes: [Award!]! }
  type Dossier {
    id: ID! code: String title: String! status: DossierStatus! version: Int!
    receivedAt: DateTime createdAt: DateTime! dueOn: Date
    agency: Agency! authority: Agency! handler: Agency! movement: Movement
    lines(first: Int!): Lines! events(first: Int!): Events! lastEvent: Event
  }
  type Dossiers { totalCount: Int! nodes: [Dossier!]! }
  type DossierStatistic { agency: Agency status: DossierStatus count: Int! }
  type Decision {
    id: ID! number: String! title: String! status: DecisionStatus! signedOn: Date! signerName: String!
    agency: Agency! awards(first: Int!): Awards!
  }
  type Decisions { nodes: [Decision!]! }
  input DossierFilter { agencyWithin: String! status: DossierStatus! }
  type Query {
    dossierByCode(code: String!): Dossier
    decisions(first: Int!): Decisions!
    dossiers(first: Int!, filter: DossierFilter!): Dossiers!
    dossierStatistics(groupBy: [DossierDimension!]!): [DossierStatistic!]!
  }`;

/** A loader of rows by their ids. */
function byId(table, columns) {
  const text = `select id as key, ${columns} from ${table} where id = any($1::uuid[])`;
  return new DataLoader(async (keys) => {
    const found = new Map((await rows(text, [keys])).map((row) => [row.key, row]));
    return keys.map((key) => found.get(key) ?? null);
  });
}

/** A loader of the first rows below each parent; a page size is part of the statement, as PostgreSQL plans by it. */
function below(columns, from, order) {
  const bySize = new Map();
  const made = (first) =>
    new DataLoader(async (keys) => {
      const text = `select k.id as parent, x.* from unnest($1::uuid[]) k (id) cross join lateral
        (select ${columns} from ${from} = k.id order by ${order} limit ${Number(first)}) x`;
      const found = new Map(keys.map((key) => [key, []]));
      for (const row of await rows(text, [keys])) found.get(row.parent).push(row);
      return keys.map((key) => found.get(key));
    });
  return (key, first) => {
    let loader = bySize.get(first);
    if (!loader) bySize.set(first, (loader = made(first)));
    return loader.load(key);
  };
}

const LINE = `position, citation, outcome, award_type_id as "awardTypeId", nominee_id as "nomineeId"`;
const AWARD = `'Award_' || id as id, position, citation, award_type_id as "awardTypeId", nominee_id as "nomineeId"`;
const ABOUT = "journal where subject_kind = 'Dossier' and subject_id";

/** The loaders of one request. */
export const loaders = () => ({
  agency: byId("agency", "code, name"),
  awardType: byId("award_type", "code, name"),
  nominee: byId("nominee", "name, kind"),
  movement: byId("movement", "title"),
  lines: below(LINE, "dossier_line where dossier_id", "position"),
  awards: below(AWARD, "award where decision_id", "position"),
  events: below(EVENT, ABOUT, "subject_version"),
  lastEvent: below(EVENT, ABOUT, "subject_version desc"),
});

const resolvers = {
  Query: {
    dossierByCode: async (_, { code }) =>
      (await rows(`select ${DOSSIER} from dossier d where d.code = $4 and ${SEEN}`, [...VIEWER, code]))[0] ?? null,
    decisions: async (_, { first }) => ({
      nodes: await rows(`select ${DECISION} from decision d order by signed_on desc, id desc limit ${Number(first)}`, []),
    }),
    dossiers: (_, asked) => asked,
    dossierStatistics: () => rows(BY_AGENCY_AND_STATUS, [...VIEWER, STATUSES]),
  },
  Dossiers: {
    totalCount: async ({ filter: { agencyWithin, status } }) =>
      (await rows(`select count(*)::integer from dossier d where ${AMONG}`, [...VIEWER, agencyWithin, status]))[0].count,
    nodes: ({ first, filter: { agencyWithin, status } }) =>
      rows(
        `select ${DOSSIER} from dossier d where ${AMONG} order by created_at desc, id desc limit ${Number(first)}`,
        [...VIEWER, agencyWithin, status],
      ),
  },
  Dossier: {
    agency: ({ agencyId }, _, { agency }) => agency.load(agencyId),
    authority: ({ authorityId }, _, { agency }) => agency.load(authorityId),
    handler: ({ handlerId }, _, { agency }) => agency.load(handlerId),
    movement: ({ movementId }, _, { movement }) => movementId && movement.load(movementId),
    lines: async ({ key }, { first }, { lines }) => ({ nodes: await lines(key, first) }),
    events: async ({ key }, { first }, { events }) => ({ nodes: await events(key, first) }),
    lastEvent: async ({ key }, _, { lastEvent }) => (await lastEvent(key, 1))[0] ?? null,
  },
  DossierStatistic: { agency: ({ agencyId }, _, { agency }) => agency.load(agencyId) },
  Decision: {
    agency: ({ agencyId }, _, { agency }) => agency.load(agencyId),
    awards: async ({ key }, { first }, { awards }) => ({ nodes: await awards(key, first) }),
  },
  Line: {
    awardType: ({ awardTypeId }, _, { awardType }) => awardType.load(awardTypeId),
    nominee: ({ nomineeId }, _, { nominee }) => nominee.load(nomineeId),
  },
  Award: {
    awardType: ({ awardTypeId }, _, { awardType }) => awardType.load(awardTypeId),
    recipient: ({ nomineeId }, _, { nominee }) => nominee.load(nomineeId),
  },
};

export const schema = createSchema({ typeDefs, resolvers });
