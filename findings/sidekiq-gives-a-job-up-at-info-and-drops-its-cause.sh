#!/bin/sh
# Sidekiq 6.4.1: that a job is given up for good is logged at INFO, its error at WARN, and what caused the error nowhere.
#
# Seen, of a job without retries that raises "job 7 failed" while it handles IOError "ledger has no leader", all that names it:
#   … class=Charge jid=… INFO: start
#   … class=Charge jid=… INFO: Adding dead Charge job …
#   … class=Charge jid=… elapsed=0.001 INFO: fail
#   … WARN: {"context":"Job raised exception","job":{…}}
#   … WARN: RuntimeError: job 7 failed                  and its backtrace
# An alert on ERROR never fires, however many jobs die.  Ruby prints the cause of an error that ends a program; Sidekiq's handler writes
# class, message and backtrace, and so does the job that it keeps in Redis: "ledger has no leader" stands in neither.
# Needs ruby 3.1, apt-get, dpkg (Debian 12, amd64), python3; on loopback.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
began=""
trap 'kill $began 2> /dev/null || true; wait; rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download 'ruby-sidekiq=6.4.1*' ruby-redis ruby-connection-pool ruby-rack \
    redis-server redis-tools liblzf1 libjemalloc2 liblua5.1-0 lua-bitop lua-cjson libhiredis0.14 libatomic1 > /dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
export LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu"
for library in "$work"/root/usr/lib/ruby/vendor_ruby "$work"/root/usr/share/rubygems-integration/all/gems/*/lib; do
    RUBYLIB="${RUBYLIB:+$RUBYLIB:}$library"
done
export RUBYLIB
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export REDIS_URL="redis://127.0.0.1:$port/0"
cat > jobs.rb << 'R'
require 'sidekiq'

class Charge
  include Sidekiq::Worker
  sidekiq_options retry: 0

  def perform(number)
    raise IOError, 'ledger has no leader'
  rescue IOError
    raise "job #{number} failed"
  end
end
R
root/usr/bin/redis-server --port "$port" --bind 127.0.0.1 --save "" > redis.log 2>&1 & began="$began $!"
asked() { root/usr/bin/redis-cli -p "$port" "$@" 2> /dev/null; }
until [ "$(asked ping)" = PONG ]; do sleep 0.2; done
ruby -r ./jobs.rb -e 'Charge.perform_async(7)' 2> /dev/null
ruby root/usr/share/rubygems-integration/all/gems/sidekiq-6.4.1/bin/sidekiq -r ./jobs.rb > log 2>&1 & began="$began $!"
for _ in $(seq 60); do
    grep -q 'WARN: RuntimeError' log && break
    sleep 0.5
done
grep -E 'Charge|RuntimeError' log | cut -c1-130
asked zrange dead 0 -1 > dead
grep -q 'INFO: Adding dead Charge job' log
grep -q 'INFO: fail' log
grep -q 'WARN: RuntimeError: job 7 failed' log
! grep -E ' (ERROR|FATAL): ' log
grep -q '"error_message":"job 7 failed"' dead
! grep -q 'ledger has no leader' log dead
ruby -r ./jobs.rb -e 'Charge.new.perform(7)' 2>&1 | grep -o 'ledger has no leader (IOError)'
echo "as stated"
