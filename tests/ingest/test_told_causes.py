"""Causes told in prose: the sentences in which engineers tell them, and those that only look like one."""

from __future__ import annotations

import pytest

from ingest.postmortem.postmortem import read_incident
from kb.model import CauseStatus


def causes(story: str) -> list[str]:
    """The causes of a report that tells only a story, below a heading that announces none."""
    text = "# Checkout was slow on 12 March 2026\n\n## Summary\n\nCustomers saw the spinner for an hour that day. "
    return [one.text for one in read_incident(f"{text}{story}\n", "postmortems/2026-03-12.md").causes]


@pytest.mark.parametrize(
    "cause",
    [
        "The outage was caused by a full disk on the primary.",
        "We traced this to a stale entry in the resolver of one node.",
        "The errors were eventually tracked down to a firewall rule from 2019.",
        "It turned out to be a missing index on the orders table, which made every query slow.",
        "It turned out that the certificate of the proxy had expired overnight.",
        "This happened because the new image did not include the locale files.",
        "This was due to a bug in the connection pool.",
        "The API returned 502 because its pods were killed for using too much memory.",
        "Writes failed due to a lock that the nightly export held.",
        "The culprit was a cron job that nobody remembered.",
        "The root of the problem was a race between two deploys.",
        "The reason for the errors was an environment variable that had been renamed.",
        "The problem was that the health check pointed to the old port.",
        "A bug in the scheduler led to all jobs being placed on one node.",
        "A bad configuration push took down every edge server.",
        "The database ran out of connections.",
        "The licence of the load balancer had expired the evening before.",
        "The volume filled up with core dumps.",
        "A retry storm overwhelmed the session store.",
        "An upgrade of the CNI plugin broke DNS in two of three zones.",
        "The migration was accidentally run against production.",
        "We forgot to renew the domain.",
        "Somebody deleted the wrong bucket by mistake.",
        "The failure resulted from a mismatch between the two schema versions.",
        "Investigation revealed that the cache had been disabled by an earlier change, so all requests failed.",
        "We found that the node had lost its route to the registry.",
        "After the upgrade of the proxy, all requests with large headers failed.",
        "A power failure in the data centre caused both switches to restart.",
        "The leader was partitioned from its followers, which caused writes to stall.",
        "Because the quota had been lowered, new pods could not be scheduled.",
        "The incident stemmed from a change of the default timeout.",
        "The outage can be attributed to a faulty line card.",
        "Our provider had an outage in its network.",
        "The queue was overloaded by a customer's import, causing timeouts.",
        "It was not the deploy that caused this but a leak of file descriptors in the agent.",
        "A release was made from the wrong branch.",
        "The site was under a DDoS attack for two hours.",
        "A change of the remote configuration did not propagate to all shards.",
        "A memory leak in a library lead to the API being unavailable.",
        "The token in the build expired, so the image was never pushed and old code kept running.",
    ],
)
def test_a_sentence_that_tells_the_cause_is_the_cause(cause: str) -> None:
    assert causes(cause) == [cause]


@pytest.mark.parametrize(
    "no_cause",
    [
        "The slowness was not caused by the deploy of that morning.",
        "It was not due to the database.",
        "We ruled out the network.",
        "Initially we suspected that the cache was down.",
        "At first we thought that a bad deploy had caused this.",
        "We first suspected a denial of service attack.",
        "The cause is still unknown.",
        "The root cause has not been found yet.",
        "We are still investigating what caused the errors.",
        "The root cause was identified at 10:40.",
        "The issue was resolved by restarting the workers.",
        "The problem was fixed after the pods had been restarted.",
        "Service was restored once the old version was back.",
        "Our response was slow because nobody had access to the console.",
        "Detection took longer than it should have due to a missing alert.",
        "Diagnosis was difficult because the logs had been rotated.",
        "We noticed this because a customer wrote to us.",
        "We rolled back because it was the quickest way to end it.",
        "A full disk could cause the same again.",
        "To prevent this from happening again we will add an alert on expiring certificates.",
        "In the future, a failed node should not cause an outage.",
        "If the disk had been full, writes would have failed, too.",
        "Retries usually lead to more load.",
        "No data was lost.",
        "Luckily the failover worked because it had been tested the week before.",
        "We are sorry that this caused trouble for you.",
        "There is no evidence that the upgrade caused this.",
        "This caused errors for about 4 % of all customers.",
        "This outage led to delays of up to an hour.",
        "The incident began at 10:02, leading to errors on all pages.",
        "This was strange because no alert had fired.",
        "As a result of the outage, we have improved our alerts.",
        "The reason for the change was to save money.",
        "Was it caused by the migration?",
        "The alert was triggered by the blackbox exporter at 10:02.",
    ],
)
def test_what_is_denied_planned_or_told_of_the_response_is_no_cause(no_cause: str) -> None:
    assert causes(no_cause) == []


def test_this_caused_is_told_with_the_sentence_that_says_what() -> None:
    cause = "The certificate of the proxy was renewed without its chain. This caused all clients to fail."

    assert causes(f"Nothing had been deployed. {cause}") == [cause]


def test_the_items_of_a_list_that_announces_causes_are_each_one() -> None:
    story = "Three things came together and led to this outage:\n\n1. The cache was cold.\n2. A retry had no limit.\n"
    story += "3. One node was missing.\n\nThen we went home.\n"

    assert causes(story) == ["The cache was cold.", "A retry had no limit.", "One node was missing."]


def test_what_is_suspected_stays_so() -> None:
    story = "The outage was most likely caused by a switch that lost packets."
    text = f"# Checkout was slow\n\n## Summary\n\n{story}\n"

    (found,) = read_incident(text, "postmortems/2026-03-12.md").causes

    assert (found.text, found.status) == (story, CauseStatus.SUSPECTED)


def test_what_the_background_explains_goes_before_a_symptom_in_the_timeline() -> None:
    text = "# Search was down on 12 March 2026\n\n"
    text += "## Background\n\nThe index of search had been built with another analyser.\n\n"
    text += "## Timeline\n\n- 10:00 UTC search fails due to errors of the index\n- 10:20 UTC rolled back\n\n"
    text += (
        "## Conclusion\n\nThe other analyser was deployed accidentally, and search failed for all users.\n"
    )

    found = [one.text for one in read_incident(text, "postmortems/2026-03-12.md").causes]

    assert found == ["The other analyser was deployed accidentally, and search failed for all users."]
