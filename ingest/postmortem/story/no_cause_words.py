"""The words in which engineers deny a cause, plan, guess, or tell of something else than why it happened.  Pure data.

A sentence with any of them is no cause: `DENIED` unless `BUT_RATHER` says what it was instead, `NO_CAUSE` always.
"""

from __future__ import annotations

import re

from ingest.postmortem.story.cause_words import TROUBLE
from kb.expression import expression

DENIED = expression(
    r"(?:\bnot|n['’]t|\bnever)(?: \w+){0,3} (?:caus(?:e|ed|ing)|due to|because|(?:impact|affect)ed|triggered"
    r"|the (?:\w+ )?(?:cause"
    r"|culprit|reason|root)|related"
    r"|responsible|the result|linked|to blame|at fault|to be the)\b|\bnot (?:at fault|to blame|to be the)\b"
    r"|\bunrelated\b|\bruled? out\b|\bred herring\b|\bfalse (?:lead|alarm)\b"
    r"|\bno (?:\w+ ){1,4}(?:as a (?:result|consequence)|due to|because of|caused)\b"
    r"|\bnot have (?:any )?(?:\w+ )?evidence\b|\bno (?:evidence"
    r"|indication|sign|relation|root cause|cause|effect|impact|adverse)\b|\bnothing to do with\b|\bregardless\b",
    re.I,
)
BUT_RATHER = expression(
    r"\b(?:but|rather)(?: (?:by|due to|because of|from|in|with|of))? (?:a|an|the|our|their)\b", re.I
)

