"""Words of operations that say little alone: a text made of them fits a hundred different incidents.

The list holds what errors of every system have in common: that something failed, how failing is said,
the parts that all systems have, and units.  Names of products, error codes and identifiers are not in it.
"""

from __future__ import annotations

from kb.text.tokens import STOP_WORDS, stem

_WORDS = """
abort aborted access address after again alert all already any application argument attempt attempted
attempting back bad be because before begin broken busy byte call called cannot cant check client close closed
cluster code command complete completed config configuration connect connecting connection container context
could crash crashed critical current data database day db deadline degraded denied deny deployment descriptor
detected device didnt died directory disconnected does done down due during empty end endpoint error exceed
exceeded exception exist exists exit exited expected expired fail failed failing failure fatal fault file find
first forbidden found full gateway gb get given go gone got handle handler hang health healthy high host hour
http https id incident info input instance interface internal invalid io issue item job kb key kill killed
last latency limit limited line list load local lock log long lost low machine many max mb memory message
method min minute missing monitor ms multiple name network new no node none not nothing null object occurred
of ok old once open opened operation out output panic parse path peer pending percent permission permitted
pipe pod pool port problem process processing query queue quota rate reach reached read reading ready reason
received recv refused reject rejected remote request requested reset resource response restart restarted
result retry return returned root route run running s sec second select send sending sent server service
session set shutdown signal since site slow socket space start started state status still stop stopped storage
stream success successful such support supported system task temporarily terminated test thread threshold time
timed timeout too tried try trying type unable unauthorized unavailable unexpected unhealthy unknown
unreachable unsupported until up update upstream url usage use used user valid value version volume wait
waiting warn warning was week while within worker write writing wrong
"""

GENERIC = frozenset(stem(word) for word in _WORDS.split()) | frozenset(_WORDS.split()) | STOP_WORDS
"""The list, as written and as `tokens.stem` leaves it."""
