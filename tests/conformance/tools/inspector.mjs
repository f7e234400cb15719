// graphql-inspector: every registered document fits the SDL and asks for nothing deprecated, and no change since the
// last snapshot that landed breaks a client unless it is meant (breaking.json: the change's path and its reason).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { DiffRule, diff, validate } from "@graphql-inspector/core";
import { Source, buildSchema } from "graphql";
import { check, run } from "../laurel.mjs";
import { ROOT, documents, sdl } from "./schema.mjs";

const schema = buildSchema(sdl);
const meant = JSON.parse(readFileSync(new URL("breaking.json", import.meta.url), "utf8"));

check("there are documents to look at", async () => assert.ok(documents.length > 10, `${documents.length}`));

for (const { channel, name, text } of documents) {
  check(`${channel}: ${name} fits the schema and asks for nothing deprecated`, async () => {
    const found = validate(schema, [new Source(text, name)], { strictDeprecated: true, maxDepth: 15 });
    const said = found.flatMap(({ errors, deprecated }) => [...errors, ...deprecated].map((error) => error.message));
    assert.deepEqual(said, []);
  });
}

/** The text of a snapshot that landed, and where; of the newest commit where nothing is fetched. */
function landed() {
  for (const revision of ["origin/main", "HEAD"]) {
    try {
      const options = { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 26 };
      return [revision, execFileSync("git", ["show", `${revision}:schema/schema.graphql`], options)];
    } catch {
      continue; // no such revision, or no repository
    }
  }
  return ["nothing", sdl];
}

const [revision, before] = landed();
const changes = await diff(buildSchema(before), schema, [DiffRule.suppressRemovalOfDeprecatedField]);
const breaking = changes.filter((change) => change.criticality.level === "BREAKING" && !meant[change.path]);

check(`of ${changes.length} changes since ${revision} none breaks a client`, async () => {
  assert.deepEqual(breaking.map((change) => `${change.path}: ${change.message}`), []);
});

await run("graphql-inspector");
