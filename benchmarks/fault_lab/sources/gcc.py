"""C and C++: aborts, sanitizers, uncaught exceptions, and what the compiler refuses."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.source import Crash, Runtime

_TOP = "#include <cassert>\n#include <cstdio>\n#include <cstdlib>\n#include <cstring>\n#include <fstream>\n#include <map>\n#include <memory>\n#include <stdexcept>\n#include <string>\n#include <thread>\n#include <vector>\nstruct Order { int total; };\n"
_START = '  std::puts("orders service starts");\n  std::fflush(stdout);\n'


def _main(body: str, above: str = "") -> str:
    return _TOP + above + "int main(int argc, char **argv) {\n" + _START + body + "  return 0;\n}\n"


_RUN = "g++ -g -O0 -w -std=c++17 orders.cpp -o orders && bash -c './orders; exit $?'"
_ASAN = "g++ -g -O0 -w -std=c++17 -fsanitize=address,undefined -fno-omit-frame-pointer orders.cpp -o orders && ./orders"
_SHELL = "g++ -g -O0 -w -std=c++17 orders.cpp -o orders && bash -c './orders; true'"

SOURCES = (
    Runtime(
        name="gcc",
        packages=Packages(("g++", "bash"), apt=("g++", "bash")),
        version="g++ --version | head -1",
        file="orders.cpp",
        run=_RUN,
        comment="//",
        healthy=_main('  for (int n = 0; n < 3; n++) std::printf("order %d charged\\n", @id@ + n);\n'),
        crashes=(
            Crash(
                "uncaught",
                r"what\(\):  no stock for sku-\d+",
                _main('  throw std::runtime_error("no stock for sku-@id@ in bay @small@");\n'),
            ),
            Crash(
                "out_of_range",
                r"what\(\):  vector::_M_range_check",
                _main("  std::vector<int> v(@small@);\n  return v.at(@id@);\n"),
            ),
            Crash(
                "map_at",
                r"what\(\):  map::at",
                _main('  std::map<std::string, int> m;\n  return m.at("order-@id@");\n'),
            ),
            Crash("stoi", r"what\(\):  stoi", _main('  return std::stoi("x@id@");\n')),
            Crash(
                "assertion",
                r"Assertion `total > 0' failed",
                _main(
                    "  return charge(-@small@);\n",
                    "int charge(int total) { assert(total > 0); return total; }\n",
                ),
            ),
            Crash(
                "segfault",
                r"Segmentation fault",
                _main("  return charge(nullptr);\n", "int charge(Order *o) { return o->total; }\n"),
                run=_SHELL,
            ),
            Crash(
                "double_free",
                r"free\(\): double free detected",
                _main("  char *p = (char *)std::malloc(64);\n  std::free(p);\n  std::free(p);\n"),
            ),
            Crash(
                "heap_overflow",
                r"AddressSanitizer: heap-buffer-overflow",
                _main("  int *p = new int[@small@];\n  return p[@small@];\n"),
                run=_ASAN,
            ),
            Crash(
                "use_after_free",
                r"AddressSanitizer: heap-use-after-free",
                _main("  Order *o = new Order{@id@};\n  delete o;\n  return o->total;\n"),
                run=_ASAN,
            ),
            Crash(
                "leak",
                r"LeakSanitizer: detected memory leaks",
                _main("  for (int n = 0; n < @small@; n++) new Order{n};\n"),
                run=_ASAN,
            ),
            Crash(
                "overflow",
                r"runtime error: signed integer overflow",
                _main("  int n = 2147483647 - argc + 1;\n  n += @id@;\n  return n > 0;\n"),
                run=_ASAN,
            ),
            Crash(
                "null_reference",
                r"runtime error: member access within null pointer",
                _main("  Order *o = nullptr;\n  return o->total;\n"),
                run=_ASAN,
            ),
            Crash(
                "bad_alloc",
                r"what\(\):  std::bad_alloc",
                _main("  std::vector<char> v(60000000000ull * 1000);\n  return v[1];\n"),
            ),
            Crash(
                "undefined_symbol",
                r"undefined reference to",
                _main("  return charge_card(@id@);\n", "int charge_card(int id);\n"),
            ),
            Crash(
                "undeclared",
                r"error: 'charge_card' was not declared|error: .charge_card. was not declared",
                _main("  return charge_card(@id@);\n"),
            ),
            Crash(
                "missing_header",
                r"fatal error: shop/billing\.h: No such file",
                _main("  return @id@ > 0;\n", '#include "shop/billing.h"\n'),
            ),
            Crash(
                "missing_library",
                r"cannot find -lshopbilling",
                _main("  return 0;\n"),
                run="g++ -w orders.cpp -o orders -lshopbilling",
            ),
            Crash(
                "missing_shared",
                r"error while loading shared libraries",
                _main("  return price();\n", "int price();\n"),
                run="echo 'int price() { return 1; }' > price.cpp; g++ -shared -fPIC price.cpp -o libshopprice.so && g++ -w orders.cpp -o orders -L. -lshopprice && rm libshopprice.so && ./orders",
            ),
        ),
    ),
)
