"""What the labels of an alert say: which service, which environment, how severe.  Pure.

An exporter that reports on others is not what is broken: `job="kube-state-metrics"` counts only where nothing else
names a service, and where Prometheus kept an exporter's own labels apart (`exported_pod` beside `pod`) those name the
thing.  A container called `app` is no name where a pod or namespace has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kb.expression import expression
from kb.text.environments import environment_in, without_environment

Labels = Mapping[str, str]

_SERVICE = (
    "service",
    "service_name",
    "app",
    "app_kubernetes_io_name",
    "app.kubernetes.io/name",
    "application",
    "job",
    "job_name",
    "deployment",
    "statefulset",
    "daemonset",
    "container",
    "container_name",
    "pod",
    "namespace",
)
_ENVIRONMENT = ("environment", "env", "deployment_environment", "cluster", "stage", "tier", "namespace")
_PLAIN_ENVIRONMENT = ("environment", "env", "deployment_environment", "stage")
_SEVERITY = ("severity", "priority", "urgency", "level", "sev")
_EXPORTERS = expression(
    r"(?i)^(?:(?:[\w-]+-)?(?:kube-state-metrics|cadvisor|pushgateway)|node-exporter|kubelet|prometheus-operator|POD"
    r"|istio-proxy|envoy|linkerd-proxy|[\w-]*exporter|kubernetes-(?:pods|nodes|cadvisor|service-endpoints|apiservers))$"
)
_GENERIC = frozenset(
    (
        "app",
        "application",
        "main",
        "web",
        "server",
        "service",
        "container",
        "default",
        "base",
        "manager",
        "proxy",
        "sidecar",
        "api",
        "worker",
        "job",
        "task",
        "init",
    )
)
"""Names of containers that half of all pods have."""
_TARGET = ("namespace", "pod", "container", "job", "instance", "endpoint")
"""Labels of the target that was scraped; where the metric had one of its own, Prometheus keeps that as `exported_…`."""
_PAIR = expression(r"\b([a-z][a-z_.]{2,30})=[\"']?([\w./:@-]{1,120})")
_TOLD_BY_TEXT = (
    "alertname",
    "service",
    "service_name",
    "app",
    "application",
    "deployment",
    "statefulset",
    "daemonset",
    "container",
    "container_name",
    "pod",
    "namespace",
    "environment",
    "env",
    "cluster",
    "severity",
)
"""In a log, `job=1234` and `stage=build` name neither a service nor an environment."""
_POD = expression(
    r"\b[Pp]ods?[/ =:\"'`]{1,3}(?:[a-z0-9-]+/)?([a-z0-9][a-z0-9-]*-[0-9a-f]{6,10}-[a-z0-9]{5})\b"
)
_SERVICE_LIKE = expression(
    r"(?<![\w./-])(?<!thread ['\"])"
    r"[a-z0-9]+(?:-[a-z0-9]+)*-(?:service|api|worker|backend|frontend|gateway|server|svc|db)(?![\w/-]|\.\w)"
)
_UNIT = expression(r"(?<![\w./@-])([a-z][\w-]{1,60})(?:@[\w:.-]{1,60})?\.service\b")
_DUMPED = expression(r"\bProcess \d{1,8} \(([\w.-]{1,60})\) of user \d{1,10} dumped core")
"""As systemd-coredump says it (systemd 252 to 257)."""
_NAMESPACE = expression(r"\b[Nn]amespace[ :\"'`]{1,3}([a-z0-9][a-z0-9-]{1,62})\b(?![.=])")
_NAMESPACED_POD = expression(r"\b[Pp]od ([a-z0-9][a-z0-9-]{1,62})/[a-z0-9-]+-[a-z0-9]{4,}\b")
_PLACE = expression(r"(?i)\b(?:in |on |env(?:ironment)?:)(prod|production|stage|staging)\b")
_PREFIX = expression(r"^\W{0,3}([a-z][\w-]{1,60})\s*:\s")
_HYPHENATED = expression(r"(?<![\w./-])[a-z][a-z0-9]*(?:-[a-z0-9]+)+(?![\w/-]|\.\w)")
_LETTER = expression(r"[A-Za-z]")
_READ = 8_000
_AFTER = expression(r"(?i)\b(?:of|on|in|for|at|from|by|to|service)\s+([a-z][\w-]{1,60})")
_POD_SUFFIX = expression(
    r"-(?:(?:[0-9a-f]{6,10}|[bcdfghjklmnpqrstvwxz2456789]{8,10})-[0-9a-z]{5}|\d+|[bcdfghjklmnpqrstvwxz2456789]{5})$"
)
"""What Kubernetes appends: a hash and five letters, a number, or five letters; its letters have no vowel, 0, 1 or 3."""


def service_of(labels: Labels) -> str:
    """The service that the labels name, an exporter only where they name nothing else; or empty."""
    named = [
        (key, name)
        for view in _views(labels)
        for key in _SERVICE
        if (name := _service_name(key, view.get(key, "")))
    ]
    return min(named, key=lambda one: _doubt(*one), default=("", ""))[1]


def of_the_broken(labels: Labels) -> dict[str, str]:
    """The labels that say what is broken: not those of an exporter that only reported it."""
    told = _views(labels)[0]
    by_exporter = is_exporter(pod_owner(told.get("pod", "")))
    return {
        key: value
        for key, value in told.items()
        if not is_exporter(value) and not (by_exporter and key in (*_TARGET, "service"))
    }


def labels_told_once(text: str) -> dict[str, str]:
    """The labels that a text writes as pairs (`pod="cart-0"`), without those that it gives several values."""
    found: dict[str, set[str]] = {}
    for key, value in _PAIR.findall(text):
        if key in _TOLD_BY_TEXT:
            found.setdefault(key, set()).add(value)
    return {key: values.pop() for key, values in found.items() if len(values) == 1}


def is_exporter(name: str) -> bool:
    """Whether what has this name only reports on others."""
    return _EXPORTERS.match(name) is not None


def _doubt(key: str, name: str) -> int:
    if is_exporter(name):
        return 2
    return int(key.startswith("container") and name.casefold() in _GENERIC)


def _views(labels: Labels) -> list[Labels]:
    """The labels of what is reported on, then all of them: the exporter's own stand in where those name nothing."""
    own = {
        key.removeprefix("exported_"): value for key, value in labels.items() if key.startswith("exported_")
    }
    if not own:
        return [labels]
    scraped = {*_TARGET, *(("service",) if labels.keys() & {"pod", "container", "endpoint"} else ())}
    rest = {
        key: value for key, value in labels.items() if key not in scraped and not key.startswith("exported_")
    }
    return [{**rest, **own}, labels]


