"""Prometheus scraping a target of its own."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """global:
  scrape_interval: 1s
  scrape_timeout: 1s
  evaluation_interval: 1s
rule_files: [rules.yml]
alerting:
  alertmanagers:
    - static_configs: [{targets: ["127.0.0.1:@port2@"]}]
scrape_configs:
  - job_name: orders
    static_configs: [{targets: ["127.0.0.1:@port1@"]}]
"""
_RULES = """groups:
  - name: orders
    rules:
      - record: orders:rate
        expr: rate(orders_total[1m])
"""


def _metrics(body: str) -> bytes:
    data = body.encode()
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        % len(data)
        + data
    )


_GOOD = _metrics("orders_total 7\n")

SOURCES = (
    Server(
        name="prometheus",
        packages=Packages(("prometheus", "curl"), apt=("prometheus", "curl")),
        version="prometheus --version 2>&1 | head -1",
        files={"prometheus.yml": _CONFIG, "rules.yml": _RULES},
        around=(step("backend", "port1", _GOOD),),
        start="prometheus --config.file=prometheus.yml --storage.tsdb.path=@dir@/data --web.listen-address=127.0.0.1:@port@ --log.level=debug --web.enable-lifecycle",
        ready="curl -sf http://127.0.0.1:@port@/-/ready",
        workload=(step("pause", 1.0), "curl -s 'http://127.0.0.1:@port@/api/v1/query?query=orders_total'"),
        faults=(
            Fault(
                "target_refused",
                r'msg="Scrape failed".*connection refused',
                before=(),
                do=(step("pause", 8.0),),
            ),
            Fault(
                "target_timeout",
                r'msg="Scrape failed".*context deadline exceeded',
                before=(step("backend", "port1", _GOOD, 4.0),),
                do=(step("pause", 8.0),),
            ),
            Fault(
                "target_garbage",
                r'(?i)msg="(Append|Scrape) failed".*(expected|parse|invalid)',
                before=(step("backend", "port1", _metrics("orders total of order\n")),),
                do=(step("pause", 8.0),),
            ),
            Fault(
                "rule_error",
                r"(?i)level=(warn|error).*(rule|Evaluating)",
                edits=edit(
                    "rules.yml",
                    "rate(orders_total[1m])",
                    'up * on(job) group_left() (up or label_replace(up, "zone", "x", "", ""))',
                ),
                do=(step("pause", 8.0),),
            ),
            Fault("port_in_use", r"bind: address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "config_bad",
                r"(?i)field scrape_intervall not found",
                edits=edit("prometheus.yml", "scrape_interval:", "scrape_intervall:"),
                starts=False,
            ),
            Fault(
                "rules_bad",
                r"(?i)(parse error|could not parse expression)",
                edits=edit("rules.yml", "rate(orders_total[1m])", "rate(orders_total[1m]"),
                starts=False,
            ),
            Fault(
                "disk_full",
                r"(?i)no space left on device",
                before=(
                    step("small_disk", "data", "200k"),
                    step(
                        "backend",
                        "port1",
                        _metrics("".join(f'orders_total{{n="{n}"}} {n}\n' for n in range(9000))),
                    ),
                ),
                do=(step("pause", 9.0),),
            ),
            Fault(
                "bad_reload",
                r'(?i)msg="(Error|Failed).*(reload|apply|load)',
                do=(
                    "echo 'scrape_configs: [' > prometheus.yml; curl -s -X POST http://127.0.0.1:@port@/-/reload",
                    step("pause", 0.5),
                ),
            ),
        ),
    ),
)
