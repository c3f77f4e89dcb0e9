"""Which form a kind of target has: a row each."""

from __future__ import annotations

from kb.model.notice import TargetKind
from kb.notify.forms.discord import DiscordForm
from kb.notify.forms.form import Form, MailForm
from kb.notify.forms.mail import NoticeMail
from kb.notify.forms.matrix import MatrixForm
from kb.notify.forms.mattermost import MattermostForm
from kb.notify.forms.plain_json import JsonForm
from kb.notify.forms.slack import SlackForm
from kb.notify.forms.teams import TeamsForm

FORMS: dict[str, Form | MailForm] = {
    TargetKind.SLACK: SlackForm(),
    TargetKind.MATTERMOST: MattermostForm(),
    TargetKind.TEAMS: TeamsForm(),
    TargetKind.DISCORD: DiscordForm(),
    TargetKind.MATRIX: MatrixForm(),
    TargetKind.MAIL: NoticeMail(),
    TargetKind.JSON: JsonForm(),
}
