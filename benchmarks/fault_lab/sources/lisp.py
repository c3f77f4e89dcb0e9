"""Two Lisps: SBCL and Guile."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.source import Crash, Runtime

SOURCES = (
    Runtime(
        name="sbcl",
        packages=Packages(("sbcl",), apt=("sbcl",)),
        version="sbcl --version",
        file="orders.lisp",
        run="sbcl --script @dir@/orders.lisp",
        comment=";;",
        healthy='(dotimes (n 3) (format t "order ~d charged~%" (+ @id@ n)))\n',
        crashes=(
            Crash(
                "type_error",
                r"Unhandled TYPE-ERROR",
                "(defun total (o) (+ o 1))\n(total (find @id@ '(1 2)))\n",
            ),
            Crash(
                "undefined_function",
                r"The function COMMON-LISP-USER::CHARGE-CARD is undefined",
                "(defun run (id) (charge-card id))\n(run @id@)\n",
            ),
            Crash("unbound", r"The variable TOTL is unbound", "(defun run (id) (+ id totl))\n(run @id@)\n"),
            Crash(
                "own_error",
                r"no stock for sku-\d+",
                '(defun reserve (sku bay) (error "no stock for sku-~d in bay ~d" sku bay))\n(reserve @id@ @small@)\n',
            ),
            Crash(
                "divide",
                r"arithmetic error DIVISION-BY-ZERO signalled",
                "(defun share (a b) (/ a b))\n(print (share @id@ 0))\n",
            ),
            Crash(
                "missing_file",
                r"The file #P.* does not exist",
                '(defun load-rates () (open "config/rates-@id@.ini"))\n(load-rates)\n',
            ),
            Crash(
                "index",
                r"Invalid index \d+ for",
                "(defun pick (v n) (aref v n))\n(print (pick (vector 1 2) @id@))\n",
            ),
            Crash("end_of_file", r"end of file on", "(defun total (list)\n  (length list)\n"),
        ),
    ),
    Runtime(
        name="guile",
        packages=Packages(("guile-3.0",), apt=("guile-3.0",)),
        version="guile-3.0 --version | head -1",
        file="orders.scm",
        run="GUILE_AUTO_COMPILE=0 guile-3.0 @dir@/orders.scm",
        comment=";;",
        healthy='(do ((n 0 (+ n 1))) ((= n 3)) (format #t "order ~a charged~%" (+ @id@ n)))\n',
        crashes=(
            Crash(
                "unbound",
                r"Unbound variable: charge-card",
                "(define (run id) (charge-card id))\n(run @id@)\n",
            ),
            Crash("wrong_type", r"Wrong type argument", '(define (total a) (+ a "7"))\n(total @id@)\n'),
            Crash(
                "own_error",
                r"no stock for sku-\d+",
                '(define (reserve sku bay) (error (format #f "no stock for sku-~a in bay" sku) bay))\n(reserve @id@ @small@)\n',
            ),
            Crash("divide", r"Numerical overflow", "(define (share a b) (quotient a b))\n(share @id@ 0)\n"),
            Crash(
                "missing_file", r"No such file or directory", '(open-input-file "config/rates-@id@.ini")\n'
            ),
            Crash("index", r"out of range", "(vector-ref (vector 1 2) @id@)\n"),
            Crash("arguments", r"Wrong number of arguments", "(define (charge id sum) id)\n(charge @id@)\n"),
            Crash(
                "no_module",
                r"no code for module \(shop billing\)",
                "(use-modules (shop billing))\n(total @id@)\n",
            ),
            Crash(
                "refused",
                r"Connection refused",
                "(let ((s (socket PF_INET SOCK_STREAM 0))) (connect s AF_INET INADDR_LOOPBACK @dead@))\n",
            ),
        ),
    ),
)
