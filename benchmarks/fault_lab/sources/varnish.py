"""Varnish in front of a backend: what its manager prints."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import OK, step
from benchmarks.fault_lab.source import Fault, Server, edit

_VCL = """vcl 4.1;
import std;
backend orders {
  .host = "127.0.0.1";
  .port = "@port1@";
  .connect_timeout = 1s;
}
sub vcl_recv {
  if (req.url == "/health") {
    return (synth(200, "OK"));
  }
  set req.backend_hint = orders;
}
"""
_START = "exec varnishd -F -n @dir@/work -f @dir@/shop.vcl -a 127.0.0.1:@port@ -T none -s malloc,32m -j none -p feature=+no_coredump\n"
_GET = "curl -s -m 6 http://127.0.0.1:@port@/api/orders/@id@"

_vcl = partial(edit, "shop.vcl")
_start = partial(edit, "start.sh")

SOURCES = (
    Server(
        name="varnish",
        packages=Packages(("varnishd", "gcc", "curl"), apt=("varnish", "curl")),
        version="varnishd -V 2>&1 | head -1",
        files={"shop.vcl": _VCL, "start.sh": _START},
        around=(step("backend", "port1", OK),),
        start="sh start.sh",
        ready="curl -sf http://127.0.0.1:@port@/health",
        workload=(_GET, "curl -s http://127.0.0.1:@port@/health"),
        faults=(
            Fault("port_in_use", r"(?i)address already in use", before=(step("occupy"),), starts=False),
            Fault("vcl_syntax", r"(?i)expected", edits=_vcl('"OK"));', '"OK"))'), starts=False),
            Fault(
                "backend_undefined",
                r"Undefined backend",
                edits=_vcl("backend_hint = orders", "backend_hint = billing"),
                starts=False,
            ),
            Fault(
                "unknown_field",
                r"(?i)(unknown field|unknown)",
                edits=_vcl(".connect_timeout", ".connect_timeouts"),
                starts=False,
            ),
            Fault(
                "host_unknown",
                r"could not be resolved",
                edits=_vcl('"127.0.0.1"', '"orders.shop.example"'),
                starts=False,
            ),
            Fault(
                "vmod_missing",
                r"(?i)could not find vmod",
                edits=_vcl("import std", "import billing"),
                starts=False,
            ),
            Fault("vcl_missing", r"(?i)cannot read", edits=_start("shop.vcl", "billing.vcl"), starts=False),
            Fault(
                "bad_parameter",
                r"(?i)unknown param",
                edits=_start("feature=+no_coredump", "thread_pool_maximum=20"),
                starts=False,
            ),
            Fault(
                "value_too_low",
                r"(?i)must be",
                edits=_start("feature=+no_coredump", "thread_pool_stack=1"),
                starts=False,
            ),
            Fault(
                "bad_storage",
                r"(?i)(invalid size|size)",
                edits=_start("malloc,32m", "malloc,32mm"),
                starts=False,
            ),
            Fault(
                "worker_killed",
                r"(?i)child .*(died|killed|signal)",
                do=("pkill -KILL -x cache-main", step("pause", 2.0)),
            ),
            Fault(
                "worker_panics",
                r"PANIC:",
                edits={
                    "shop.vcl": (
                        ("import std;", "import std;\nimport vtc;"),
                        (
                            "  set req",
                            '  if (req.http.Panic) {\n    vtc.panic("orders lost");\n  }\n  set req',
                        ),
                    )
                },
                do=(_GET + " -H 'Panic: now'", step("pause", 2.0)),
            ),
        ),
    ),
)
