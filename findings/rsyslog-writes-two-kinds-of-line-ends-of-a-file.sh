#!/bin/sh
# rsyslog 8.2302.0: where imfile puts lines together by `startmsg.regex`, it writes a line end as a backslash and an n, not #012.
#
# The documentation of escapeLF (on by default) says that a line feed becomes #012; so it is with readMode="2".  Seen, of one
# file with two lines, the second indented and ending in C:\new\table:
#   readMode="2"              cannot load#012  C:\new\table
#   startmsg.regex="^[^ ]"    cannot load\n  C:\new\table
# The second cannot be undone: the end of the line and the path are written alike, and what undoes #012 alone (most readers of
# syslog) leaves a traceback one line.  In JSON (format="jsonf") it is \\n, so a JSON parser does not undo it either.  Which of
# the two comes is told by how the input finds its lines, in no field of the message.
# Needs apt-get, dpkg (Debian 12, amd64).  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download 'rsyslog=8.2302.0*' libestr0 libfastjson4 > /dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
libraries="$work/root/usr/lib/x86_64-linux-gnu"
printf 'cannot load\n  C:\\new\\table\nnext\n' > one.log
cp one.log two.log
cat > rsyslog.conf << C
global(workDirectory="$work")
module(load="$libraries/rsyslog/imfile.so")
template(name="plain" type="string" string="%syslogtag% %msg%\n")
template(name="json" type="list" option.jsonf="on") { property(outname="tag" name="syslogtag" format="jsonf") property(outname="msg" name="msg" format="jsonf") }
input(type="imfile" File="$work/one.log" Tag="indented" readMode="2" readTimeout="1")
input(type="imfile" File="$work/two.log" Tag="regex" startmsg.regex="^[^ ]" readTimeout="1")
action(type="omfile" file="$work/plain.out" template="plain")
action(type="omfile" file="$work/json.out" template="json")
C
LD_LIBRARY_PATH="$libraries" timeout 6 root/usr/sbin/rsyslogd -n -f rsyslog.conf -i "$work/pid" -M "$libraries/rsyslog" || [ $? -eq 124 ]
grep load plain.out json.out
grep -qxF 'indented cannot load#012  C:\new\table' plain.out
grep -qxF 'regex cannot load\n  C:\new\table' plain.out
grep -qF '"msg":"cannot load\\n  C:\\new\\table"' json.out
echo "as stated"
