"""Documentation that runs: the demo, the generated pages, the checks that hold the README true."""
