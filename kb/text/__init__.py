"""Pure text work: a string in, values out; no files, no clock, no state.

`redact` takes secrets out, `masking` turns a line into its template and fingerprint, `carriers` takes off what
carries a line, `evidence` picks the telling lines of a long text, `tokens` is the one tokeniser of all lexical
tiers, `signatures` matches what gives an entry away, `specificity` says how much such a match tells alone.
Everything runs in time linear in its input and takes any string, also an empty or a binary one.
"""
