#!/bin/sh
# tracing-subscriber 0.3.16 (Rust): an error given as an error has its causes in the text form, and in the JSON form none of them.
#
# Seen, of error!(error = &*e, "job failed") with e: Box<dyn Error>, "renew lease" whose source is "ledger has no leader":
#   text  ERROR orders: job failed error=renew lease error.sources=[ledger has no leader]
#   JSON  "fields":{"message":"job failed","error":"renew lease"}
# The text form looks for errors (record_error), the JSON form takes them for any value that can be shown.  So what a developer
# reads at the terminal is not in the log of production, where the same line is JSON: the deepest cause stands nowhere.
# Needs root, apt-get (Debian 12; its crates, about 40 MB), and cargo, installed by apt-get where it is not there.  Builds for about
# a minute.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
packages="librust-tracing-dev librust-tracing-subscriber-dev librust-anyhow-dev"
command -v cargo > /dev/null || packages="$packages cargo"
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $packages > /dev/null 2>&1
mkdir -p src .cargo
cat > Cargo.toml << 'T'
[package]
name = "orders"
version = "0.1.0"
edition = "2021"
[dependencies]
tracing = "0.1"
tracing-subscriber = { version = "=0.3.16", features = ["json"] }
anyhow = "1"
T
cat > .cargo/config.toml << 'T'
[source.crates-io]
replace-with = "debian"
[source.debian]
directory = "/usr/share/cargo/registry"
T
cat > src/main.rs << 'R'
use std::error::Error;
use std::io;

fn main() {
    let form = tracing_subscriber::fmt().with_ansi(false).without_time();
    match std::env::args().nth(1) {
        Some(_) => form.json().init(),
        None => form.init(),
    }
    let cause = io::Error::new(io::ErrorKind::Other, "ledger has no leader");
    let error: Box<dyn Error + 'static> = anyhow::Error::new(cause).context("renew lease").into();
    tracing::error!(error = &*error, "job failed");
}
R
cargo build --offline -q 2> build.log || { cat build.log; exit 1; }
target/debug/orders | tee text.out
target/debug/orders json | tee json.out
grep -q 'job failed error=renew lease error.sources=\[ledger has no leader\]' text.out
grep -q '"fields":{"message":"job failed","error":"renew lease"}' json.out
[ "$(grep -c leader json.out)" = 0 ] || { echo "changed: the cause is there"; exit 1; }
echo "as stated"