def _service_name(key: str, value: str) -> str:
    value = value.strip().rsplit("/", 1)[-1]
    if key == "pod":
        return pod_owner(value)
    return without_environment(value) if key == "namespace" else value


def pod_owner(pod: str) -> str:
    """`cart` for the pod `cart-6d8f9c7b5d-x2x4q` of a deployment, `cart-0` of a set, or `cart-x2x4q`."""
    return _POD_SUFFIX.sub("", pod)


def environment_of(labels: Labels) -> str:
    """The environment that the labels name outright, or that a cluster or namespace tells; or empty."""
    return next(filter(None, map(_environment, _views(labels))), "")


def _environment(labels: Labels) -> str:
    plain = next((labels[key].strip() for key in _PLAIN_ENVIRONMENT if labels.get(key, "").strip()), "")
    return plain or next(
        (found for key in _ENVIRONMENT if (found := environment_in(labels.get(key, "")))), ""
    )


def severity_of(labels: Labels) -> str:
    """The label of severity as it was written, or empty."""
    return next((labels[key].strip() for key in _SEVERITY if labels.get(key, "").strip()), "")


def labels_in(text: str) -> dict[str, str]:
    """What a text tells like labels: `namespace="orders-prod"`, `pod/orders-7d9f8b6c5-x2x4z`, `in production`."""
    text = text[:_READ]
    pairs = [(match[1], match[2]) for match in _PAIR.finditer(text)]
    found = {key: value for key, value in reversed(pairs) if key in _TOLD_BY_TEXT and _LETTER.search(value)}
    if pod := _POD.search(text):
        found.setdefault("pod", pod[1])
    space = _NAMESPACE.search(text) or _NAMESPACED_POD.search(text)
    if space and (environment_in(space[1]) or "pod" in found):
        found.setdefault("namespace", space[1])
    for names in (_DUMPED.findall(text), _UNIT.findall(text), _SERVICE_LIKE.findall(text)):
        if len(set(names)) == 1:
            found.setdefault("application", names[0])
    if place := _PLACE.search(text):
        found.setdefault("environment", place[1].lower())
    return found


def service_candidates(text: str) -> list[str]:
    """Words of the first lines that name a service, if the home knows one of that name; likeliest first."""
    head = "\n".join(text[:_READ].splitlines()[:3])
    prefix = [match[1] for match in [_PREFIX.match(head)] if match]
    return list(dict.fromkeys([*prefix, *_HYPHENATED.findall(head), *_AFTER.findall(head)]))


def most_common(values: Iterable[str]) -> str:
    """What most of them say; of equals the first; empty ones say nothing."""
    said = [value for value in values if value]
    return max(dict.fromkeys(said), key=said.count) if said else ""
