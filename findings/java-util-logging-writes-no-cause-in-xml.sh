#!/bin/sh
# Java 17: the XML of java.util.logging, which a FileHandler writes by default, leaves out what caused an exception.
#
# Seen, of one record with IllegalStateException: order cannot be charged <- LeaseException: no lease <- IOException: no leader,
# and of a try-with-resources whose close failed, too:
#   SimpleFormatter  all three, each behind `Caused by: `; the failed close behind `Suppressed: `
#   XMLFormatter     <exception> with one <message>, java.lang.IllegalStateException: order cannot be charged, and its <frame>s
# The console of the same program (a ConsoleHandler has SimpleFormatter) tells the root; the file that is kept does not, and no
# element in it says that there was more: the DTD of the format has no place for it.
# Needs a JDK 17 or newer.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > Ask.java << 'J'
import java.io.IOException;
import java.util.logging.ConsoleHandler;
import java.util.logging.FileHandler;
import java.util.logging.Level;
import java.util.logging.Logger;

public class Ask {
    static class LeaseException extends RuntimeException {
        LeaseException(String words, Throwable cause) { super(words, cause); }
    }

    static class Lease implements AutoCloseable {
        public void close() { throw new LeaseException("lease was not given back", null); }
    }

    public static void main(String[] args) throws IOException {
        Logger log = Logger.getLogger("orders");
        log.setUseParentHandlers(false);
        log.addHandler(new ConsoleHandler());
        log.addHandler(new FileHandler("orders.xml"));
        try (Lease lease = new Lease()) {
            throw new IllegalStateException("order cannot be charged", new LeaseException("no lease", new IOException("no leader")));
        } catch (IllegalStateException error) {
            log.log(Level.SEVERE, "job failed", error);
        }
    }
}
J
java Ask.java 2> console
grep -E 'Exception' console
grep -E '<message>|Caused|Suppressed' orders.xml
grep -q 'Caused by: java.io.IOException: no leader' console
grep -q 'Suppressed: .*lease was not given back' console
grep -q '<message>java.lang.IllegalStateException: order cannot be charged</message>' orders.xml
if grep -qE 'no leader|no lease|given back' orders.xml; then echo "changed: the file tells the cause"; exit 1; fi
echo "as stated"
