"""Puma with a plain Rack application."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """bind "tcp://127.0.0.1:@port@"
threads 1, 1
environment "production"
pidfile "@dir@/puma.pid"
"""
_RACKUP = """run lambda { |env|
  case env["PATH_INFO"]
  when "/nil" then nil.price
  when "/backend" then require "socket"; TCPSocket.new("127.0.0.1", @dead@)
  when "/bad" then [200, "text", 7]
  end
  [200, {"content-type" => "text/plain"}, ["ok"]]
}
"""
_GET = "curl -s -m 5 http://127.0.0.1:@port@"

_config = partial(edit, "puma.rb")

SOURCES = (
    Server(
        name="puma",
        packages=Packages(("puma", "curl"), apt=("puma", "curl")),
        version="puma --version",
        files={"puma.rb": _CONFIG, "config.ru": _RACKUP},
        start="puma -C puma.rb config.ru",
        patience=30.0,
        ready=f"{_GET}/ready",
        workload=(f"{_GET}/orders/@id@",),
        faults=(
            Fault("nil_method", r"undefined method `?.?price", do=(f"{_GET}/nil",)),
            Fault("backend_refused", r"(?i)connection refused", do=(f"{_GET}/backend",)),
            Fault("bad_request", r"HTTP parse error", do=(step("send", b"HELO orders\r\n\r\n"),)),
            Fault("port_in_use", r"(?i)address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "rackup_missing",
                r"(?i)(could not|not found|missing|unable|No application)",
                before=("rm config.ru",),
                starts=False,
            ),
            Fault(
                "unknown_setting",
                r"(?i)undefined (method|local)",
                edits=_config("threads 1, 1", "threds 1, 1"),
                starts=False,
            ),
            Fault(
                "rackup_syntax",
                r"(?i)syntax error|unexpected",
                edits=edit("config.ru", "  end\n", ""),
                starts=False,
            ),
            Fault(
                "gem_missing",
                r"(?i)cannot load such file",
                edits=edit("config.ru", "run lambda", "require 'billing'\nrun lambda"),
                starts=False,
            ),
        ),
    ),
)
