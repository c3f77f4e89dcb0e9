#!/bin/sh
# PyYAML 6.0.3 cannot read what Python's own json.dumps writes of an emoji: libyaml refuses it, the pure parser halves it.
#
# YAML 1.2 (chapter 1.3): "every JSON file is also a valid YAML file", and tools that take either read both with a YAML
# parser.  json.dumps escapes what lies beyond U+FFFF as a pair of surrogates ("\ud83d\uded1").  Seen, of the list
# [{"title": "\ud83d\uded1 shop is down"}], as any export of issues has it:
#   yaml.load(text, yaml.CSafeLoader)  ScannerError: found invalid Unicode character escape code
#   yaml.safe_load(text)               a text of two halves, which no file in UTF-8 can hold (UnicodeEncodeError)
#   ruamel.yaml 0.18 (YAML 1.2, pure)  the same two halves
# One emoji in one title, and the whole export is lost.  Needs pip and python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site PyYAML==6.0.3 ruamel.yaml==0.18.15 2> /dev/null
cat > ask.py << 'P'
import json

import ruamel.yaml
import yaml

issues = [{"title": "\U0001f6d1 shop is down"}]
text = json.dumps(issues)
assert json.loads(text) == issues
try:
    yaml.load(text, yaml.CSafeLoader)
    raise SystemExit("libyaml reads it")
except yaml.scanner.ScannerError as error:
    print("libyaml:", error.problem)
    assert error.problem == "found invalid Unicode character escape code"
for name, read in (("pure", yaml.safe_load(text)), ("ruamel", ruamel.yaml.YAML(typ="safe", pure=True).load(text))):
    title = read[0]["title"]
    print(f"{name}:", ascii(title))
    assert title == "\ud83d\uded1 shop is down" != issues[0]["title"]
    try:
        title.encode()
        raise SystemExit(f"{name} gives a whole character")
    except UnicodeEncodeError:
        pass
print("as stated")
P
PYTHONPATH=site python3 ask.py
