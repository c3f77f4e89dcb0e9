"""Perl's crashes."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.source import Crash, Runtime

SOURCES = (
    Runtime(
        name="perl",
        packages=Packages(("perl",), apt=("perl",)),
        version="perl -e 'print substr($^V, 1)'",
        file="orders.pl",
        run="perl @dir@/orders.pl",
        healthy='use strict; use warnings;\nfor my $n (0 .. 3) { printf "order %d charged\\n", @id@ + $n; }\nprint "done\\n";\n',
        crashes=(
            Crash(
                "undef_method",
                r"Can't call method \"total\" on an undefined value",
                "use strict; use warnings;\nsub find { return undef }\nsub charge { return find(shift)->total }\ncharge(@id@);\n",
            ),
            Crash(
                "missing_file",
                r"cannot read rates",
                'use strict; use warnings;\nopen(my $f, "<", "config/rates-@id@.ini") or die "cannot read rates: $!";\n',
            ),
            Crash(
                "missing_module",
                r"Can't locate Shop/Billing\.pm in @INC",
                "use strict; use warnings;\nuse Shop::Billing;\nprint Shop::Billing::total(@id@);\n",
            ),
            Crash(
                "undefined_sub",
                r"Undefined subroutine &main::charge_card called",
                "use strict; use warnings;\nprint charge_card(@id@), qq{\\n};\n",
            ),
            Crash(
                "refused",
                r"cannot reach the bank: .*refused",
                'use strict; use warnings; use IO::Socket::INET;\nmy $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => @dead@, Proto => "tcp") or die "cannot reach the bank: $@";\n',
            ),
            Crash(
                "confess",
                r"no stock for sku-\d+",
                'use strict; use warnings; use Carp qw(confess);\nsub reserve { my ($sku, $n) = @_; confess "no stock for sku-$sku in bay $n" }\nsub order { reserve(@id@, @small@) }\norder();\n',
            ),
            Crash(
                "strict_refs",
                r"Can't use string \(\".*\"\) as (a HASH|an ARRAY) ref",
                'use strict; use warnings;\nmy $order = "order-@id@";\nprint $order->{total};\n',
            ),
            Crash(
                "division",
                r"Illegal division by zero",
                "use strict; use warnings;\nsub share { return $_[0] / $_[1] }\nprint share(@id@, 0);\n",
            ),
            Crash(
                "undeclared",
                r"Global symbol \"\$totl\" requires explicit package name",
                "use strict; use warnings;\nmy $total = @id@;\nprint $totl;\n",
            ),
            Crash(
                "syntax",
                r"syntax error at",
                "use strict; use warnings;\nmy $total = (@id@ + ;\nprint $total;\n",
            ),
            Crash(
                "object",
                r"declined: card .* order \d+",
                'use strict; use warnings;\npackage Declined; use overload q{""} => sub { "declined: card of order $_[0]{id}\\n" };\nsub throw { my $c = shift; die bless {@_}, $c }\npackage main;\nDeclined->throw(id => @id@);\n',
            ),
            Crash(
                "warn_then_die",
                r"Not an ARRAY reference",
                'use strict; use warnings;\nmy %h = (id => @id@);\nprint "order " . $h{sku} . "\\n";\nmy $list = {};\nfor (@$list) { print }\n',
            ),
        ),
    ),
)
