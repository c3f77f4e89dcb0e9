"""Ruby's crashes."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.source import Crash, Runtime

SOURCES = (
    Runtime(
        name="ruby",
        packages=Packages(("ruby",), apt=("ruby",)),
        version="ruby -v",
        file="orders.rb",
        run="ruby @dir@/orders.rb",
        healthy='require "logger"\nlog = Logger.new($stdout)\n3.times { |n| log.info("order #{@id@ + n} charged") }\nlog.info("done")\n',
        crashes=(
            Crash(
                "nil_method",
                r"undefined method `total' for nil",
                "def find(id) = nil\ndef charge(id)\n  find(id).total\nend\ncharge(@id@)\n",
            ),
            Crash(
                "missing_file",
                r"No such file or directory",
                'def load_rates\n  File.read("config/rates-@id@.yml")\nend\nload_rates\n',
            ),
            Crash(
                "refused",
                r"Connection refused",
                'require "socket"\ndef connect\n  TCPSocket.new("127.0.0.1", @dead@)\nend\nconnect\n',
            ),
            Crash(
                "chained",
                r"cannot charge order \d+ \(ChargeError\)",
                'class ChargeError < StandardError; end\ndef pay\n  raise ArgumentError, "card declined"\nrescue ArgumentError\n  raise ChargeError, "cannot charge order @id@"\nend\npay\n',
            ),
            Crash(
                "own_exception",
                r"no stock for sku-\d+",
                'module Stock\n  class Missing < StandardError; end\nend\ndef reserve(sku)\n  raise Stock::Missing, "no stock for sku-#{sku} in bay @small@"\nend\n[@id@].each { |sku| reserve(sku) }\n',
            ),
            Crash(
                "undefined_name",
                r"undefined local variable or method `totl'",
                "def sum(list)\n  total = list.sum\n  totl\nend\nsum([1, @id@])\n",
            ),
            Crash(
                "key_error",
                r"key not found: ",
                'order = { "id" => @id@ }\ndef sku(order) = order.fetch("sku")\nsku(order)\n',
            ),
            Crash(
                "type_error",
                r"String can't be coerced into Integer",
                'def total(a, b)\n  a + b\nend\ntotal(@id@, "7")\n',
            ),
            Crash("syntax_error", r"syntax error, unexpected", "def total(list\n  list.sum\nend\n"),
            Crash("division", r"divided by 0", "def share(sum, n)\n  sum / n\nend\nshare(@id@, 0)\n"),
            Crash("stack", r"stack level too deep", "def walk(n)\n  walk(n + 1)\nend\nwalk(@id@)\n"),
            Crash(
                "frozen",
                r"can't modify frozen String",
                'NAME = "order-@id@".freeze\ndef rename\n  NAME << "-x"\nend\nrename\n',
            ),
            Crash(
                "thread",
                r"broken line \d+ in feed",
                't = Thread.new { raise IOError, "broken line @id@ in feed" }\nbegin\n  t.join\nrescue IOError\n  exit 1\nend\n',
                note="the thread reports, the main program ends quietly",
            ),
        ),
    ),
)