NO_CAUSE = (
    # Thought at first, or looked for.
    expression(
        r"\b(?:initial(?:ly)?|at first|first|originally|early on|our first|misleading\w*"
        r"|wrongly)\b[^.]{0,40}\b(?:suspect|thought|assum|believ"
        r"|theor|hypothes|guess|looked like|appear|attribut|diagnos|blam)\w*|\b(?:we|i"
        r"|they) (?:had )?(?:initially|first|originally)\b"
        r"|\b(?:was|were|been) (?:diagnosing|investigating|debugging|monitoring|reproducing)\b"
        r"|\b(?:mistook|mis-?diagnosed|might as well|wonder(?:ed|ing)? (?:if|whether))\b"
        r"|\b(?:looking|look|search(?:ing|ed)|investigat\w+|check(?:ed|ing)?|debug\w*|unclear|unsure|understand"
        r"|figure out|find(?:ing)?|identify) (?:\w+ ){0,4}(?:if|whether|why|what|cause|reason|for)\b",
        re.I,
    ),
    # Not said of what happened: possible, planned, advised, in general.
    expression(
        r"\b(?:could|can|would|will|should|shall|must)(?: (?:also|then|potentially|easily|\w+ly))?"
        r" (?:cause|lead|result|trigger|break|prevent|happen|bring|make|take|have|be|occur|block|overload"
        r"|overwhelm|exhaust|need|want|like|help|work"
        r"|use|add|continue|allow|create|exceed|keep|give|get)\b(?![^.;]{0,60}\b(?:because|due to"
        r"|attributed|traced|explained)\b)"
        r"|['’]ll\b|['’]d like\b|\b(?:we|i|they) (?:should|will|need|plan|must|want|hope|intend|recommend)\b"
        r"|\bgoing to\b"
        r"|^\W*(?:to (?:prevent|avoid|fix|mitigate|resolve|address|reduce|protect|guard|ensure|make sure|help)"
        r"|in (?:the )?future|going forward"
        r"|next time|ensure|make sure|consider|note that|please|if |when (?:a|an|you) |add |create |update "
        r"|set up |use |check |verify|investigate"
        r"|document|improve|implement)\b|\bto (?:avoid|prevent) (?:this|similar|such)\b"
        r"|\bfrom happening again\b"
        r"|^(?!.*\bcaused by\b).*\b(?:generally|usually|typically|often|normally|in general|on occasion"
        r"|sometimes|tends? to|in theory|for example|might)\b|\bin (?:case|the event)\b|\bfuture\b",
        re.I,
    ),
    # What the incident itself led to.
    expression(
        r"^\W*(?:(?:this|these|the|both|our) )?(?:[\w.-]+ ){0,3}(?:incidents?|outages?|disruptions?"
        r"|downtime|degradation)"
        r" (?:\w+ly |also )?(?:led|caused|resulted|impacted|affected|meant|prevented|rendered"
        r"|disrupted)\b(?! (?:by|from)\b)"
        r"|\bthat (?:this|the) (?:\w+ )?(?:incident|outage|disruption|downtime) (?:has )?caused\b(?! by\b)"
        r"|\bapologi[sz]e"
        rf"|\b(?:the|an?|any) (?:[\w-]+ )?(?!(?:{TROUBLE}|incident|was|were|is|are|been|being)\b)[\w-]+ caused by\b"
        r"|^\W*(?:we|i|users?|customers|there) (?:had|saw|experienced|was|were|encountered) (?:[\w-]+ ){0,3}?"
        r"(?:latenc\w+|errors?|slow\w*|time-?outs?|downtimes?|outages?|delays?) (?:that|which) (?:caused|led)\b"
        r"|\b(?:incident|outage|disruption) (?:began|started|lasted|occurred) (?:at|around|on|between"
        r"|from|for)\b(?!.*\b(?:when|after|due|because|during)\b)",
        re.I,
    ),
    # Why somebody did or noticed something, how it ended, or why that took long.
    expression(
        r"\b(?:noticed|detected|discovered|spotted|alerted|paged|reported|caught|aware|identified|confirmed"
        r"|found|visible|learn\w*)\b[^.]{0,30}\b(?:because|due to|thanks to|when|after seeing)\b"
        r"|\b(?:respon[sd]\w*|detecti\w+|diagnos\w+|debugging|investigation|recovery|resolution|escalat\w+"
        r"|rollback|rolling back|revert\w*"
        r"|mitigation|fix|workaround|identif\w+|communication|reviews?)\b[^.]{0,50}\b(?:slow\w*|delay\w*"
        r"|long(?:er)?|harder|hamper\w*|difficult\w*|late(?:r)?|due to|because)\b"
        r"|\b(?:slow\w*|delay\w*|longer|harder|hamper\w*|difficult|complicat\w+)\b[^.]{0,50}\b(?:respon[sd]\w*"
        r"|detect\w+|diagnos\w+|debug\w*"
        r"|investigat\w+|recover\w*|resol\w+|escalat\w+|rollback|mitigat\w+|identif\w+|rollout)\b"
        r"|\b(?:fixed|resolved|solved|recovered|restored|mitigated|remediated|worked around|helped"
        r"|cleared)\b[^.]{0,60}\b(?:by|because|due to|after|when|once|since)\b"
        r"|^\W*(?:luckily|fortunately|thankfully|sorry|(?:we|i)(?:['’]re|['’]m| are| am) (?:\w+ )?sorry"
        r"|we apologi[sz]e|thanks|to be (?:clear|explicit))\b"
        r"|\bno (?:one|body)?\s?(?:\w+ )?(?:was|were|have|has|had|is|are)\b|^\W*(?:nobody|no one)\b|\bcaus(?:ed"
        r"|ing) (?:no|little)\b|\bonly lasted\b|\balerts?\b[^.]*\bunacknowledged\b"
        r"|\b(?:mitigations?|remediation|workaround|fix)\b[^.]{0,20}\b(?:consist\w*|applied|was|were|put"
        r"|deployed)\b"
        r"|\bwithout (?:any )?(?:\w+ )?(?:issues?|problems?|errors?|trouble|impact|downtime|action)\b"
        r"|\bprevent\w* (?:\w+ )?(?:escalation|detection|alert\w*|notification\w*)\b"
        r"|\b(?:suggest|mention)(?:s|ed|ing)?\b|\b(?:learn(?:ed|t)|lesson)\b[^.]{0,40}\b(?:was|is) (?:that|to)\b"
        r"|^\W*(?:so |then |therefore |hence )?(?:we|i|they|the team) (?:\w+ly )?(?:decided|chose|opted|went"
        r"|wanted|were able|are able|rolled|reverted|restarted|scaled"
        r"|disabled|moved|switched|asked|tried|believed?|did|do|have|use|used|took|stopped|blocked|banned"
        r"|enabled|removed|deleted|backdated|fixed)\b"
        r"(?! (?:\w+ly )?(?:forgot|not ))(?<!\bthey took).*\b(?:because|due to|since|as)\b"
        r"|\b(?:alerts?|alarms?|pages?|notifications?|response|investigation) (?:was"
        r"|were) (?:\w+ )?(?:triggered|raised|fired|caused)\b"
        r"|^\W*as a (?:result|consequence) of[^,]*, (?:we|i|they|the team)\b|\bbecause (?:we|i|they) (?:did"
        r"|do)(?: not|n['’]t) want\b"
        r"|\b(?:un(?:expected|usual|noticed)|strange|confusing|surprising|odd|fine|ok(?:ay)?|good) because\b"
        r"|\bunnoticed\b|\b(?:limited|minimal|minor|little) impact\b"
        r"|\b(?:user|customer|business|data) impact (?:was|is)\b|^\W*impact\b",
        re.I,
    ),
    # Named and not told.
    expression(
        r"\bcauses? (?:of \w+ )?(?:was|were|is|lay|turned out to be) (?:\w+ )?(?:deeper|elsewhere|different"
        r"|something else|more (?:complex|complicated|subtle)|two-?fold|several|manifold)\b"
        r"(?!,? (?:it|this|that|they) (?:was|were|is|are)\b|\s*[:;–—])",
        re.I,
    ),
    # Still looked for.
    expression(
        r"\b(?:root )?causes? (?:\w+ ){0,3}(?:is|was|are|were|remains?|has|have) (?:\w+ )?(?:not|unknown"
        r"|unclear|yet|still|being|under|undetermined|to be)\b"
        r"|\b(?:unknown|undetermined|unclear|unidentified) (?:root )?(?:cause|reason)s?\b|\bunknown\b"
        r"|\bas yet\b|\bcannot say\b|\bnot sure\b|\b(?:do|does|did)(?: not|n['’]t) (?:yet )?know\b",
        re.I,
    ),
)
