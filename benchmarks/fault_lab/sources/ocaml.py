"""OCaml's crashes, compiled to byte code with debugging."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.source import Crash, Runtime

_RUN = "ocamlc -w -a -g unix.cma orders.ml -o orders && OCAMLRUNPARAM=b ./orders"

SOURCES = (
    Runtime(
        name="ocaml",
        packages=Packages(("ocamlc",), apt=("ocaml-nox",)),
        version="ocamlc -version",
        file="orders.ml",
        run=_RUN,
        comment="(*",
        comment_end=" *)",
        healthy='let () = for n = 0 to 2 do Printf.printf "order %d charged\\n" (@id@ + n) done\n',
        crashes=(
            Crash(
                "not_found",
                r"Fatal error: exception Not_found",
                "let carts = Hashtbl.create 3\nlet find id = Hashtbl.find carts id\nlet () = print_int (find @id@)\n",
            ),
            Crash(
                "index",
                r'Invalid_argument\("index out of bounds"\)',
                "let pick a n = a.(n)\nlet () = print_int (pick [|1; 2|] @id@)\n",
            ),
            Crash(
                "failure",
                r"Failure\(\"no stock for sku-\d+",
                'let reserve sku bay = failwith (Printf.sprintf "no stock for sku-%d in bay %d" sku bay)\nlet () = reserve @id@ @small@\n',
            ),
            Crash(
                "own_exception",
                r"Orders\.Declined\(",
                'exception Declined of int * string\nlet charge id = raise (Declined (id, "card"))\nlet () = charge @id@\n',
            ),
            Crash(
                "missing_file",
                r"Sys_error\(\"config/rates",
                'let load () = open_in "config/rates-@id@.ini"\nlet () = ignore (load ())\n',
            ),
            Crash(
                "divide",
                r"Fatal error: exception Division_by_zero",
                "let share s n = s / n\nlet () = print_int (share @id@ 0)\n",
            ),
            Crash(
                "match_failure",
                r"Pattern matching failed",
                'let name n = match n with 1 -> "one" | 2 -> "two"\nlet () = print_string (name @id@)\n',
            ),
            Crash(
                "assertion",
                r"Assert_failure|Assertion failed",
                "let charge n = assert (n > 0); n\nlet () = print_int (charge (-@small@))\n",
            ),
            Crash(
                "int_of_string",
                r"Failure\(\"int_of_string\"\)",
                'let () = print_int (int_of_string "x@id@")\n',
            ),
            Crash(
                "refused",
                r"Unix\.Unix_error\(Unix\.ECONNREFUSED",
                "let connect () = let s = Unix.socket Unix.PF_INET Unix.SOCK_STREAM 0 in Unix.connect s (Unix.ADDR_INET (Unix.inet_addr_loopback, @dead@))\nlet () = connect ()\n",
            ),
            Crash(
                "type_error",
                r"Error: This expression has type",
                'let total a = a + 1\nlet () = print_int (total "order-@id@")\n',
            ),
            Crash("unbound", r"Error: Unbound value charge_card", "let () = charge_card @id@\n"),
        ),
    ),
)
