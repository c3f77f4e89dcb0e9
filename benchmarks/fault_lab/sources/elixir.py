"""Elixir's crashes."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.source import Crash, Runtime

SOURCES = (
    Runtime(
        name="elixir",
        packages=Packages(("elixir",), apt=("elixir",)),
        version="elixir --short-version 2>/dev/null || elixir -v | tail -1",
        file="orders.exs",
        run="elixir @dir@/orders.exs",
        healthy='for n <- 0..2, do: IO.puts("order #{@id@ + n} charged")\n',
        crashes=(
            Crash(
                "nil_call",
                r"\*\* \((UndefinedFunctionError|KeyError)\)",
                "defmodule Orders do\n  def find(_), do: nil\n  def charge(id), do: find(id).total\nend\n\nOrders.charge(@id@)\n",
            ),
            Crash(
                "match",
                r"\*\* \(MatchError\)",
                "defmodule Orders do\n  def find(_), do: {:error, :declined}\n  def charge(id) do\n    {:ok, order} = find(id)\n    order\n  end\nend\n\nOrders.charge(@id@)\n",
            ),
            Crash(
                "no_clause",
                r"\*\* \(FunctionClauseError\)",
                'defmodule Orders do\n  def name(1), do: "one"\n  def name(2), do: "two"\nend\n\nOrders.name(@id@)\n',
            ),
            Crash(
                "own_exception",
                r"\*\* \(Orders\.NoStock\) no stock for sku-\d+",
                'defmodule Orders.NoStock do\n  defexception [:message]\nend\n\ndefmodule Orders do\n  def reserve(sku, bay), do: raise(Orders.NoStock, message: "no stock for sku-#{sku} in bay #{bay}")\nend\n\nOrders.reserve(@id@, @small@)\n',
            ),
            Crash(
                "missing_file",
                r"\*\* \(File\.Error\) could not read file",
                'File.read!("config/rates-@id@.ini")\n',
            ),
            Crash("key", r"\*\* \(KeyError\) key :sku not found", "Map.fetch!(%{id: @id@}, :sku)\n"),
            Crash(
                "arithmetic",
                r"\*\* \(ArithmeticError\)",
                "defmodule Orders do\n  def share(a, b), do: a / b\nend\n\nOrders.share(@id@, 0)\n",
            ),
            Crash("argument", r"\*\* \(ArgumentError\)", 'String.to_integer("x@id@")\n'),
            Crash(
                "task_exit",
                r"\*\* \(RuntimeError\) feed \d+ is closed",
                'Task.await(Task.async(fn -> raise "feed @id@ is closed" end))\n',
            ),
            Crash(
                "genserver",
                r"\*\* \(RuntimeError\) ledger \d+ is torn",
                'defmodule Ledger do\n  use GenServer\n  def init(s), do: {:ok, s}\n  def handle_call(:sum, _from, _s), do: raise("ledger @id@ is torn")\nend\n\n{:ok, pid} = GenServer.start(Ledger, %{})\nGenServer.call(pid, :sum)\n',
            ),
            Crash(
                "call_timeout",
                r"\*\* \(exit\) exited in: GenServer\.call",
                "defmodule Slow do\n  use GenServer\n  def init(s), do: {:ok, s}\n  def handle_call(:sum, _from, s) do\n    Process.sleep(2000)\n    {:reply, @id@, s}\n  end\nend\n\n{:ok, pid} = GenServer.start(Slow, %{})\nGenServer.call(pid, :sum, 200)\n",
            ),
            Crash(
                "undefined",
                r"\*\* \(CompileError\)|undefined function charge_card",
                "defmodule Orders do\n  def run(id), do: charge_card(id)\nend\n\nOrders.run(@id@)\n",
            ),
            Crash(
                "syntax",
                r"\*\* \((SyntaxError|TokenMissingError)\)",
                "defmodule Orders do\n  def run(id), do: [id\nend\n",
            ),
        ),
    ),
)
