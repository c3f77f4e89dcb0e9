"""Review: what happened in a week, what needs somebody, and behind each number the records that were counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.responses import Response

from kb.doors.web.charts import charts
from kb.doors.web.page import page
from kb.doors.web.view import View
from kb.errors import InvalidInput
from kb.operations.records import CountedRecords
from kb.review.counted import how
from kb.review.report import Lead, nothing_in_words, report
from kb.review.summary import WeeklySummary

_WEEK = 7.0
WINDOWS = (1, 7, 30, 90, 365)
"""Days that are offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days that an address is about; an empty end is now."""

    days: float = _WEEK
    until: str = ""

    @classmethod
    def of(cls, query: QueryParams) -> Self:
        """The window in an address.  Raises InvalidInput for days that are no number."""
        said = query.get("days", "").strip()
        try:
            days = float(said) if said else _WEEK
        except ValueError:
            raise InvalidInput(f"days={said[:40]!r} is no number; give one such as 7") from None
        return cls(days=days, until=query.get("until", "").strip())

    def address(self, path: str = "/review", **more: str) -> str:
        """An address about these days."""
        state = {"days": f"{self.days:g}" if self.days != _WEEK else "", "until": self.until, **more}
        said = urlencode({name: value for name, value in state.items() if value})
        return f"{path}?{said}" if said else path

    def records(self, lead: Lead) -> str:
        """The address of the records behind a line."""
        return self.address("/review/records", what=lead.what, name=lead.key)

    def of_days(self, days: float) -> Window:
        """As many days up to the same end."""
        return Window(days=days, until=self.until)

    def now(self) -> Window:
        """As many days up to now."""
        return Window(days=self.days)

    def earlier(self, summary: WeeklySummary) -> Window:
        """The days before these."""
        return Window(days=self.days, until=_day(summary.since))

    def later(self, summary: WeeklySummary, today: date) -> Window | None:
        """The days after these; None where these are the last ones."""
        if not self.until:
            return None
        end = (summary.until + timedelta(days=self.days)).date()
        return Window(days=self.days, until=end.isoformat() if end < today else "")


def _day(at: datetime) -> str:
    return at.date().isoformat()


@page("/review", nav="Review", meanwhile="The records of these days are being counted …")
async def shown(view: View) -> Response:
    """The review of some days."""
    window = Window.of(view.request.query_params)
    summary: WeeklySummary = await view.ask("weekly_summary", days=window.days, until=window.until)
    told = report(summary)
    return view.show(
        "review.html",
        window=window,
        windows=WINDOWS,
        summary=summary,
        report=told,
        nothing=nothing_in_words(told.nothing),
        charts=charts(summary),
        how=how,
        watched=(sum(one.came_up for one in summary.watch), len(summary.watch)),
        today=view.tokens.today(),
    )


@page("/review/records", title="What was counted", meanwhile="The records of these days are being read …")
async def records(view: View) -> Response:
    """The records that a number was counted from."""
    window = Window.of(view.request.query_params)
    what, name = view.query.get("what", ""), view.query.get("name", "")
    found: CountedRecords = await view.ask(
        "weekly_records", what=what, name=name, days=window.days, until=window.until
    )
    return view.show("review_records.html", window=window, what=what, name=name, found=found, most=_MOST)


_MOST = 200
"""Records that are shown; of more, the newest."""
