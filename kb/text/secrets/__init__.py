"""Where secrets stand in a text: tokens by their shape, values by the name before them, and what commands take.

`kb.text.redact` asks `find` and replaces.  A finder is tried only where one of its marks stands, and each try is
bounded, so the time is linear.  The shapes of tokens come from a rule set that others keep (`shapes.json`); the
contexts are ours, measured by `python -m benchmarks.redaction`.
"""
