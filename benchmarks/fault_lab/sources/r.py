"""R's crashes in a script."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.source import Crash, Runtime

SOURCES = (
    Runtime(
        name="r",
        packages=Packages(("Rscript",), apt=("r-base-core",)),
        version="Rscript --version 2>&1",
        file="orders.R",
        run="Rscript --vanilla @dir@/orders.R",
        healthy='for (n in 0:2) cat(sprintf("order %d charged\\n", @id@ + n))\n',
        crashes=(
            Crash("no_object", r"object 'totl' not found", "run <- function(id) id + totl\nrun(@id@)\n"),
            Crash(
                "no_function",
                r"could not find function \"charge_card\"",
                "run <- function(id) charge_card(id)\nrun(@id@)\n",
            ),
            Crash(
                "subscript",
                r"subscript out of bounds",
                "pick <- function(l, n) l[[n]]\npick(list(1, 2), @id@)\n",
            ),
            Crash(
                "own_error",
                r"no stock for sku-\d+",
                'reserve <- function(sku, bay) stop(paste0("no stock for sku-", sku, " in bay ", bay))\nreserve(@id@, @small@)\n',
            ),
            Crash(
                "missing_file",
                r"cannot open file 'config/rates-",
                'load <- function() read.csv("config/rates-@id@.csv")\nload()\n',
            ),
            Crash("no_package", r"there is no package called", "library(shopbilling)\ntotal(@id@)\n"),
            Crash(
                "non_numeric",
                r"non-numeric argument to binary operator",
                'total <- function(a, b) a + b\ntotal(@id@, "7")\n',
            ),
            Crash(
                "refused",
                r"status was 'Couldn't connect to server'",
                'readLines(url("http://127.0.0.1:@dead@/orders/@id@"))\n',
            ),
            Crash(
                "closure",
                r"object of type 'closure' is not subsettable",
                "order <- function(id) id\norder$total\n",
            ),
            Crash(
                "missing_value",
                r"missing value where TRUE/FALSE needed",
                "charge <- function(n) if (n > 0) n\ncharge(as.integer(NA))\n",
            ),
            Crash("syntax", r"Error: unexpected", "total <- function(list {\n  length(list)\n}\n"),
        ),
    ),
)
