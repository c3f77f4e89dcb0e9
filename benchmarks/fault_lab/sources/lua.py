"""Lua's crashes, in three versions."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.source import Crash, Runtime

_CRASHES = (
    Crash(
        "nil_index",
        r"attempt to index .*nil value",
        "local function find(id) return nil end\nlocal function charge(id)\n  local order = find(id)\n  return order.total\nend\ncharge(@id@)\n",
    ),
    Crash(
        "nil_call",
        r"attempt to call .*nil value",
        "local function run(id)\n  charge_card(id)\nend\nrun(@id@)\n",
    ),
    Crash(
        "arithmetic",
        r"attempt to perform arithmetic on",
        "local order = { id = @id@ }\nlocal function total(o)\n  return o.price * 2\nend\ntotal(order)\n",
    ),
    Crash(
        "concat",
        r"attempt to concatenate",
        "local order = { id = @id@ }\nlocal function show(o)\n  return 'order ' .. o.sku\nend\nprint(show(order))\n",
    ),
    Crash(
        "missing_file",
        r"No such file or directory",
        "local function load()\n  local f = assert(io.open('config/rates-@id@.ini'))\n  return f:read('a')\nend\nload()\n",
    ),
    Crash(
        "missing_module",
        r"module 'shop\.billing' not found",
        "local billing = require('shop.billing')\nprint(billing.total(@id@))\n",
    ),
    Crash(
        "own_error",
        r"no stock for sku-\d+",
        "local function reserve(sku, bay)\n  error('no stock for sku-' .. sku .. ' in bay ' .. bay)\nend\nreserve(@id@, @small@)\n",
    ),
    Crash(
        "table_error",
        r"error object is (not a string|a table value)",
        "local function reserve(sku)\n  error({ code = 'declined', order = sku })\nend\nreserve(@id@)\n",
    ),
    Crash(
        "assertion",
        r"cart of customer-\d+ is empty",
        "local cart = {}\nassert(#cart > 0, 'cart of customer-@id@ is empty')\n",
    ),
    Crash(
        "syntax",
        r"(expected|unexpected symbol) (near|\()",
        "local function total(list\n  return #list\nend\n",
    ),
    Crash(
        "compare",
        r"attempt to compare",
        "local function most(a, b)\n  if a > b then return a end\n  return b\nend\nmost(@id@, '7')\n",
    ),
)

SOURCES = tuple(
    Runtime(
        name=f"lua{version}",
        packages=Packages((f"lua{version}",), apt=(f"lua{version}",)),
        version=f"lua{version} -v",
        file="orders.lua",
        run=f"lua{version} @dir@/orders.lua",
        comment="--",
        healthy="for n = 0, 3 do print('order ' .. (@id@ + n) .. ' charged') end\nprint('done')\n",
        crashes=_CRASHES,
    )
    for version in ("5.1", "5.3", "5.4")
)
