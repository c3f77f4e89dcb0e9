// The TypeScript SDK 1.x as an agent of kb.  Usage: node client.mjs COMMAND ARGUMENTS…, or: node client.mjs URL
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { story } from "../story.mjs";

const [command, ...args] = process.argv.slice(2);
const transport = command.startsWith("http")
  ? new StreamableHTTPClientTransport(new URL(command))
  : new StdioClientTransport({ command, args, env: process.env });
const client = new Client({ name: "other-client", version: "1.0.0" }, { capabilities: { elicitation: {} } });
client.setRequestHandler(ElicitRequestSchema, () => ({ action: "accept", content: { severity: "SEV2" } }));
await client.connect(transport);
console.log(JSON.stringify({ protocol: transport.protocolVersion ?? "", ...(await story(client)) }));
await client.close();
