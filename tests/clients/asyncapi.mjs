// Has AsyncAPI's own parser read the committed document: no error, no warning.

import { fromFile, Parser } from "@asyncapi/parser";

const { document, diagnostics } = await fromFile(new Parser(), process.argv[2]).parse();
const found = diagnostics.filter(({ severity }) => severity <= 1);
for (const { message, path } of found) console.error(`${path.join(".")}: ${message}`);
if (!document || found.length > 0) process.exit(1);
console.error(`${document.allChannels().length} channels, ${document.allOperations().length} operations`);
