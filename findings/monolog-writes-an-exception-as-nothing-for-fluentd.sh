#!/bin/sh
# Monolog 2.9.1 (PHP 8.2): its formatter for Fluentd writes an exception as {}: neither its class, its words nor its cause is in the line.
#
# Seen, of $log->error('charge failed', ['exception' => $error, 'order' => 7]), a RuntimeException "job 7 failed" whose previous is a
# LogicException "ledger has no leader":
#   FluentdFormatter    ["shop",1796133465,{"message":"charge failed","context":{"exception":{},"order":7},"extra":[],"level":400,…}]
#   JsonFormatter       …"context":{"exception":{"class":"RuntimeException","message":"job 7 failed",…,"previous":{…
# The other formatters of the library write out an exception in the key that PSR-3 has for it, the previous one, too; this one hands
# it to json_encode, for which an exception has no public fields.  The line has the right level and looks whole.  Its time is
# in whole seconds: what happened within one second has no order any more.
# Needs apt-get, dpkg (Debian 12, amd64).  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download 'php-monolog=2.9.1*' php-psr-log php8.2-cli libsodium23 libargon2-1 libedit2 \
    libxml2 libpcre2-8-0 libicu72 libbsd0 libmd0 > /dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
cat > ask.php << 'P'
<?php
require 'Monolog/autoload.php';

function written($formatter, $error) {
    $handler = new Monolog\Handler\TestHandler();
    $handler->setFormatter($formatter);
    (new Monolog\Logger('shop', [$handler]))->error('charge failed', ['exception' => $error, 'order' => 7]);
    return $handler->getRecords()[0]['formatted'];
}
function expect($held, $words) {
    if (!$held) { echo "changed: $words\n"; exit(1); }
}
$error = new RuntimeException('job 7 failed', 0, new LogicException('ledger has no leader'));
$fluentd = written(new Monolog\Formatter\FluentdFormatter(), $error);
echo $fluentd, "\n";
[$tag, $time, $record] = json_decode($fluentd, true);
expect($tag === 'shop' && is_int($time), 'tag or time');
expect($record['context'] === ['exception' => [], 'order' => 7], 'the exception is written');
expect($record['level_name'] === 'ERROR' && $record['message'] === 'charge failed', 'level or message');
foreach (['job 7 failed', 'ledger has no leader', 'RuntimeException'] as $words) expect(!str_contains($fluentd, $words), $words);
$siblings = ['JsonFormatter', 'LineFormatter', 'LogglyFormatter', 'GoogleCloudLoggingFormatter', 'LogmaticFormatter'];
foreach ($siblings as $sibling) {
    $class = "Monolog\\Formatter\\$sibling";
    $line = written(new $class(), $error);
    foreach (['job 7 failed', 'ledger has no leader'] as $words) expect(str_contains($line, $words), "$sibling: $words");
}
echo "as stated\n";
P
LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu" root/usr/bin/php8.2 -n -d include_path="$work/root/usr/share/php" ask.php
