#!/bin/sh
# `title` of Alertmanager's templates lowers the rest of each word, that of Prometheus' templates keeps it.
#
# Seen: amtool 0.25.0    {{ "HighErrorRate" | title }}           Higherrorrate
#                        {{ "HTTP 5xx of orders-API" | title }}  Http 5Xx Of Orders-Api
#       promtool 2.42.0  the same two                            HighErrorRate, HTTP 5xx Of Orders-API
# Both are called title and documented alike.  A notification template with `.CommonLabels.alertname | title` sends a name
# that no rule and no runbook has; a look-up by name must not mind the case.  Needs apt-get, dpkg (Debian 12, amd64).
# Ends with 0 while both say this.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download 'prometheus=2.42.0*' 'prometheus-alertmanager=0.25.0*' > /dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
echo '{{ define "none" }}{{ end }}' > none.tmpl
render() { root/usr/bin/amtool template render --template.glob="$work/none.tmpl" --template.text="{{ \"$1\" | title }}"; }
cat > rules.yml << 'Y'
groups:
- name: shop
  rules:
  - alert: HighErrorRate
    expr: up == 0
    annotations: {name: '{{ "HighErrorRate" | title }}', text: '{{ "HTTP 5xx of orders-API" | title }}'}
Y
cat > test.yml << 'Y'
rule_files: [rules.yml]
tests:
- input_series: [{series: up, values: 0 0 0}]
  alert_rule_test: [{eval_time: 1m, alertname: HighErrorRate, exp_alerts: []}]
Y
name=$(render HighErrorRate)
text=$(render 'HTTP 5xx of orders-API')
said=$(root/usr/bin/promtool test rules test.yml 2>&1 | grep Annotations || true)
printf 'amtool    %s, %s\npromtool  %s\n' "$name" "$text" "$said"
[ "$name" = Higherrorrate ]
[ "$text" = 'Http 5Xx Of Orders-Api' ]
case "$said" in *'name="HighErrorRate", text="HTTP 5xx Of Orders-API"'*) ;; *) exit 1 ;; esac
echo "as stated"
