"""Commands of runbooks are filled in with what is known, and what others wrote never becomes a command."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.entries.placeholders import KnownValues, assigned_in

ALERT = {
    "namespace": "orders",
    "pod": "cart-0",
    "node": "n-1",
    "persistentvolumeclaim": "data-cart-0",
    "instance": "10.0.0.1:9100",
    "job_name": "backup-28",
}


def filled(command: str, *others: str, **labels: str) -> str:
    """The command of a runbook with these other lines, filled in with the labels of an alert."""
    known = {**ALERT, **labels}
    return KnownValues(known, known, assigned_in((command, *others))).fill(command)


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("kubectl -n <namespace> get pod <pod>", "kubectl -n orders get pod cart-0"),
        ("kubectl -n <NAMESPACE> logs <pod-name>", "kubectl -n orders logs cart-0"),
        ("kubectl -n <your-namespace> get pvc <my-pvc>", "kubectl -n orders get pvc data-cart-0"),
        ("kubectl -n $NAMESPACE logs ${POD_NAME}", "kubectl -n orders logs cart-0"),
        ("kubectl -n $NS delete pod $POD --wait", "kubectl -n orders delete pod cart-0 --wait"),
        ("kubectl -n NAMESPACE delete pod POD_NAME", "kubectl -n orders delete pod cart-0"),
        ("kubectl -n {namespace} get {pod}", "kubectl -n orders get cart-0"),
        ("kubectl -n {{ $labels.namespace }} logs {{$labels.pod}}", "kubectl -n orders logs cart-0"),
        ("NODE='<value of instance label from alert>'", "NODE='10.0.0.1:9100'"),
        ("kubectl -n <namespace> logs job/<job-name>", "kubectl -n orders logs job/backup-28"),
        (
            "curl -G --data-urlencode 'query=up{pod=\"<pod>\"}'",
            "curl -G --data-urlencode 'query=up{pod=\"cart-0\"}'",
        ),
    ],
)
def test_a_placeholder_is_filled_in_however_it_names_the_label(command: str, wanted: str) -> None:
    assert filled(command) == wanted


@pytest.mark.parametrize(
    "command",
    [
        "kubectl get secret <secret-name>",
        "kubectl get pods -o custom-columns=POD_NAME:.metadata.name",
        "kubectl get pods -o jsonpath='{.items[*].metadata.name}'",
        "awk '{print $node}' nodes.txt",
        "kubectl get pods | grep -v NAMESPACE",
        "echo $PODS and $pod_ip",
    ],
)
def test_what_names_no_label_of_the_alert_stays(command: str) -> None:
    assert filled(command) == command


@pytest.mark.parametrize(
    "sets",
    [
        "export NAMESPACE=$(kubectl get kubevirt -A -o jsonpath='{.items[].metadata.namespace}')",
        '$ NAMESPACE="kubevirt"',
        "for NAMESPACE in a b; do",
        "read -r NAMESPACE",
    ],
)
def test_a_variable_that_the_runbook_sets_itself_is_its_own(sets: str) -> None:
    assert filled("kubectl -n $NAMESPACE get pods", sets) == "kubectl -n $NAMESPACE get pods"


def test_a_variable_that_is_set_from_a_placeholder_gets_the_label_where_it_is_set() -> None:
    assert filled("NS=<namespace>", "kubectl -n $NS get pods") == "NS=orders"


@pytest.mark.parametrize(
    "command",
    [
        "kubectl -n monitoring logs <pod>",
        "kubectl logs <pod> --namespace=monitoring",
        "oc -n $OTHER logs <pod>",
    ],
)
def test_a_command_in_another_namespace_is_not_about_the_pod_of_the_alert(command: str) -> None:
    assert filled(command) == command


def test_the_node_is_the_same_in_every_namespace() -> None:
    assert filled("oc -n debug debug node/<node>") == "oc -n debug debug node/n-1"


@pytest.mark.parametrize(
    "value",
    [
        "x; reboot",
        "$(reboot)",
        "`reboot`",
        "a\nreboot",
        "--all",
        "a --all",
        "../../etc",
        "it's",
        "a|b",
        "*",
        "[REDACTED]",
        "",
    ],
)
def test_what_a_shell_would_obey_is_not_put_in(value: str) -> None:
    command = "kubectl -n <namespace> delete pod <pod>"
    assert filled(command, pod=value) == "kubectl -n orders delete pod <pod>"


def test_a_value_with_spaces_is_one_word_of_the_command() -> None:
    assert filled("df <mountpoint>", mountpoint="/mnt/My Disk") == "df '/mnt/My Disk'"
    assert filled('df "<mountpoint>"', mountpoint="/mnt/My Disk") == 'df "/mnt/My Disk"'
    assert filled("df '<mountpoint>'", mountpoint="/mnt/My Disk") == "df '/mnt/My Disk'"


@given(st.text(max_size=40))
def test_whatever_a_label_says_the_command_keeps_its_number_of_words(value: str) -> None:
    plain, quoted = (filled(text, pod=value) for text in ("kubectl logs <pod> -f", 'kubectl logs "<pod>" -f'))
    assert len(shlex.split(plain)) == len(shlex.split(quoted)) == 4
    assert shlex.split(plain)[2] in (value, "<pod>")


def test_without_anything_known_a_command_is_as_it_was_written() -> None:
    assert KnownValues().fill("kubectl -n <namespace> get pods") == "kubectl -n <namespace> get pods"


def test_a_namespace_that_is_named_by_something_else_stops_nothing() -> None:
    assert filled("kubectl -n <pod> logs <pod>") == "kubectl -n <pod> logs <pod>"
