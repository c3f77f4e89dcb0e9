"""Haskell's crashes with GHC."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.source import Crash, Runtime

_TOP = "import qualified Data.Map as Map\nimport Control.Exception\nimport Control.Concurrent\nimport System.IO\n\n"

SOURCES = (
    Runtime(
        name="ghc",
        packages=Packages(("ghc",), apt=("ghc",)),
        version="ghc --version",
        file="orders.hs",
        run="ghc -v0 -w -O0 orders.hs -o orders && ./orders",
        comment="--",
        healthy=_TOP
        + 'main :: IO ()\nmain = mapM_ (\\n -> putStrLn ("order " ++ show (@id@ + n) ++ " charged")) [0 .. 2 :: Int]\n',
        crashes=(
            Crash(
                "empty_head",
                r"Prelude\.head: empty list",
                _TOP + "main :: IO ()\nmain = print (head (filter (> @id@) [1, 2 :: Int]))\n",
            ),
            Crash(
                "map_key",
                r"Map\.!: given key is not an element in the map",
                _TOP + "main :: IO ()\nmain = print (Map.fromList [(1 :: Int, 2 :: Int)] Map.! @id@)\n",
            ),
            Crash(
                "index",
                r"Prelude\.!!: index too large",
                _TOP + "main :: IO ()\nmain = print ([1, 2 :: Int] !! @id@)\n",
            ),
            Crash(
                "error_call",
                r"no stock for sku-\d+",
                _TOP
                + 'reserve :: Int -> Int -> Int\nreserve sku bay = error ("no stock for sku-" ++ show sku ++ " in bay " ++ show bay)\n\nmain :: IO ()\nmain = print (reserve @id@ @small@)\n',
            ),
            Crash(
                "pattern",
                r"Non-exhaustive patterns in function name",
                _TOP
                + 'name :: Int -> String\nname 1 = "one"\nname 2 = "two"\n\nmain :: IO ()\nmain = putStrLn (name @id@)\n',
            ),
            Crash(
                "missing_file",
                r"openFile: does not exist",
                _TOP + 'main :: IO ()\nmain = readFile "config/rates-@id@.ini" >>= putStr\n',
            ),
            Crash(
                "divide", r"divide by zero", _TOP + "main :: IO ()\nmain = print (@id@ `div` (0 :: Int))\n"
            ),
            Crash(
                "own_exception",
                r"Declined \{",
                _TOP
                + 'data Declined = Declined { order :: Int, reason :: String } deriving Show\ninstance Exception Declined\n\nmain :: IO ()\nmain = throwIO (Declined @id@ "card")\n',
            ),
            Crash(
                "user_error",
                r"user error \(cannot charge order \d+\)",
                _TOP + 'main :: IO ()\nmain = ioError (userError "cannot charge order @id@")\n',
            ),
            Crash(
                "read",
                r"Prelude\.read: no parse",
                _TOP + 'main :: IO ()\nmain = print (read "x@id@" :: Int)\n',
            ),
            Crash(
                "blocked",
                r"thread blocked indefinitely in an MVar operation",
                _TOP
                + "main :: IO ()\nmain = do\n  lock <- newEmptyMVar :: IO (MVar Int)\n  takeMVar lock >>= print\n",
            ),
            Crash(
                "type_error",
                r"Couldn't match expected type",
                _TOP + "main :: IO ()\nmain = print (length (@id@ :: Int))\n",
            ),
            Crash(
                "not_in_scope",
                r"Variable not in scope: chargeCard",
                _TOP + "main :: IO ()\nmain = print (chargeCard @id@)\n",
            ),
        ),
    ),
)
