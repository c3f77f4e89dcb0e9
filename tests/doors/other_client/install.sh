#!/bin/sh
# Installs the other clients, each into its own folder here, in the versions that docs/clients.md names; with names, those alone.
set -eu
cd "$(dirname "$0")"
for name in ${*:-*}; do
	if [ -f "$name/requirements.txt" ]; then
		"${PYTHON:-python3}" -m venv "$name/.venv"
		"$name/.venv/bin/python" -m pip install --quiet --requirement "$name/requirements.txt"
	elif [ -f "$name/package.json" ]; then
		npm install --silent --no-package-lock --prefix "$name"
	fi
done
