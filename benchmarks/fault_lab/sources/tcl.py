"""Tcl's crashes."""

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.source import Crash, Runtime

SOURCES = (
    Runtime(
        name="tcl",
        packages=Packages(("tclsh8.6",), apt=("tcl8.6",)),
        version="echo 'puts [info patchlevel]' | tclsh8.6",
        file="orders.tcl",
        run="tclsh8.6 @dir@/orders.tcl",
        healthy='for {set n 0} {$n < 3} {incr n} { puts "order [expr {@id@ + $n}] charged" }\nputs done\n',
        crashes=(
            Crash(
                "unknown_command",
                r'invalid command name "charge_card"',
                "proc run {id} {\n  charge_card $id\n}\nrun @id@\n",
            ),
            Crash(
                "no_variable",
                r'can\'t read "total": no such variable',
                "proc run {id} {\n  puts $total\n}\nrun @id@\n",
            ),
            Crash(
                "missing_file",
                r'couldn\'t open "config/rates',
                'proc load {} {\n  set f [open "config/rates-@id@.ini" r]\n}\nload\n',
            ),
            Crash(
                "refused",
                r"couldn't open socket: connection refused",
                "proc connect {} {\n  socket 127.0.0.1 @dead@\n}\nconnect\n",
            ),
            Crash(
                "divide",
                r"divide by zero",
                "proc share {sum n} {\n  expr {$sum / $n}\n}\nputs [share @id@ 0]\n",
            ),
            Crash(
                "no_key",
                r'key "sku" not known in dictionary',
                "proc sku {order} {\n  dict get $order sku\n}\nputs [sku [dict create id @id@]]\n",
            ),
            Crash(
                "own_error",
                r"no stock for sku-\d+",
                'proc reserve {sku bay} {\n  error "no stock for sku-$sku in bay $bay"\n}\nreserve @id@ @small@\n',
            ),
            Crash("no_package", r"can't find package shop", "package require shop 2.0\n"),
            Crash(
                "arguments",
                r'wrong # args: should be "charge id sum"',
                "proc charge {id sum} {\n  return $id\n}\ncharge @id@\n",
            ),
            Crash(
                "not_number",
                r"can't use non-numeric string as operand",
                'proc total {a} {\n  expr {$a + "order"}\n}\nputs [total @id@]\n',
            ),
            Crash("unbalanced", r"missing close-brace", "proc total {list} {\n  return [llength $list]\n"),
        ),
    ),
)
