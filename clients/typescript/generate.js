// Write src/generated from ../../docs/schema.graphql and operations/: the operations' types, and
// persisted-documents.json, the manifest of trusted documents that the gateway is given.
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { codegen } from "@graphql-codegen/core";
import { preset } from "@graphql-codegen/client-preset";
import { parse } from "graphql";

const OUTPUT = "src/generated/";

async function document(location) {
  const rawSDL = await readFile(location, "utf8");
  return { location, rawSDL, document: parse(rawSDL, { noLocation: true }) };
}

process.chdir(import.meta.dirname);
const schema = parse(await readFile("../../docs/schema.graphql", "utf8"));
const names = (await readdir("operations")).sort();
const documents = await Promise.all(names.map((name) => document(`operations/${name}`)));

const outputs = await preset.buildGeneratesSection({
  baseOutputDir: OUTPUT,
  schema,
  documents,
  config: {
    documentMode: "string",
    enumsAsTypes: true,
    scalars: { ID: "string" },
    defaultScalarType: "string",
    useTypeImports: true,
    importExtension: ".js",
  },
  presetConfig: {
    fragmentMasking: false,
    onlyOperationTypes: true,
    persistedDocuments: { hashAlgorithm: "sha256" },
  },
  pluginMap: {},
  plugins: [],
});
for (const output of outputs) {
  await mkdir(dirname(output.filename), { recursive: true });
  await writeFile(output.filename, await codegen(output));
}
