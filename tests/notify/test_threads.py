"""An incident from its alert to its postmortem, as people are told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.model.notice import DeliveryState, NoticeKind
from tests.conftest import RunKb
from tests.doubles.chat_server import ChatServer, Fault
from tests.doubles.mail_server import MailServer
from tests.notify.home import FIX, SYMPTOM, Hands, configure, learned, people_told, target


def test_an_incident_is_one_thread_from_the_brief_to_the_draft(home: Path, kb: KnowledgeBase) -> None:
    learned(kb)
    with ChatServer() as chat:
        configure(home, target("slack", chat.url), '[links]\nentry = "https://kb.example/e/{id}"')
        with people_told(kb):
            kb.incidents.open(SYMPTOM, service="checkout", severity="SEV2")
            chat.wait_for(1)
            kb.incidents.mitigate("restarted the pods")
            chat.wait_for(2)
            kb.incidents.resolve("raised the limit", cause="the pool is too small")
            kb.incidents.close()
            first, second, *_ = chat.wait_for_text("# Incident Post-Mortem")
    assert FIX in first.text
    assert "*Known*" in first.text
    assert "https://kb.example/e/pattern-" in first.text
    assert "restarted the pods" in second.text
    assert {one.thread for one in chat.messages} == {"", first.id}


def test_every_target_is_told_in_its_own_thread(home: Path, kb: KnowledgeBase) -> None:
    with ChatServer() as chat, MailServer() as mail:
        kinds = ("slack", "mattermost", "matrix", "discord", "teams", "json")
        chats = [target(kind, chat.url, name=kind) for kind in kinds]
        configure(home, *chats, target("mail", mail.url, name="mail"))
        with people_told(kb):
            kb.incidents.open("checkout fails", service="checkout", severity="SEV1")
            chat.wait_for(6)
            mail.wait_for(1)
            kb.incidents.mitigate("rolled back")
            chat.wait_for(12)
            root, reply = mail.wait_for(2)
    assert sorted(one.tool for one in chat.messages) == sorted([*kinds, *kinds])
    threads = {one.tool: one.thread for one in chat.messages[6:]}
    assert all(threads[tool] for tool in ("slack", "mattermost", "matrix"))
    assert reply["In-Reply-To"] == root["Message-ID"]


def test_only_whom_it_concerns_is_told(home: Path, kb: KnowledgeBase) -> None:
    with ChatServer() as chat:
        configure(
            home,
            target("json", chat.url, name="all"),
            target("slack", chat.url, name="grave", more='when.severity = "SEV1"'),
            target("matrix", chat.url, name="search", more='when.services = ["search"]'),
        )
        incident = kb.incidents.open("slow", service="checkout", severity="SEV3")
        kb.notices.send()
        assert [one.tool for one in chat.messages] == ["json"]
        kb.incidents.set_severity("SEV1", incident_id=incident.id)
        kb.notices.send()
    assert sorted(one.tool for one in chat.messages) == ["json", "json", "slack"]


def test_what_happens_while_a_tool_is_away_is_told_as_one_summary(home: Path, kb: KnowledgeBase) -> None:
    with ChatServer() as chat:
        configure(home, target("slack", chat.url))
        incident = kb.incidents.open("checkout fails", service="checkout")
        kb.notices.send()
        for number in range(12):
            kb.incidents.mitigate(f"tried {number}", incident_id=incident.id)
            kb.notices.planning.plan()
        kb.notices.send()
        first, summary = chat.messages
    assert "12 changes from" in summary.text
    assert "tried 11" in summary.text
    assert summary.thread == first.id


def test_what_happens_before_the_first_word_is_out_stands_in_it(home: Path, kb: KnowledgeBase) -> None:
    with ChatServer() as chat:
        configure(home, target("slack", chat.url))
        kb.incidents.open("checkout fails", service="checkout")
        kb.notices.planning.plan()
        kb.incidents.mitigate("rolled back")
        kb.notices.send()
        (only,) = chat.messages
    assert "Since then" in only.text
    assert "rolled back" in only.text


def test_one_that_flaps_is_told_three_times_and_then_as_a_summary(home: Path, encoder: OnnxEncoder) -> None:
    clock = Hands()
    with ChatServer() as chat, KnowledgeBase.open(home, encoder=encoder, clock=clock) as kb:
        configure(home, target("slack", chat.url))
        incident = kb.incidents.open("checkout fails", service="checkout")
        kb.notices.send()
        for _ in range(10):
            clock.move(seconds=20)
            kb.incidents.resolve("the alert is over", incident_id=incident.id)
            kb.notices.send()
            clock.move(seconds=20)
            kb.incidents.reopen("it fires again", incident_id=incident.id)
            kb.notices.send()
        assert len(chat.messages) == 1 + 3
        clock.move(minutes=11)
        kb.notices.send()
        *_, last = chat.messages
    assert len(chat.messages) == 5
    assert "resolved 8 times, came back 9 times" in last.text


def test_the_draft_of_one_that_nobody_closes_comes_half_an_hour_after_its_end(
    home: Path, encoder: OnnxEncoder
) -> None:
    clock = Hands()
    with ChatServer() as chat, KnowledgeBase.open(home, encoder=encoder, clock=clock) as kb:
        configure(home, target("slack", chat.url))
        kb.incidents.open("checkout fails", service="checkout")
        kb.notices.send()
        kb.incidents.resolve("the alert is over")
        kb.notices.send()
        assert "Post-Mortem" not in "".join(one.text for one in chat.messages)
        clock.move(minutes=31)
        kb.notices.send()
        assert "Post-Mortem" in chat.messages[-1].text
        kb.incidents.reopen("it came back")
        kb.notices.send()
        kb.incidents.resolve("now for good")
        kb.incidents.close()
        kb.notices.send()
    drafts = [one for one in chat.messages if "# Incident Post-Mortem" in one.text]
    assert len(drafts) == 2
    assert chat.messages[-1] is drafts[-1]


def test_a_second_look_tells_nothing_twice(home: Path, kb: KnowledgeBase) -> None:
    with ChatServer() as chat:
        configure(home, target("slack", chat.url))
        kb.incidents.open("checkout fails", service="checkout")
        for _ in range(3):
            kb.notices.send()
        assert len(chat.messages) == 1


def test_who_is_named_for_the_first_time_hears_nothing_of_old_incidents(
    home: Path, encoder: OnnxEncoder
) -> None:
    clock = Hands()
    with ChatServer() as chat, KnowledgeBase.open(home, encoder=encoder, clock=clock) as kb:
        kb.incidents.open("an old one", service="checkout")
        clock.move(hours=5)
        configure(home, target("slack", chat.url))
        kb.notices.send()
        assert chat.messages == []
        kb.incidents.open("a new one", service="search")
        kb.notices.send()
    assert len(chat.messages) == 1


SILENCE = '[[silences]]\nreason = "restart"\nservices = ["checkout"]\nends = 2026-11-30T04:00:00Z\n'


def test_during_maintenance_nobody_is_told_and_at_its_end_of_what_still_goes_on(
    home: Path, encoder: OnnxEncoder
) -> None:
    clock = Hands()
    with ChatServer() as chat, KnowledgeBase.open(home, encoder=encoder, clock=clock) as kb:
        configure(home, target("slack", chat.url), SILENCE)
        over = kb.incidents.open("checkout restarts", service="checkout")
        lasting = kb.incidents.open("checkout does not come back", service="checkout")
        other = kb.incidents.open("search fails", service="search")
        kb.incidents.resolve("it is up again", incident_id=over.id)
        kb.notices.send()
        assert [one.text.count("search fails") > 0 for one in chat.messages] == [True]
        held = kb.notices.recent(["silenced"])
        assert all(one.reason == "silenced: restart" for one in held)
        clock.move(minutes=61)
        kb.notices.send()
        texts = [one.text for one in chat.messages]
        dropped = kb.notices.recent(["dropped"])
    assert len(texts) == 2
    assert lasting.id in texts[1]
    assert other.id in texts[0]
    assert {one.incident_id for one in dropped} == {over.id}
    assert "it began and ended within the silence" in dropped[0].reason


def test_the_end_of_what_was_told_before_a_silence_is_told_after_it(home: Path, encoder: OnnxEncoder) -> None:
    clock = Hands()
    with ChatServer() as chat, KnowledgeBase.open(home, encoder=encoder, clock=clock) as kb:
        configure(home, target("slack", chat.url))
        kb.incidents.open("checkout fails", service="checkout")
        kb.notices.send()
        configure(home, target("slack", chat.url), SILENCE)
        kb.incidents.resolve("it is up again")
        kb.notices.send()
        assert len(chat.messages) == 1
        clock.move(minutes=61)
        kb.notices.send()
    assert "it is up again" in chat.messages[1].text


def test_a_silence_that_is_taken_out_ends_at_once(home: Path, encoder: OnnxEncoder) -> None:
    clock = Hands()
    with ChatServer() as chat, KnowledgeBase.open(home, encoder=encoder, clock=clock) as kb:
        configure(home, target("slack", chat.url), SILENCE)
        kb.incidents.open("checkout fails", service="checkout")
        kb.notices.send()
        assert chat.messages == []
        configure(home, target("slack", chat.url))
        kb.notices.send()
        assert len(chat.messages) == 1


def test_a_target_that_is_taken_out_of_the_configuration_is_said_so(home: Path, kb: KnowledgeBase) -> None:
    with ChatServer(Fault(status=500), Fault(status=500)) as chat:
        configure(home, target("slack", chat.url, name="old"))
        kb.incidents.open("checkout fails")
        kb.notices.send()
        configure(home, target("json", chat.url, name="new"))
        kb.notices.send()
    (failed,) = kb.notices.recent(["failed"])
    assert failed.reason == "kb.toml has no target old any more"


def test_no_secret_and_no_sequence_of_a_title_goes_out(home: Path, kb: KnowledgeBase) -> None:
    title = "login fails: postgres://app:hunter2hunter2@db/x \x1b]52;c;AAAA\x07 \u202egnirts"
    with ChatServer() as chat:
        configure(home, target("json", chat.url))
        kb.incidents.open(title, service="checkout")
        kb.notices.send()
        (message,) = chat.messages
    assert "hunter2hunter2" not in message.text
    assert "\u202e" not in message.text
    assert "\\u001b" not in message.text


def test_an_alert_cannot_name_where_it_is_told(home: Path, kb: KnowledgeBase) -> None:
    with ChatServer() as chat, ChatServer() as evil:
        configure(home, target("json", chat.url))
        alert = f'{{"alertname": "A", "url": "{evil.url}/json", "callback": "{evil.url}", "notify": "{evil.url}"}}'
        kb.incidents.open("an alert", service="checkout", alert=alert)
        kb.notices.send()
        assert len(chat.messages) == 1
        assert evil.requests == 0


def test_a_template_of_ones_own_says_it_in_other_words(home: Path, kb: KnowledgeBase) -> None:
    (home / "short.j2").write_text(
        "# Call\n{{ notice.headline }}\n{% for s in notice.sections %}{{ s.title }}\n{% endfor %}"
    )
    with ChatServer() as chat:
        configure(home, target("slack", chat.url, more='template = "short.j2"'))
        kb.incidents.open("checkout fails <!here>", service="checkout", severity="SEV1")
        kb.notices.send()
        (message,) = chat.messages
    assert "*Call*" in message.text
    assert "&lt;!here&gt;" in message.text
    assert "*Escalate*" not in message.text


def test_lines_of_a_template_without_a_heading_have_one(home: Path, kb: KnowledgeBase) -> None:
    (home / "bare.j2").write_text("one\n# \ntwo\n")
    with ChatServer() as chat:
        configure(home, target("slack", chat.url, more='template = "bare.j2"'))
        kb.incidents.open("checkout fails")
        kb.notices.send()
        (message,) = chat.messages
    assert message.text.count("*Message*") == 2


@pytest.mark.parametrize(
    ("template", "said"),
    [("{{ notice.nothing.at.all }}", "the template failed"), ("{% for %}", "the template failed")],
)
def test_a_template_that_fails_takes_nothing_away(
    template: str, said: str, home: Path, kb: KnowledgeBase
) -> None:
    (home / "bad.j2").write_text(template)
    with ChatServer() as chat:
        configure(home, target("slack", chat.url, more='template = "bad.j2"'))
        kb.incidents.open("checkout fails", service="checkout", severity="SEV1")
        kb.notices.send()
        (message,) = chat.messages
    assert "checkout fails" in message.text
    assert said in message.text


def test_a_template_outside_of_the_home_is_not_read(home: Path, kb: KnowledgeBase) -> None:
    (home.parent / "outside.j2").write_text("stolen")
    with ChatServer() as chat:
        configure(home, target("slack", chat.url, more='template = "../outside.j2"'))
        kb.incidents.open("checkout fails")
        kb.notices.send()
        (message,) = chat.messages
    assert "stolen" not in message.text
    assert "lies outside of the home" in message.text


def test_what_is_refused_is_listed_and_can_be_sent_again(
    home: Path, kb: KnowledgeBase, run_kb: RunKb
) -> None:
    with ChatServer(Fault(status=200, body='{"ok": false, "error": "channel_is_archived"}')) as chat:
        configure(home, target("slack", chat.url))
        kb.incidents.open("checkout fails")
        kb.notices.send()
        listed = run_kb("notify", "list", "--state", "failed")
        (failed,) = kb.notices.recent(["failed"])
        again = run_kb("notify", "send", failed.id)
        assert len(chat.messages) == 1
    assert "Slack says channel_is_archived" in listed.stdout
    assert "kb notify send ID" in listed.stderr
    assert again.returncode == 0
    assert kb.notices.get(failed.id).state is DeliveryState.DELIVERED


def test_a_delivered_one_that_is_sent_by_hand_says_that_it_is_a_repeat(home: Path, kb: KnowledgeBase) -> None:
    with ChatServer() as chat:
        configure(home, target("slack", chat.url))
        kb.incidents.open("checkout fails")
        kb.notices.send()
        (one,) = kb.notices.recent()
        kb.notices.send(one.id)
        first, second = chat.messages
    assert "Sent again" not in first.text
    assert "Sent again" in second.text


def test_a_test_tells_nothing_of_what_waits(home: Path, kb: KnowledgeBase, run_kb: RunKb) -> None:
    kb.incidents.open("checkout fails", service="checkout", severity="SEV1")
    with ChatServer() as chat:
        configure(home, target("slack", chat.url, name="oncall"))
        assert run_kb("notify", "test", "oncall").returncode == 0
        assert ["A test of kb: nothing happened" in one.text for one in chat.messages] == [True]
        kb.notices.send()
        assert "checkout fails" in chat.wait_for(2)[-1].text


def test_a_test_says_that_nothing_happened(home: Path, run_kb: RunKb) -> None:
    with ChatServer() as chat:
        configure(home, target("slack", chat.url))
        done = run_kb("notify", "test", "on-call")
        missing = run_kb("notify", "test", "nobody")
        (message,) = chat.messages
    assert done.returncode == 0
    assert "Nothing happened" in message.text
    assert missing.returncode == 2
    assert "there are: on-call" in missing.stderr


def test_targets_are_listed_without_addresses_and_tokens(home: Path, run_kb: RunKb) -> None:
    configure(home, target("slack", "https://chat.example"), target("discord", "https://d.example", name="d"))
    listed = run_kb("notify", "targets")
    as_json = run_kb("notify", "targets", "--json")
    assert listed.stdout.splitlines() == [
        "on-call  slack  one thread an incident, buttons",
        "d  discord  no threads",
    ]
    assert "example" not in as_json.stdout
    assert "token" not in as_json.stdout


def test_a_variable_that_is_not_set_is_said_and_the_message_is_kept(home: Path, kb: KnowledgeBase) -> None:
    configure(home, '[[notify]]\nname = "on-call"\nkind = "slack"\nurl_env = "NO_SUCH_VARIABLE_HERE"\n')
    kb.incidents.open("checkout fails")
    kb.notices.send()
    (failed,) = kb.notices.recent(["failed"])
    assert "it needs url_env (or url)" in failed.reason


def test_a_status_update_that_somebody_posts_is_told(home: Path, kb: KnowledgeBase) -> None:
    with ChatServer() as chat:
        configure(home, target("slack", chat.url))
        kb.incidents.open("checkout fails", service="checkout")
        kb.notices.send()
        kb.incidents.status_update("chat", focus="reading the logs of the pool")
        kb.notices.send()
        assert "reading the logs of the pool" in chat.messages[1].text


def test_kinds_of_what_was_told_stand_in_the_journal(home: Path, kb: KnowledgeBase) -> None:
    with ChatServer() as chat:
        configure(home, target("slack", chat.url))
        kb.incidents.open("checkout fails", service="checkout")
        kb.notices.send()
        kb.incidents.resolve("done")
        kb.incidents.close()
        kb.notices.send()
    kinds = [one.notice.kind for one in reversed(kb.notices.recent())]
    assert kinds == [NoticeKind.OPENED, NoticeKind.UPDATED, NoticeKind.POSTMORTEM]


def test_steps_that_were_taken_before_anybody_looked_stand_in_the_first_word(
    home: Path, kb: KnowledgeBase
) -> None:
    with ChatServer() as chat:
        configure(home, target("slack", chat.url, more='when.severity = "SEV1"'))
        incident = kb.incidents.open("checkout fails", service="checkout", severity="SEV3")
        kb.notices.send()
        for number in range(12):
            kb.incidents.mitigate(f"tried {number:02d}", incident_id=incident.id)
        kb.notices.send()
        kb.incidents.set_severity("SEV1", "all of it is down", incident_id=incident.id)
        kb.notices.send()
        (only,) = chat.messages
    assert "Since then" in only.text
    assert "13 changes from" in only.text
    assert "tried 11" in only.text
    assert "tried 00" not in only.text


def test_doctor_and_server_say_who_cannot_be_told(home: Path, kb: KnowledgeBase) -> None:
    configure(
        home,
        '[[notify]]\nname = "lost"\nkind = "slack"\nurl_env = "NO_SUCH_VARIABLE_HERE"\n',
        target("json", "http://127.0.0.1:9", name="program"),
    )
    assert kb.notices.notes() == [
        "lost cannot be told: it needs url_env (or url): where it listens",
        "program is told of incidents (json)",
    ]
    kb.incidents.open("checkout fails")
    kb.notices.send()
    notes = [str(note) for note in kb.upkeep.doctor()[0]]
    assert any("1 messages could not be delivered, the last one to lost" in note for note in notes)


def test_the_thread_of_a_merged_incident_says_where_it_goes_on_and_ends(
    home: Path, kb: KnowledgeBase
) -> None:
    with ChatServer() as chat:
        configure(home, target("slack", chat.url))
        with people_told(kb):
            stays = kb.incidents.open("checkout fails", service="checkout", severity="SEV2")
            chat.wait_for(1)
            goes = kb.incidents.open("orders are slow", service="orders-db", severity="SEV2")
            chat.wait_for(2)
            kb.incidents.merge(goes.id, into=stays.id)
            chat.wait_for(4)
            kb.incidents.resolve("more connections")
            kb.incidents.close()
            chat.wait_for(6)
    first, second, *_ = chat.messages
    ended = [one.text for one in chat.messages if one.thread == second.id]
    going = [one.text for one in chat.messages if one.thread == first.id]
    assert len(ended) == 1
    assert f"Merged into checkout fails ({stays.id})" in ended[0]
    assert f"Merged into it: orders are slow ({goes.id})" in going[0]
    assert "# Incident Post-Mortem" in going[-1]


def test_a_test_of_a_target_that_failed_is_no_message_that_people_missed(
    home: Path, kb: KnowledgeBase
) -> None:
    configure(home, '[[notify]]\nname = "lost"\nkind = "slack"\nurl_env = "NO_SUCH_VARIABLE_HERE"\n')

    tried = kb.notices.test("lost")

    assert tried.state is DeliveryState.FAILED
    assert not any("could not be delivered" in note for note in kb.upkeep.doctor()[0])
    assert kb.notices.recent(["failed"]) == [tried]


def test_a_message_is_sent_again_by_the_beginning_of_its_id(
    home: Path, kb: KnowledgeBase, run_kb: RunKb
) -> None:
    configure(home, '[[notify]]\nname = "lost"\nkind = "slack"\nurl_env = "NO_SUCH_VARIABLE_HERE"\n')
    tried = kb.notices.test("lost")

    again = run_kb("notify", "send", tried.id[:9])
    wrong = run_kb("notify", "send", "kb-nothing")

    assert tried.id in again.stdout
    assert (wrong.returncode, "there is no delivery 'kb-nothing'" in wrong.stderr) == (1, True)
