// What each client of the TypeScript SDKs does: lists, learns, asks, errs, opens an incident; and what it was told.
export async function story(client) {
  const { tools } = await client.listTools();
  const call = async (name, given) => {
    const result = await client.callTool({ name, arguments: given });
    return result.isError ? { error: result.content[0].text } : result.structuredContent;
  };
  const text = "gangway alarm 12 does not reset";
  const learned = await call("learn_pattern", {
    pattern: text,
    fix: "cut its power for ten seconds",
    commands: "gangway off, gangway on",
  });
  const answer = await call("check_known_issues", { error_text: text });
  const loosely = await call("check_known_issues", { query: text, service: null, limit: "3" });
  const refused = await call("check_known_issues", { errortext: "x" });
  const former = await call("memory_view", { key: "learned/patterns" });
  const skill = await call("skill_run", { name: "memory_view", inputs: { key: "learned/patterns" } });
  const opened = await call("incident_open", { title: "gangway 12 is away" });
  const { resources } = await client.listResources();
  const { prompts } = await client.listPrompts();
  const entry = await call("get_entry", { entry_id: learned.id });
  return {
    server: client.getServerVersion().name,
    tools: tools.map((tool) => tool.name),
    resources: resources.map((resource) => resource.uri),
    prompts: prompts.map((prompt) => prompt.name),
    verdict: answer.verdict,
    loosely: loosely.verdict,
    commands: answer.matches[0].commands,
    author: entry.entry.provenance.author,
    refused: refused.error,
    former: former.key,
    skill: skill.key,
    severity: opened.severity,
  };
}
