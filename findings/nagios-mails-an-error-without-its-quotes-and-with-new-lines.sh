#!/bin/sh
# Nagios 4.4.6: the mail of its own command has what a check said without quotes, & and <>, and breaks it at a `\n` or
# `\t` in a path; its log has the same text whole.
#
# Seen (Debian's nagios.cfg and commands.cfg, but for where the mail goes), for a check that says
#   CRITICAL: can't connect to server on 'db-1' (113) & cache <none>: KeyError("basket") at C:\new\test
#   log   can't connect to server on 'db-1' (113) & cache <none>: KeyError("basket") at C:\new\test
#   mail  cant connect to server on db-1 (113)  cache none: KeyError(basket) at C:
#         ew	est
# `illegal_macro_output_chars` takes the quotes out of $SERVICEOUTPUT$ before a shell sees it, `printf "%b"` reads what is
# left of it.  A signature with a quote, or a search for the line of the log, never finds the mail's.
# Needs apt-get, dpkg (Debian 12, amd64).  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
nagios=
trap 'kill $nagios 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download 'nagios4-core=4.4.6*' 'nagios4-common=4.4.6*' > /dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
mkdir -p objects var/checks
cat > check << 'C'
#!/bin/sh
printf '%s\n' "CRITICAL: can't connect to server on 'db-1' (113) & cache <none>: KeyError(\"basket\") at C:\\new\\test"
exit 2
C
chmod +x check
# the command that Debian ships, into a file in place of /usr/bin/mail
awk '/define command/ { block = "" } { block = block $0 "\n" } /}/ && block ~ /notify-service-by-email/ { printf "%s", block }' \
	root/etc/nagios4/objects/commands.cfg | sed "s#| /usr/bin/mail.*#> $work/mail.txt#" > objects/notify.cfg
grep '^illegal_macro_output_chars=' root/etc/nagios4/nagios.cfg > nagios.cfg
cat >> nagios.cfg << N
log_file=$work/var/log
cfg_dir=$work/objects
object_cache_file=$work/var/objects
status_file=$work/var/status
state_retention_file=$work/var/retention
temp_file=$work/var/tmp
temp_path=$work/var
check_result_path=$work/var/checks
lock_file=$work/var/pid
command_file=$work/var/cmd
query_socket=$work/var/socket
nagios_user=$(id -un)
nagios_group=$(id -gn)
interval_length=1
check_external_commands=0
use_syslog=0
N
cat > objects/all.cfg << O
define command {
 command_name check
 command_line $work/check
}
define command {
 command_name alive
 command_line true
}
define timeperiod {
 timeperiod_name always
 alias always
 sunday 00:00-24:00
 monday 00:00-24:00
 tuesday 00:00-24:00
 wednesday 00:00-24:00
 thursday 00:00-24:00
 friday 00:00-24:00
 saturday 00:00-24:00
}
define contact {
 contact_name ops
 alias ops
 email ops@example.org
 host_notifications_enabled 0
 service_notification_period always
 host_notification_period always
 service_notification_options w,u,c,r
 host_notification_options d
 service_notification_commands notify-service-by-email
 host_notification_commands notify-service-by-email
}
define host {
 host_name web-3
 alias web-3
 address 127.0.0.1
 check_command alive
 max_check_attempts 1
 check_period always
 contacts ops
 notification_period always
}
define service {
 host_name web-3
 service_description orders
 check_command check
 max_check_attempts 1
 check_interval 2
 retry_interval 1
 check_period always
 notification_interval 0
 notification_period always
 notification_options w,u,c,r
 contacts ops
}
O
root/usr/sbin/nagios4 nagios.cfg > nagios.out 2>&1 &
nagios=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
	[ -s mail.txt ] && break
	sleep 1
done
sed -n 's/.*SERVICE ALERT: \(.*\)/log   \1/p' var/log | head -1
sed -n '/Additional Info/,$p' mail.txt
grep -qF "can't connect to server on 'db-1' (113) & cache <none>: KeyError(\"basket\") at C:\\new\\test" var/log
grep -qF 'cant connect to server on db-1 (113)  cache none: KeyError(basket) at C:' mail.txt
grep -q "^ew	est" mail.txt
echo "as stated"
