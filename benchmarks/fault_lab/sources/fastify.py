"""Fastify, whose logger writes JSON."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_APP = """const fastify = require('/opt/fastify/node_modules/fastify')({ logger: true, bodyLimit: 2000, requestTimeout: 2000 });
const net = require('net');
fastify.get('/orders/:id', async (request) => ({ id: request.params.id }));
fastify.get('/nil', async () => { let order; return order.price; });
fastify.get('/backend', (request, reply) => { net.connect(@dead@, '127.0.0.1').on('error', (error) => reply.send(error)); });
fastify.get('/twice', async (request, reply) => { reply.send('a'); reply.send('b'); });
fastify.get('/late', (request, reply) => { reply.send('a'); setTimeout(() => { throw new Error('no price for @user@'); }, 50); });
fastify.get('/undefined', async (request, reply) => { reply.code(700); return 'x'; });
fastify.post('/orders', { schema: { body: { type: 'object', required: ['price'] } } }, async () => 'ok');
fastify.listen({ port: @port@, host: '127.0.0.1' }).catch((error) => { fastify.log.error(error); process.exit(1); });
"""
_GET = "curl -s -m 5 http://127.0.0.1:@port@"

_app = partial(edit, "orders.js")

SOURCES = (
    Server(
        name="fastify",
        packages=Packages(
            ("/opt/fastify/node_modules/fastify", "node", "curl"),
            apt=("nodejs", "curl"),
            npm=("fastify@5.12.8",),
            folder="fastify",
        ),
        version="node -p \"require('/opt/fastify/node_modules/fastify/package.json').version\"",
        files={"orders.js": _APP},
        start="node orders.js",
        ready=f"{_GET}/orders/1",
        workload=(f"{_GET}/orders/@id@",),
        faults=(
            Fault("undefined_property", r"Cannot read properties of undefined", do=(f"{_GET}/nil",)),
            Fault("backend_refused", r"ECONNREFUSED", do=(f"{_GET}/backend",)),
            Fault("replied_twice", r"(?i)(already sent|FST_ERR_REP_ALREADY_SENT)", do=(f"{_GET}/twice",)),
            Fault("dies_late", r"Error: no price for", do=(f"{_GET}/late", step("pause", 0.5))),
            Fault("bad_status", r"(?i)(status code|FST_ERR_BAD_STATUS_CODE)", do=(f"{_GET}/undefined",)),
            Fault(
                "body_missing_field",
                r"(?i)must have required property",
                do=(
                    "curl -s -m 5 -H 'Content-Type: application/json' -d '{\"id\": @id@}' http://127.0.0.1:@port@/orders",
                ),
            ),
            Fault(
                "body_not_json",
                r"(?i)(not valid JSON|Unexpected|JSON)",
                do=(
                    "curl -s -m 5 -H 'Content-Type: application/json' -d '{order' http://127.0.0.1:@port@/orders",
                ),
            ),
            Fault(
                "body_too_large",
                r"(?i)too large",
                do=(
                    "head -c 4000 /dev/zero | tr '\\0' 1 > big; curl -s -m 5 -H 'Content-Type: application/json' -d @big http://127.0.0.1:@port@/orders",
                ),
            ),
            Fault("port_in_use", r"EADDRINUSE", before=(step("occupy"),), starts=False),
            Fault(
                "duplicate_route",
                r"(?i)already declared",
                edits=_app("fastify.get('/twice'", "fastify.get('/nil'"),
                starts=False,
            ),
            Fault(
                "bad_schema",
                r"Failed building the validation schema",
                edits=_app("type: 'object', required", "type: 'objet', required"),
                starts=False,
            ),
            Fault(
                "module_missing",
                r"Cannot find module",
                edits=_app("require('net')", "require('billing')"),
                starts=False,
            ),
        ),
    ),
)
