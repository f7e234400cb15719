// The SDL as it is kept, and the documents that the channels register, for tools that read both.
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
export const SDL = `${ROOT}schema/schema.graphql`;

/** The registered documents of each channel: channel, name, path, text. */
export const documents = readdirSync(`${ROOT}channels`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name: channel }) => {
    const folder = `${ROOT}channels/${channel}/documents/`;
    return files(folder).map((file) => {
      const path = folder + file;
      return { channel, name: file.replace(".graphql", ""), path, text: readFileSync(path, "utf8") };
    });
  });

/** The SDL's text. */
export const sdl = readFileSync(SDL, "utf8");

function files(folder) {
  try {
    return readdirSync(folder).filter((file) => file.endsWith(".graphql")).sort();
  } catch {
    return []; // a channel without documents
  }
}
