"""The laboratory's sources are sound without running any: what they edit is there, their rules compile."""

import re

import pytest

from benchmarks.fault_lab.ask import taken_as_evidence
from benchmarks.fault_lab.carriers import CARRIERS, carried
from benchmarks.fault_lab.inside import telling
from benchmarks.fault_lab.scene import Scene
from benchmarks.fault_lab.source import Runtime, Server, names_of_runs
from benchmarks.fault_lab.sources import SOURCES

SERVERS = [one for one in SOURCES.values() if isinstance(one, Server)]
RUNTIMES = [one for one in SOURCES.values() if isinstance(one, Runtime)]


def test_there_are_at_least_ten_servers_and_eight_runtimes():
    assert len(SERVERS) >= 10
    assert len(RUNTIMES) >= 8


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda one: one.name)
def test_every_fault_has_a_name_of_its_own_and_a_rule_that_compiles(source):
    runs = names_of_runs(source)
    assert len(runs) == len(set(runs))
    for one in source.faults if isinstance(source, Server) else source.crashes:
        assert not re.compile(one.tells).search("")


@pytest.mark.parametrize("server", SERVERS, ids=lambda one: one.name)
def test_what_a_fault_changes_stands_in_the_servers_files(server):
    for fault in server.faults:
        for name, pairs in fault.edits.items():
            for old, new in pairs:
                assert old in server.files[name], (fault.name, old)
                assert old != new


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda one: one.name)
def test_a_source_says_how_it_is_installed(source):
    assert source.packages.programs
    assert source.packages.commands()


def test_two_occurrences_differ_in_all_but_what_the_workload_names():
    first, second = Scene("redis", "disk_full", 1, seed=1), Scene("redis", "disk_full", 2, seed=1)
    assert all(first.values[name] != second.values[name] for name in ("dir", "host", "user", "other", "port"))
    assert first.values == Scene("redis", "disk_full", 1, seed=1).values


def test_a_place_that_is_not_ours_stays_in_a_text():
    scene = Scene("redis", "disk_full", 1, seed=1)
    assert scene.fill("@user@@127.0.0.1 mails orders@shop.example @nothing@") == (
        "amara@127.0.0.1 mails orders@shop.example @nothing@"
    )


def test_the_first_line_that_a_rule_finds_is_the_telling_one():
    log = "start\nERROR disk 1 full\nERROR disk 2 full\n"
    assert telling(log, r"ERROR .* full") == "ERROR disk 1 full"
    assert telling(log, r"no space") == ""


def test_every_carrier_keeps_the_line_and_docker_quotes_it():
    text = 'FATAL: "orders" is gone\nsecond'
    for name, carrier in CARRIERS.items():
        lines = carried(text, carrier).splitlines()
        assert len(lines) == 2, name
        assert "is gone" in lines[0]
    assert '\\"orders\\"' in carried(text, CARRIERS["docker-json"])


def test_evidence_is_right_where_the_telling_line_has_the_highest_grade():
    log = "\n".join(
        ["INFO charged order 1"] * 20 + ["FATAL: could not write: No space left on device", "INFO bye"]
    )
    assert taken_as_evidence(log, "FATAL: could not write: No space left on device")[1]
    assert not taken_as_evidence(log, "INFO bye")[1]
