#!/bin/sh
# promtool 2.42.0: a test of an alert that no rule has, and a test whose file of rules is not there, end with SUCCESS and 0.
#
# Seen, of a rule OrdersDown that fires in the test's series:
#   alert_rule_test: {alertname: OrderDown, exp_alerts: []}   SUCCESS                                          0
#   rule_files: [rule.yml], a name that is not there          WARNING: no file match pattern rule.yml SUCCESS  0
#   the same test of OrdersDown, of the right file            FAILED … got: OrdersDown                         1
# `promtool check rules rule.yml` and `check config` end with 1 for a file that is not there.  So after a rule or its file got another
# name the tests that say "this must not fire" go on and pass, whatever it does.
# Needs apt-get, dpkg (Debian 12, amd64).  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download 'prometheus=2.42.0*' > /dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
printf 'groups:\n- name: shop\n  rules:\n  - {alert: OrdersDown, expr: up == 0}\n' > rules.yml
run() { # the file of rules, the alert, the status
    cat > test.yml << Y
rule_files: [$1]
tests:
- interval: 1m
  input_series: [{series: 'up{job="orders"}', values: 0x20}]
  alert_rule_test: [{eval_time: 10m, alertname: $2, exp_alerts: []}]
Y
    code=0
    root/usr/bin/promtool test rules test.yml > out 2>&1 || code=$?
    echo "$1 $2: $(tr -s ' \n' ' ' < out) $code"
    [ "$code" = "$3" ]
}
run rules.yml OrderDown 0
grep -q SUCCESS out
run rule.yml OrdersDown 0
grep -q 'WARNING: no file match pattern' out
run rules.yml OrdersDown 1
! root/usr/bin/promtool check rules rule.yml 2> /dev/null
echo "as stated"
