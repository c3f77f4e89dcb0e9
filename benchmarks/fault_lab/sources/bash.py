"""Bash's failures in a script."""

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.source import Crash, Runtime

_TOP = 'set -euo pipefail\necho "deploy of orders starts"\n'

SOURCES = (
    Runtime(
        name="bash",
        packages=Packages(("bash", "curl"), apt=("bash", "curl")),
        version="bash --version | head -1",
        file="deploy.sh",
        run="bash @dir@/deploy.sh",
        healthy=_TOP + 'for n in 1 2 3; do echo "order $((@id@ + n)) charged"; done\necho done\n',
        crashes=(
            Crash("unbound", r"RELEASE: unbound variable", _TOP + 'echo "release $RELEASE"\n'),
            Crash("command_not_found", r"shopctl: command not found", _TOP + "shopctl publish @id@\n"),
            Crash(
                "missing_file",
                r"No such file or directory",
                _TOP + "while read -r line; do echo $line; done < config/rates-@id@.ini\n",
            ),
            Crash(
                "missing_source",
                r"lib/shop\.sh: No such file or directory",
                _TOP + "source @dir@/lib/shop.sh\n",
            ),
            Crash(
                "syntax",
                r"syntax error(: unexpected end of file| near unexpected token)",
                _TOP + "if [ -f x ]; then\n  echo @id@\n",
            ),
            Crash("killed", r"Killed", _TOP + "import() { sh -c 'kill -9 $$'; }\nimport\n"),
            Crash("segfault", r"Segmentation fault", _TOP + "sh -c 'kill -SEGV $$'\necho after\n"),
            Crash(
                "permission",
                r"Permission denied",
                _TOP + "echo '#!/bin/sh' > publish.sh; chmod 644 publish.sh\n./publish.sh @id@\n",
            ),
            Crash("bad_number", r"value too great for base", _TOP + "month=08\necho $((month + @small@))\n"),
            Crash("refused", r"(?i)connection refused", _TOP + "exec 3<> /dev/tcp/127.0.0.1/@dead@\n"),
            Crash("curl_refused", r"curl: \(7\)", _TOP + "curl -sS http://127.0.0.1:@dead@/orders/@id@\n"),
            Crash("disk_full", r"No space left on device", _TOP + "echo order @id@ > /dev/full\n"),
            Crash("bad_test", r"integer expression expected", _TOP + '[ "many" -gt @small@ ] || exit 2\n'),
            Crash("tar_missing", r"tar: .*Cannot (stat|open)", _TOP + "tar -czf out.tgz build-@id@\n"),
        ),
    ),
)
