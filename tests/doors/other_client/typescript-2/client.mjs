// The TypeScript SDK 2.x as an agent of kb.  Usage: node client.mjs COMMAND ARGUMENTS…, or: node client.mjs URL
// With MODE=auto it begins as in 2026-07-28; without, as its default is, as before.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { story } from "../story.mjs";

const [command, ...args] = process.argv.slice(2);
const transport = command.startsWith("http")
  ? new StreamableHTTPClientTransport(new URL(command))
  : new StdioClientTransport({ command, args, env: process.env });
const mode = process.env.MODE ? { versionNegotiation: { mode: process.env.MODE } } : {};
const client = new Client(
  { name: "other-client", version: "1.0.0" },
  { capabilities: { elicitation: { form: {} } }, ...mode },
);
client.setRequestHandler("elicitation/create", () => ({ action: "accept", content: { severity: "SEV2" } }));
await client.connect(transport);
console.log(JSON.stringify({ protocol: client.getNegotiatedProtocolVersion(), ...(await story(client)) }));
await client.close();
