// graphql-eslint: the SDL by Relay's rules and by those for schemas, the documents by those for operations.
// A rule that is left out or made milder says why.
import assert from "node:assert/strict";
import graphql from "@graphql-eslint/eslint-plugin";
import { ESLint } from "eslint";
import { check, run } from "../laurel.mjs";
import { ROOT, SDL, documents } from "./schema.mjs";

const RELAY = {
  "relay-arguments": ["error", { includeBoth: false }], // exactly one of first and last: the engine refuses both
  "relay-connection-types": "error",
  "relay-edge-types": [
    "error",
    { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
    // shouldImplementNode: a hit of search is a union of nodes, an entry of a journal has no id to be read by;
    // listTypeCanWrapOnlyEdgeType: lists that are short by law are plain lists, and connections offer `nodes` too
  ],
  "relay-page-info": "error",
};

const SCHEMA = {
  "description-style": "error",
  "naming-convention": ["error", { types: "PascalCase", FieldDefinition: "camelCase", InputValueDefinition: "camelCase", EnumValueDefinition: "UPPER_CASE" }],
  "no-hashtag-description": "error",
  "no-typename-prefix": "off", // Award.awardType is of the type AwardType, whichever type the field stands in
  "no-unreachable-types": "error",
  "require-deprecation-reason": "error",
  "require-description": ["error", { types: true, rootField: true, DirectiveDefinition: true, ScalarTypeDefinition: false }],
  // fields: where a name says it all there is none; scalars: UUID is the library's own
  "unique-enum-value-names": "error",
};

const OPERATIONS = {
  "executable-definitions": "error",
  "known-argument-names": "error",
  "known-fragment-names": "error",
  "no-anonymous-operations": "error",
  "no-deprecated": "error",
  "no-duplicate-fields": "error",
  "no-unused-fragments": "error",
  "no-unused-variables": "error",
  "no-undefined-variables": "error",
  "unique-operation-name": "off", // a name is its channel's own
  "selection-set-depth": ["error", { maxDepth: 12 }],
  "overlapping-fields-can-be-merged": "error",
  "value-literals-of-correct-type": "error",
  "variables-in-allowed-position": "error",
};

const named = (rules) => Object.fromEntries(Object.entries(rules).map(([name, how]) => [`@graphql-eslint/${name}`, how]));

const paths = documents.map((document) => document.path);
const parserOptions = { graphQLConfig: { schema: SDL, documents: paths } }; // it is read once, whatever comes later

/** Each rule's findings in these files, by the rule's name. */
async function findings(files, rules) {
  const languageOptions = { parser: graphql.parser, parserOptions };
  const config = { files: ["**/*.graphql"], languageOptions, plugins: { "@graphql-eslint": graphql }, rules: named(rules) };
  const eslint = new ESLint({ cwd: ROOT, overrideConfigFile: true, overrideConfig: [config] });
  const found = new Map();
  for (const { filePath, messages } of await eslint.lintFiles(files)) {
    for (const { ruleId, line, message } of messages) {
      const where = `${filePath.slice(ROOT.length)}:${line} ${message}`;
      found.set(ruleId, [...(found.get(ruleId) ?? []), where]);
    }
  }
  return found;
}

async function hold(what, files, rules) {
  const found = await findings(files, rules);
  check(`${what}: every file is read`, async () => assert.deepEqual(found.get(null) ?? [], []));
  for (const [rule, how] of Object.entries(rules)) {
    if (how === "off") continue;
    check(`${what}: ${rule}`, async () => assert.deepEqual((found.get(`@graphql-eslint/${rule}`) ?? []), []));
  }
}

await hold("the SDL", [SDL], { ...RELAY, ...SCHEMA });
await hold("the documents", paths, OPERATIONS);

await run("graphql-eslint");
