// Another program, in another language, as an agent of kb: lists the tools, learns, asks, prints JSON.
// Usage: node client.mjs COMMAND ARGUMENTS…   (such as: node client.mjs kb mcp), or: node client.mjs URL
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [command, ...args] = process.argv.slice(2);
const transport = command.startsWith("http")
  ? new StreamableHTTPClientTransport(new URL(command))
  : new StdioClientTransport({ command, args, env: process.env });
const client = new Client({ name: "other-client", version: "1.0.0" });
await client.connect(transport);

const { tools } = await client.listTools();
const call = async (name, given) => {
  const result = await client.callTool({ name, arguments: given });
  return result.isError ? { error: result.content[0].text } : result.structuredContent;
};
const learned = await call("learn_pattern", {
  pattern: "gangway alarm 12 does not reset",
  fix: "cut its power for ten seconds",
  commands: "gangway off, gangway on",
});
const answer = await call("check_known_issues", { error_text: "gangway alarm 12 does not reset" });
const refused = await call("check_known_issues", { error: "x" });
const { resources } = await client.listResources();
const { prompts } = await client.listPrompts();
const entry = await call("get_entry", { entry_id: learned.id });

console.log(
  JSON.stringify({
    server: client.getServerVersion().name,
    tools: tools.map((tool) => tool.name),
    resources: resources.map((resource) => resource.uri),
    prompts: prompts.map((prompt) => prompt.name),
    verdict: answer.verdict,
    commands: answer.matches[0].commands,
    author: entry.entry.provenance.author,
    refused: refused.error,
  }),
);
await client.close();
