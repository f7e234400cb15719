// graphql-codegen: types for each channel's registered documents, and a client written against them, held to them by
// `tsc --strict`.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { generate } from "@graphql-codegen/cli";
import { check, run } from "../laurel.mjs";
import { SDL, documents } from "./schema.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const OUT = `${HERE}generated/`;
const SCALARS = { ID: "string", Cursor: "string", Date: "string", DateTime: "string", Dong: "number", UUID: "string" };
const execute = promisify(execFile);

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });

for (const channel of new Set(documents.map((document) => document.channel))) {
  const mine = documents.filter((document) => document.channel === channel);
  check(`types are made for the ${mine.length} documents of ${channel}`, async () => {
    const config = { scalars: SCALARS, strictScalars: true, useTypeImports: true, enumsAsTypes: true };
    const target = { preset: "client", presetConfig: { fragmentMasking: false }, config, documents: mine.map(({ path }) => path) };
    await generate({ schema: SDL, generates: { [`${OUT}${channel}/`]: target }, silent: true, cwd: HERE }, true);
  });
}

check("what was made, and a client that uses it, pass tsc --strict", async () => {
  copyFileSync(`${HERE}client.ts`, `${OUT}client.ts`);
  const compilerOptions = { strict: true, noEmit: true, module: "esnext", moduleResolution: "bundler", target: "es2022", lib: ["es2022", "dom"], types: [], skipLibCheck: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true };
  writeFileSync(`${OUT}tsconfig.json`, JSON.stringify({ compilerOptions, include: ["**/*.ts"] }));
  const said = await execute(process.execPath, [`${HERE}node_modules/typescript/bin/tsc`, "-p", OUT]).catch((error) => error);
  assert.equal(said.stdout, "");
});

await run("graphql-codegen", 120_000);
