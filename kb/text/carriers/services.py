"""Carriers of services: syslog, journald, container runtimes, orchestrators, databases, proxies, supervisors."""

from __future__ import annotations

from kb.text.carriers.carrier import Carrier

SERVICES: tuple[Carrier, ...] = (
    # syslog and journald
    Carrier(
        "rfc3164",
        "<11>Nov 20 10:15:12 node-7 ledgerd[4312]: §",
        "<{pri}>{time} {host} {program}[{pid}]: ",
        said={"host": "node-7", "service": "ledgerd", "severity": "err"},
    ),
    Carrier(
        "rfc3164 without a pid",
        "<13>Nov 29 10:57:35 web-01 lease: §",
        "<{pri}>{time} {host} {program}: ",
        said={"service": "lease"},
    ),
    Carrier(
        "rfc5424",
        '<27>1 2026-11-29T10:50:27+00:00 web-01 lease 4242 - [meta sequenceId="2"] §',
        "<{pri}>1 {time} {host} {program} {word} {word} [{in}] ",
        said={"host": "web-01", "service": "lease", "severity": "err"},
    ),
    Carrier(
        "rfc5424 without data",
        "<11>1 2026-11-20T10:15:12.123Z node-7 ledgerd 4312 - - §",
        "<{pri}>1 {time} {host} {program} {word} {word} - ",
        said={"host": "node-7"},
    ),
    Carrier(
        "journalctl short",
        "Nov 20 10:15:12 node-7 ledgerd[4312]: §",
        said={"host": "node-7", "service": "ledgerd", "time": "Nov 20 10:15:12"},
    ),
    Carrier("journalctl iso", "2026-11-20T10:15:12+0000 node-7 ledgerd[4312]: §", said={"host": "node-7"}),
    Carrier(
        "journalctl full", "Sun 2026-11-29 10:50:20 UTC web-01 lease[29372]: §", said={"service": "lease"}
    ),
    Carrier("journalctl monotonic", "[ 7793.622723] web-01 lease[29372]: §", said={"host": "web-01"}),
    Carrier("journalctl unix", "1795949420.796014 web-01 lease[29372]: §", said={"host": "web-01"}),
    Carrier("syslog-ng file", "Nov 29 10:50:27 web-01 app: §", said={"host": "web-01", "service": "app"}),
    Carrier(
        "syslog of a plain host",
        "Nov 29 10:50:27 archive sshd: §",
        "{time} {host} {service:daemon}: ",
        said={"service": "sshd"},
    ),
    Carrier(
        "kernel in syslog", "Nov 29 10:50:27 web-01 kernel: [   12.345678] §", "{host} kernel: [ {num}] "
    ),
    Carrier("kernel", "[    5.123456] §"),
    Carrier("kernel with a cpu", "[   12.345678][    T1] §"),
    Carrier("dmesg in human time", "[Sun Nov 29 10:15:12 2026] §"),
    Carrier("audit", "type=AVC msg=audit(1795949420.123:456): §", "type={word} msg=audit({num}:{num}): "),
    # container runtimes and orchestrators
    Carrier("cri", "2026-11-20T10:15:12.123456789Z stderr F §", "{time} {severity:stream} {flag} "),
    Carrier("cri without a time", "stderr F §", "{severity:stream} {flag} "),
    Carrier("docker compose", "ledger-1  | §", "{container} | ", said={"container": "ledger-1"}),
    Carrier("docker service logs", "web_api.2.abc0def1ghij@node-7    | §", "{container} | "),
    Carrier(
        "kubectl --prefix",
        "[pod/ledger-6d8f9c7b5d-x2x4q/ledger] §",
        "[pod/{pod:name}/{container:name}] ",
        said={"pod": "ledger-6d8f9c7b5d-x2x4q", "container": "ledger"},
    ),
    Carrier(
        "stern",
        "ledger-6d8f9c7b5d-x2x4q ledger §",
        "{stempod} {stemname} ",
        said={"pod": "ledger-6d8f9c7b5d-x2x4q", "container": "ledger"},
    ),
    Carrier(
        "stern of all namespaces",
        "shop ledger-6d8f9c7b5d-x2x4q ledger §",
        "{namespace:name} {stempod} {stemname} ",
        said={"namespace": "shop"},
    ),
    Carrier("stern with a sign", "ledger-6d8f9c7b5d-x2x4q › ledger §", "{pod:podname} › {container:name} "),
    Carrier("kubetail", "[ledger-6d8f9c7b5d-x2x4q ledger] §"),
    Carrier(
        "kubectl get events",
        "3m12s       Warning   Failed      pod/ledger-6d8f9c7b5d-x2x4q   §",
        "{age}⟦ (x{num} over {age})⟧ {severity:kind} {reason} {object} ",
        said={"severity": "Warning"},
    ),
    Carrier(
        "kubectl get events of all namespaces",
        "shop   3m12s       Warning   Failed      pod/ledger-6d8f9c7b5d-x2x4q   §",
        "{namespace:name} {age}⟦ (x{num} over {age})⟧ {severity:kind} {reason} {object} ",
        said={"namespace": "shop"},
    ),
    Carrier(
        "kubectl describe",
        "  Warning  Failed   12s (x7 over 3m)   kubelet  §",
        "{severity:kind} {reason} {age}⟦ (x{num} over {age})⟧ {word}⟦, {word}⟧{blank}",
        said={"severity": "Warning"},
    ),
    Carrier(
        "ecs by awslogs",
        "2026-11-20T10:15:12.123000+00:00 ecs/ledger/0a1b2c3d4e5f60718293a4b5c6d7e8f9 §",
        "ecs/{service:name}/{hex} ",
        said={"service": "ledger"},
    ),
    Carrier(
        "lambda",
        "2026-11-20T10:15:12.123Z\t0a1b2c3d-1111-2222-3333-444455556666\tERROR\t§",
        said={"severity": "ERROR"},
    ),
    Carrier("heroku", "2026-11-20T10:15:12.123456+00:00 app[web.1]: §", said={"service": "app"}),
    Carrier("procfile runner", "10:57:18 AM lease.1 |  §"),
    Carrier("foreman", "10:15:12 web.1     | §"),
    Carrier("pm2", "0|app  | §", "{num}|{service:word} | ", said={"service": "app"}),
    Carrier("pm2 with a time", "0|app  | 2026-11-29T10:15:12: §", "{num}|{service:word} | "),
    Carrier("fly.io", "2026-11-20T10:15:12Z app[148e21 ] fra [error] §", "{program}[{in}] {word} [{level}] "),
    # databases
    Carrier("postgresql", "2026-11-29 09:01:22.690 UTC [8725] FATAL:  §", said={"severity": "FATAL"}),
    Carrier(
        "postgresql of Debian",
        "2026-11-20 10:15:12.123 UTC [4312] app@shop PANIC:  §",
        "{token}@{token} {level}: ",
        said={"severity": "PANIC"},
    ),
    Carrier(
        "postgresql with its application",
        "2026-11-20 10:15:12 UTC [4312]: [3-1] user=app,db=shop,app=psql,client=10.0.0.7 ERROR:  §",
    ),
    Carrier(
        "postgresql of RDS",
        "2026-11-20 10:15:12 UTC:10.0.0.7(5432):app@shop:[4312]:ERROR:  §",
        "{time}:{token}:[{pid}]:{level}: ",
    ),
    Carrier(
        "postgresql, colons",
        "2026-11-20 10:15:12 UTC:10.0.0.7(5432):app@shop:[4312]:ERROR:  §",
        "{time}:{token}({pid}):{token}@{token}:[{pid}]:{level}: ",
    ),
    Carrier(
        "mysql",
        "2026-11-29T10:15:12.123456Z 8 [ERROR] [MY-010123] [Server] §",
        "{time} {pid} [{level}] [MY-{pid}] [{logger}] ",
    ),
    Carrier("mariadb", "2026-11-29 10:15:12 8 [ERROR] §"),
    Carrier("mysqld_safe", "261129 10:15:12 mysqld_safe §", "{time} {service:safe} "),
    Carrier("redis", "26084:M 29 Nov 2026 09:10:01.076 # §", "{pid}:{role} {time} {mark} "),
    Carrier("redis before 3", "[26084] 29 Nov 09:10:01.076 # §", "[{pid}] {pid} {month} {time} {mark} "),
    Carrier(
        "mongodb", "2026-11-29T10:15:12.123+0000 E NETWORK  [conn12] §", "{time} {letter} {word} [{thread}] "
    ),
    Carrier(
        "clickhouse",
        "2026.11.29 10:15:12.123456 [ 4312 ] {0a1b2c3d-1111} <Error> executeQuery: §",
        "{time} [ {pid} ] {query} <{level}> {logger}: ",
    ),
    Carrier("cassandra", "ERROR [main] 2026-11-29 10:15:12,123 CassandraDaemon.java:12 - §"),
    Carrier("elasticsearch", "[2026-11-29T10:15:12,123][ERROR][o.e.b.Bootstrap          ] [node-1] §"),
    Carrier(
        "kafka",
        "[2026-11-29 10:15:12,123] ERROR [Broker id=1] § (kafka.server.KafkaServer)",
        said={"severity": "ERROR"},
    ),
    Carrier("zookeeper", "2026-11-29 10:15:12,123 [myid:1] - ERROR [main:QuorumPeer@123] - §"),
    Carrier("rabbitmq", "2026-11-29 10:15:12.123456+00:00 [error] <0.123.0> §"),
    Carrier("etcd", "2026-11-29 10:15:12.123456 E | etcdserver: §", "{time} {letter} | {logger}: "),
    Carrier(
        "ceph", "2026-11-29T10:15:12.123+0000 7f1c2d8a1700 -1 osd.3 12 §", "{time} {hex} {num} {word} {num} "
    ),
    Carrier(
        "glusterfs",
        "[2026-11-29 10:15:12.123456] E [MSGID: 108006] [afr-common.c:123:afr_notify] 0-vol: §",
        "{letter} [MSGID: {pid}] [{in}] {word}: ",
    ),
    Carrier("sql server", "2026-11-29 10:15:12.12 spid51      §", "{time} spid{pid}⟦s⟧ "),
    Carrier(
        "cockroach",
        "E261129 10:15:12.123456 12 server/node.go:123  [n1,client=127.0.0.1:1234] §",
        "{letter}{time} {pid} {file}:{pid} [{in}] ",
    ),
    # proxies and web servers
    Carrier(
        "nginx",
        "2026/11/29 09:11:05 [error] 27282#27282: *1 §, client: 127.0.0.1, server: shop.example, "
        'request: "GET / HTTP/1.1"',
        said={"severity": "error"},
    ),
    Carrier("nginx at its start", "nginx: [emerg] §", "nginx: [{level}] ", said={"severity": "emerg"}),
    Carrier(
        "nginx, a child's words",
        '2026/11/29 09:11:05 [error] 27#27: *1 FastCGI sent in stderr: "PHP message: §" while reading '
        "response header from upstream, client: 127.0.0.1",
        'FastCGI sent in stderr: "⟦PHP message: ⟧',
        r'"(?: while [^\n]{0,400})?',
    ),
    Carrier(
        "apache",
        "[Sun Nov 29 10:55:37.105395 2026] [cgi:error] [pid 17056:tid 17056] [client 127.0.0.1:51204] "
        "AH01215: stderr from /srv/cgi/lease: §",
        "⟦AH{pid}: ⟧stderr from {file}: ",
    ),
    Carrier("haproxy", "[WARNING]  (4312) : §", "[{level}] ({pid}) : "),
    Carrier("haproxy 1", "[ALERT] 332/101512 (4312) : §", "[{level}] {pid}/{pid} ({pid}) : "),
    Carrier("squid", "2026/11/29 10:15:12 kid1| ERROR: §", "kid{pid}| "),
    Carrier("envoy", "[2026-11-29 10:15:12.123][12][error][upstream] [source/common/upstream/x.cc:123] §"),
    Carrier("caddy", '2026/11/29 10:15:12.123\tERROR\thttp.log.error\t§\t{"request": {"method": "GET"}}'),
    Carrier("bind", "29-Nov-2026 10:15:12.123 general: error: §"),
    Carrier("varnish", "Error: Child (4312) said §", "⟦Error: ⟧Child ({pid}) said "),
    Carrier(
        "php-fpm",
        '[29-Nov-2026 10:55:53] WARNING: [pool www] child 17656 said into stderr: "§"',
        'child {pid} said into {word}: "',
        '"(?:, pipe is closed)?',
    ),
    Carrier("iis", "2026-11-29 10:15:12 W3SVC1 ERROR §"),
    # supervisors and agents
    Carrier("supervisord", "2026-11-29 10:57:02,007 INFO §"),
    Carrier("circus", "2026-11-29 10:52:18 circus[2900] [INFO] §", "{program}[{pid}] [{level}] "),
    Carrier("s6-log", "@400000006b0c033c2d096521 §"),
    Carrier("multilog of local time", "2026-11-29_10:48:57.57636 §"),
    Carrier("ts -s", "0.009006 §"),
    Carrier("fluentd", "2026-11-29 10:15:12 +0000 [error]: #0 §", "{time} [{level}]: #{pid} "),
    Carrier("fluent-bit", "[2026/11/29 10:15:12] [error] [output:es:es.0] §"),
    Carrier("telegraf", "2026-11-29T10:15:12Z E! [outputs.influxdb] §", "{time} {letter}! "),
    Carrier("consul", "2026-11-29T10:15:12.123Z [ERROR] agent.server: §"),
    Carrier("hashicorp", "    2026-11-29T10:15:12.123Z [ERROR] nomad.client: §"),
    Carrier("openstack", "2026-11-29 10:15:12.123 4312 ERROR nova.compute.manager [req-0a1b2c3d - - - -] §"),
    Carrier("open vswitch", "2026-11-29T10:15:12.123Z|00012|vconn|ERR|§", "{time}|{pid}|{logger}|{level}|"),
    Carrier(
        "libvirt",
        "2026-11-29 10:15:12.123+0000: 4312: error : virNetSocketReadWire:1234 : §",
        "{time}: {pid}: {level} : {logger} : ",
    ),
    Carrier("splunk", "11-29-2026 10:15:12.123 +0000 ERROR TailReader [1234 tailreader0] - §"),
    Carrier("salt", "2026-11-29 10:15:12,123 [salt.minion      :123 ][ERROR   ][4312] §"),
    Carrier("slurm", "[2026-11-29T10:15:12.123] error: §"),
    Carrier("openldap", "6b0c033c.2d096521 0x7f1c2d8a1700 §", "{hex}.{hex} 0x{hex} "),
    Carrier(
        "a Windows event as a row",
        'Error,11/20/2026 10:15:12 AM,Ledger,1001,None,"§"',
        '{level},{time},{in},{num},{in},"',
        '"?',
    ),
    Carrier("logplex", "2026-11-20T10:15:12+00:00 host app web.1 - §", "{time} host app {word} - "),
)
