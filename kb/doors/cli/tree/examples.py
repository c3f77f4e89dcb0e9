"""Examples of every command, shown below its help, and the heads under which `kb --help` lists commands.  Pure data.

Each line can be typed as it stands; `#` begins a remark.  The tests parse every one.
"""

from __future__ import annotations

SECTIONS = {
    "To begin": ("init", "ingest"),
    "When something breaks": ("check", "triage", "incident", "show", "search", "change"),
    "When it is over": ("outcome", "learn", "status", "weekly", "proposals", "accept", "reject"),
    "To be surer": ("healthy", "rehearse", "eval"),
    "To look after the home": (
        "memory",
        "config",
        "hooks",
        "notify",
        "doctor",
        "backup",
        "restore",
        "migrate",
        "sweep",
        "redact",
    ),
    "For agents, programs and browsers": ("mcp", "serve", "web"),
}
"""Heads of `kb --help`, in the order of need."""

EXAMPLES: dict[str, tuple[str, ...]] = {
    "init": ("kb init ~/incidents", "export KB_HOME=~/incidents"),
    "ingest": (
        "kb ingest postmortems/ runbooks/ alerts/",
        "kb ingest -v outage.md                    # and what was read of it",
        "kb ingest alerts/ runbooks/ --report      # rules without a runbook, runbooks without a rule",
    ),
    "check": (
        "kb check 'Error acquiring the state lock' --tool terraform",
        "kubectl logs deploy/api | kb check -",
        "kb check --long - < app.log               # all matches, all of their texts",
        "kb check --exit-code - < app.log          # 0 known, 1 related, 2 unknown",
        "kb check 'disk full' --fields verdict,matches.id,matches.fix",
    ),
    "triage": (
        "kb triage 'checkout answers 500' --service checkout --severity P1",
        "amtool alert -o json | kb triage -",
    ),
    "incident open": ("kb incident open 'Checkout fails' --service checkout --severity P1",),
    "incident list": ("kb incident list", "kb incident list --jsonl --fields id,phase"),
    "incident show": (
        "kb incident show                          # the open one",
        "kb incident show -i b68a2f",
    ),
    "incident log": ("kb incident log 'Looked for a deployment' 'none since Monday'",),
    "incident acknowledge": ("kb incident acknowledge --by mara",),
    "incident severity": ("kb incident severity SEV2 'one region only'",),
    "incident hypothesis": (
        "kb incident hypothesis 'The pool is too small' --evidence 'active=20 idle=0'",
        "kb incident hypothesis --id h1 --status confirmed",
    ),
    "incident mitigate": (
        "kb incident mitigate 'Raised the pool to 60' --entry 7951e8",
        "kb incident mitigate 'Restarted the pods' --no-help",
    ),
    "incident resolve": ("kb incident resolve 'Pool of 60' --cause 'The peak had grown' --entry 7951e8",),
    "incident verify": (
        "kb incident verify                        # the checklist",
        "kb incident verify all --by mara",
        "kb incident verify error_rates dashboards=no",
    ),
    "incident action-item": ("kb incident action-item 'Alert at 80 %' --owner priya --due 2027-01-31",),
    "incident close": ("kb incident close",),
    "incident reopen": (
        "kb incident reopen 'The errors are back'",
        "kb incident reopen b68a2f 'It came back'",
    ),
    "incident merge": ("kb incident merge b68a2f --into 4c01d9",),
    "incident split": (
        "kb incident split 'The disk of db-2 is full' -i b68a2f --alert DiskFull --step 48",
        "kb incident split -i 4c01d9               # what was merged is one of its own again",
    ),
    "incident review": ("kb incident review --well 'The alert came early' --lesson 'A pool needs a graph'",),
    "incident update": ("kb incident update --style chat --next 'Deploy again'",),
    "incident postmortem": ("kb incident postmortem", "kb incident postmortem --save"),
    "show": (
        "kb show 7951e8                            # as few letters of the id as are unique",
        "kb show runbook-disk-full --yaml",
    ),
    "search": (
        "kb search certificate expired",
        "kb search --kind runbook --service checkout",
        "kb search pool --jsonl --fields id,title",
    ),
    "change record": (
        "kb change record deployment --service api --version 1.4.2",
        "kb change record drift --service api --reason 'more memory by hand' --expires 2027-01-31",
    ),
    "change list": ("kb change list --since 2h", "kb change list --since 7d --service api"),
    "change rollback-target": ("kb change rollback-target api --env prod",),
    "change drift": ("kb change drift", "kb change drift --end drift-0a1b2c3d4e5f"),
    "change import-git": ("kb change import-git ~/src/api --since 30d --service api",),
    "outcome": (
        "kb outcome 7951e8 resolved --verified-by mara --lookup f44de8",
        "kb outcome 7951e8 failed --note 'the lock came back'",
    ),
    "learn pattern": (
        "kb learn pattern 'epoch is behind' -m 'A replica came from an old backup' -f 'Let it join again'",
    ),
    "learn tool-fix": (
        "kb learn tool-fix terraform 'state lock' -f 'Release it' -c 'terraform force-unlock ID'",
    ),
    "status": (
        "kb status 7951e8                          # how it came to its status",
        "kb status 7951e8 retired --reason 'the service is gone'",
        "kb status 7951e8 --undo",
    ),
    "weekly": (
        "kb weekly",
        "kb weekly --since-last --format html -o week.html",
        "kb weekly --days 30 --until 2026-11-01",
    ),
    "proposals": ("kb proposals", "kb proposals 5f0c21 --yaml"),
    "accept": (
        "kb accept 5f0c21 --meaning 'The disk is full' --fix 'Rotate the logs' --reviewed-by mara",
        "kb accept 5f0c21 --edit p.yaml",
    ),
    "reject": ("kb reject 5f0c21 --reason 'it was a test'",),
    "healthy add": ("kb healthy add app.log", "kubectl logs deploy/api | kb healthy add - --source api"),
    "healthy list": ("kb healthy list", "kb healthy list app.log"),
    "healthy remove": ("kb healthy remove app.log",),
    "healthy check": ("kb healthy check",),
    "rehearse": (
        "kb rehearse 7951e8 --pattern 'pool exhausted'",
        "kb rehearse --pattern 'E11.. checkpoint' --regex",
    ),
    "eval": (
        "kb eval --draft > cases.yaml              # proposed from the ledger; read them, then:",
        "kb eval cases.yaml -o run.json",
        "kb eval cases.yaml --against run.json",
        "kb eval cases.yaml --fail-below recall@5=0.9",
    ),
    "memory keys": ("kb memory keys",),
    "memory read": ("kb memory read learned/patterns",),
    "memory query": ("kb memory query learned/patterns error_patterns.0.fix",),
    "memory append": ("kb memory append learned/patterns error_patterns '{pattern: epoch is behind}'",),
    "memory update": ("kb memory update state/environments production.region eu-west-1",),
    "memory export": (
        "kb memory export ~/our-memory             # then: git add -A && git commit",
        "kb memory export ~/our-memory --dry-run",
    ),
    "memory import": (
        "kb memory import ~/our-memory --dry-run",
        "kb memory import ~/our-memory --over learned/patterns@3f2a9c1b04de",
    ),
    "memory log": ("kb memory log 'Looked for a running apply' 'none is running'",),
    "hooks list": ("kb hooks list", "kb hooks list --state failed"),
    "hooks retry": ("kb hooks retry", "kb hooks retry 48"),
    "notify list": ("kb notify list", "kb notify list --state failed"),
    "notify targets": ("kb notify targets",),
    "notify send": ("kb notify send", "kb notify send kb-4f0c2d19a7be83516c20"),
    "notify test": ("kb notify test oncall-channel",),
    "config check": ("kb config check",),
    "config show": ("kb config show",),
    "doctor": ("kb doctor", "kb doctor --repair"),
    "backup": ("kb backup", "kb backup /mnt/copies/kb.json"),
    "restore": ("kb restore state/backups/2026-11-21.db",),
    "migrate": (
        "kb migrate --to postgresql://kb@db.example.org/kb",
        "kb migrate --to /srv/kb-of-files",
    ),
    "sweep": ("kb sweep --dry-run", "kb sweep --days 200"),
    "redact": ("kb redact --dry-run", "kb redact"),
    "mcp": (
        "kb mcp                                    # what an MCP client starts",
        "kb --home ~/incidents mcp",
    ),
    "serve": (
        "kb serve                                  # for this machine alone",
        "KB_TOKEN=… kb serve --host 0.0.0.0 --allow-host kb.example.com",
    ),
    "web": (
        "kb web",
        "kb web --port 8765 --no-open              # only print the address",
    ),
}
"""By what is typed for the command."""
