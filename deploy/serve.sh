#!/bin/sh
# Makes KB_HOME a home where it is none yet (nothing is overwritten), then serves it on KB_PORT, under the names of
# KB_ALLOW_HOSTS (parted by spaces).  With words, it runs that kb command on the home instead.
set -eu
kb init "$KB_HOME" > /dev/null
if [ $# -eq 0 ]; then
    set -- serve --host 0.0.0.0 --port "${KB_PORT:-8765}"
    for name in ${KB_ALLOW_HOSTS:-}; do
        set -- "$@" --allow-host "$name"
    done
fi
exec kb "$@"
