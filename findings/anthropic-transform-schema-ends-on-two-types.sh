#!/bin/sh
# anthropic 2.14.0 (PyPI): transform_schema ends with a bare AssertionError at a schema whose type is a list.
#
# Seen:  {"type": ["string", "null"]}                           AssertionError: Expected code to be unreachable, but got: ['string', 'null']
#        {"anyOf": [{"type": "string"}, {"type": "null"}]}      as it is
#        {"description": "any data"}                            ValueError: Schema must have a 'type', …
# The first is ordinary JSON Schema, and how the .NET SDK of MCP writes what may be null; the message names neither
# the property nor what to write instead, and no ValueError is raised that a caller could expect.
# Needs pip and python 3.11 or newer.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site anthropic==2.14.0 2> /dev/null
cat > ask.py << 'P'
from anthropic import transform_schema


def made(schema):
    try:
        return transform_schema(schema)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


one = {"type": "object", "properties": {"since": {"type": ["string", "null"]}}}
two = {"type": "object", "properties": {"since": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}
three = {"type": "object", "properties": {"since": {"description": "any data"}}}
for schema in (one, two, three):
    print(schema["properties"]["since"], "->", made(schema))
assert made(one) == "AssertionError: Expected code to be unreachable, but got: ['string', 'null']"
assert made(two)["properties"] == two["properties"]
assert made(three).startswith("ValueError: Schema must have a 'type'")
print("as stated")
P
PYTHONPATH=site python3 ask.py
