"""ZooKeeper, a single server."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """tickTime=2000
dataDir=@dir@/data
clientPort=@port@
clientPortAddress=127.0.0.1
maxClientCnxns=3
admin.enableServer=false
4lw.commands.whitelist=ruok,srvr
"""
_LOG4J = """log4j.rootLogger=INFO, CONSOLE
log4j.appender.CONSOLE=org.apache.log4j.ConsoleAppender
log4j.appender.CONSOLE.layout=org.apache.log4j.PatternLayout
log4j.appender.CONSOLE.layout.ConversionPattern=%d{ISO8601} - %-5p [%t:%C{1}@%L] - %m%n
"""

_JARS = "ls /usr/share/java/*.jar | grep 'zookeeper\\|slf4j-api\\|slf4j-log4j12\\|/log4j-1.2\\|netty\\|snappy\\|metrics-core\\|commons-cli' | tr '\\n' :"

_config = partial(edit, "conf/zoo.cfg")

SOURCES = (
    Server(
        name="zookeeper",
        packages=Packages(
            ("java", "/usr/share/zookeeper/bin/zkServer.sh", "nc"),
            apt=("zookeeper", "zookeeperd", "netcat-openbsd"),
        ),
        version="dpkg-query -W zookeeper",
        files={"conf/zoo.cfg": _CONFIG, "conf/log4j.properties": _LOG4J},
        prepare=("mkdir -p data",),
        start=f"java -Xmx64m -Dos.version=6.1.0 -cp @dir@/conf:$({_JARS}) -Dlog4j.configuration=log4j.properties org.apache.zookeeper.server.quorum.QuorumPeerMain @dir@/conf/zoo.cfg",
        ready="echo ruok | nc -q 1 127.0.0.1 @port@ | grep -q imok",
        patience=30,
        workload=("echo srvr | nc -q 1 127.0.0.1 @port@",),
        faults=(
            Fault(
                "port_in_use",
                r"(?i)java\.net\.BindException: Address already in use",
                before=(step("occupy"),),
                starts=False,
            ),
            Fault(
                "config_bad",
                r"Caused by: java\.lang\.NumberFormatException",
                edits=_config("tickTime=2000", "tickTime=often"),
                starts=False,
            ),
            Fault(
                "config_missing", r"Caused by: .* file is missing", before=("rm conf/zoo.cfg",), starts=False
            ),
            Fault(
                "data_not_writable",
                r"(?i)(Unable to access datadir|Unable to create data directory|Cannot write to data directory)",
                before=("rm -rf data; echo x > data",),
                starts=False,
            ),
            Fault(
                "bad_length",
                r"Unreasonable length|Len error",
                do=(step("send", b"GET / HTTP/1.0\r\n\r\n"), step("pause", 1.0)),
            ),
            Fault(
                "snapshot_damaged",
                r"has invalid magic number",
                before=(
                    "mkdir -p data/version-2 && yes order | head -c 400 > data/version-2/snapshot.0 && yes order | head -c 400 > data/version-2/log.1",
                ),
                starts=False,
            ),
            Fault(
                "peer_refused",
                r"(?i)Cannot open channel to 2",
                edits=_config(
                    "maxClientCnxns=3",
                    "maxClientCnxns=3\ninitLimit=5\nsyncLimit=2\nserver.1=127.0.0.1:@port1@:@port2@\nserver.2=127.0.0.1:@port3@:@port4@\nserver.3=127.0.0.1:@port5@:@port6@",
                ),
                before=("echo 1 > data/myid",),
                starts=False,
            ),
            Fault(
                "no_myid",
                r"(?i)myid file is missing",
                edits=_config(
                    "maxClientCnxns=3",
                    "maxClientCnxns=3\ninitLimit=5\nsyncLimit=2\nserver.1=127.0.0.1:@port1@:@port2@\nserver.2=127.0.0.1:@port3@:@port4@\nserver.3=127.0.0.1:@port5@:@port6@",
                ),
                starts=False,
            ),
        ),
    ),
)
