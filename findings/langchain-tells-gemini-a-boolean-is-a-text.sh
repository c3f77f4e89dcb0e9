#!/bin/sh
# langchain-google-genai 4.4.3 tells Gemini that an argument is a text where its schema names two types, and says nothing.
#
# Seen in the request that is sent, of one argument of a tool whose schema is JSON Schema (as MCP servers give it):
#   {"type": ["boolean", "null"]}                              STRING
#   {"type": ["integer", "null"]}                              STRING
#   {"type": ["array", "null"], "items": {"type": "string"}}   STRING
#   {"anyOf": [{"type": "boolean"}, {"type": "null"}]}         BOOLEAN, nullable
#   {"anyOf": [string, object]}                                any_of both
#   {"anyOf": [string, object, null]}                          STRING, nullable: the object is gone
# The model then sends "true" where the server wants true.  The .NET SDK of MCP writes what may be null so.
# Needs pip and python 3.11 or newer.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv v
v/bin/python -m pip install -q langchain-google-genai==4.4.3 langchain-core==1.8.3 google-genai==3.6.1 2> /dev/null
cat > ask.py << 'P'
import json, logging, threading, warnings
from http.server import BaseHTTPRequestHandler, HTTPServer

from langchain_core.tools import StructuredTool
from langchain_google_genai import ChatGoogleGenerativeAI

ANSWER = {"candidates": [{"content": {"role": "model", "parts": [{"text": "ok"}]}, "finishReason": "STOP"}]}
TEXT, OBJECT, NOTHING = ({"type": name} for name in ("string", "object", "null"))
sent = []
logging.basicConfig(level=logging.WARNING)
warnings.simplefilter("error")


class InPlaceOfGemini(BaseHTTPRequestHandler):
    def do_POST(self):
        sent.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        body = json.dumps(ANSWER).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), InPlaceOfGemini)
threading.Thread(target=server.serve_forever, daemon=True).start()
model = ChatGoogleGenerativeAI(
    model="gemini-3-flash", google_api_key="none", base_url=f"http://127.0.0.1:{server.server_port}"
)


def told(schema):
    """What the model is told of the argument."""
    arguments = {"type": "object", "properties": {"worked": schema}, "required": []}
    tool = StructuredTool(name="note", description="note", args_schema=arguments, func=lambda **_: "")
    model.bind_tools([tool]).invoke("hello")
    return sent[-1]["tools"][0]["functionDeclarations"][0]["parameters"]["properties"]["worked"]


WANTED = [
    ({"type": ["boolean", "null"]}, {"type": "STRING"}),
    ({"type": ["integer", "null"]}, {"type": "STRING"}),
    ({"type": ["array", "null"], "items": TEXT}, {"type": "STRING"}),
    ({"anyOf": [{"type": "boolean"}, NOTHING]}, {"type": "BOOLEAN", "nullable": True}),
    ({"anyOf": [TEXT, OBJECT]}, {"any_of": [{"type": "STRING"}, {"type": "OBJECT"}]}),
    ({"anyOf": [TEXT, OBJECT, NOTHING]}, {"type": "STRING", "nullable": True}),
]
for schema, wanted in WANTED:
    found = told(schema)
    print(schema, "->", found)
    assert found == wanted
print("as stated")
P
v/bin/python ask.py
