"""A laboratory of real faults: it makes logs of servers and runtimes that fail, and asks a home with them.

`python -m benchmarks.fault_lab list | make --to DIR [SOURCE …] | tell DIR | ask DIR [--carriers] [--traces]`.
The README beside this file says how a source is added.  It needs root and Linux, and runs outside CI.
"""
