"""The words in which reports tell that something was done, that it helped, or that it was only planned.  Pure data."""

from __future__ import annotations

import re

from ingest.postmortem.story.cause_words import TROUBLE
from kb.expression import expression

_VERBS = (
    r"revok(?:es?|ed|ing)|unpublish(?:es|ed|ing)?|cop(?:ies|ied|ying) (?:the|a|over)|modif(?:ies|ied|ying)"
    r"|rewr(?:ote|itten)|roll(?:s|ed|ing)?[ -]?(?:back|over)|rollback|generat(?:es?|ed)|re-?queu(?:es?|ed)"
    r"|mark(?:s|ed)"
    r"|revert(?:s|ed|ing)?|restart(?:s|ed|ing)?|reboot(?:s|ed|ing)?"
    r"|restor(?:es?|ed|ing)"
    r"|destroy(?:s|ed|ing)?|delet(?:es?|ed|ing)|remov(?:es?|ed|ing)|scal(?:es?|ed"
    r"|ing)(?: (?:up|down|out))?|resiz(?:es?|ed|ing)"
    r"|increas(?:es?|ed|ing)|decreas(?:es?|ed|ing)|reduc(?:es?|ed|ing)|rais(?:es?|ed|ing)"
    r"(?! (?:an? |the |this |it |our )?(?:[\w-]+ ){0,2}?"
    r"(?:requests?|tickets?|issues?|cases?|concerns?|alerts?|alarms?|incidents?|questions?|flags?|bugs?|exceptions?|errors?)\b)|lower(?:s|ed|ing)?"
    r"|bump(?:s|ed|ing)?|doubl(?:es?|ed|ing)|fail(?:s|ed|ing)?[ -]?over|disabl(?:es?|ed|ing)"
    r"|(?:re-?)?enabl(?:es?|ed|ing)"
    r"|deploy(?:s|ed|ing)?|redeploy(?:s|ed|ing)?|re-deploy(?:s|ed|ing)?|merg(?:es?|ed|ing)|push(?:es|ed|ing)?"
    r"|drain(?:s|ed|ing)?|cordon(?:s|ed|ing)?|uncordon(?:s|ed|ing)?|upgrad(?:es?|ed|ing)|downgrad(?:es?|ed|ing)"
    r"|updat(?:es?|ed|ing)|replac(?:es?|ed|ing)|recreat(?:es?|ed|ing)|re-?creat(?:es?|ed|ing)|creat(?:es?"
    r"|ed|ing)"
    r"|appl(?:y|ies|ied|ying)|patch(?:es|ed|ing)?|renew(?:s|ed|ing)?|rotat(?:es?|ed|ing)|clear(?:s|ed|ing)"
    r"|clean(?:s|ed|ing)?(?: up)?|flush(?:es|ed|ing)?|purg(?:es?|ed|ing)|kill(?:s|ed|ing)?|terminat(?:es?"
    r"|ed|ing)"
    r"|stop(?:s|ped|ping)?|start(?:s|ed|ing)? (?:the|a|an|up|new)|block(?:s|ed|ing)? (?:the|all|that|this"
    r"|them|their|its|traffic|access|requests|ip)"
    r"|ban(?:s|ned|ning)?"
    r"|switch(?:es|ed|ing)?|swap(?:ped|ping)|swaps? (?:the|out|in)|redirect(?:s|ed|ing)?|re-?rout(?:es?|ed|ing)"
    r"|mov(?:es?|ed"
    r"|ing)(?! forward|\W*$)"
    r"|migrat(?:es?|ed|ing)|add(?:s|ed|ing)?|fix(?:es|ed|ing)?|hotfix(?:es|ed)?|chang(?:es?|ed|ing)"
    r"|correct(?:s|ed|ing)|reset(?:s|ting)?|re-?r[au]n(?:s|ning)?|provision(?:s|ed|ing)?|rebuil(?:ds?|t|ding)"
    r"|evict(?:s|ed|ing)?|releas(?:es?|ed|ing)|pin(?:s|ned|ning)|unpin(?:s|ned|ning)?|reconfigur(?:es?|ed|ing)"
    r"|throttl(?:es?|ed|ing)|recycl(?:es?|ed|ing)|reinstall(?:s|ed|ing)?|unmount(?:s|ed|ing)?|remount(?:s"
    r"|ed|ing)?"
    r"|detach(?:es|ed|ing)?|attach(?:es|ed|ing)?|promot(?:es?|ed|ing)|expand(?:s|ed|ing)?|(?<!\ban )extend(?:s"
    r"|ed|ing)?"
    r"|allocat(?:es?|ed|ing)|free(?:s|d|ing) up|launch(?:es|ed|ing) (?:(?:a|an|the|new|additional"
    r"|\d+) )*(?:instances?|nodes?|servers?|replacements?|vms?|workers?|jobs?)|bounc(?:es?|ed|ing)|undid|undo(?:es"
    r"|ne|ing)?"
    r"|set(?:s|ting)? (?:the|a|up|it|up)|turn(?:s|ed|ing)? (?:it |them |the \w+ )?(?:off|on)|back ?ed out"
    r"|took out|taken out"
    r"|issued|reissued|re-?sync(?:s|ed|ing)?|repair(?:s|ed|ing)?|adjust(?:s|ed|ing)?|limit(?:s|ed|ing)"
    r"|land(?:s|ed|ing) (?:(?:a|an|the|his|her|their|our) )?(?:[\w-]+ ){0,2}(?:change|patch|fix|update"
    r"|commit)e?s?"
    r"|whitelist(?:s|ed|ing)?|allowlist(?:s|ed|ing)?|unblock(?:s|ed|ing)?|tweak(?:s|ed|ing)?|r[au]n (?:a|the"
    r"|`)|power[ -]?cycled|power(?:s|ed|ing) (?:[\w-]+ ){0,3}?(?:on|off|up|down)"
    r"|disconnect(?:s|ed|ing)?|reconnect(?:s|ed|ing)?|purchas(?:es?|ed|ing)|install(?:s|ed|ing)?"
    r"|buil(?:ds|t) (?:a|the) new"
    r"|rate[ -]limit(?:ed|ing)|clamp(?:s|ed|ing)?|turn(?:s|ed|ing)? (?:[\w-]+ ){1,3}(?:off|on|down)"
    r"|re-?provision(?:s|ed|ing)?"
    r"|upsiz(?:es?|ed|ing)|tun(?:es?|ed|ing)|neu ?gestartet|zurück(?:gerollt|gesetzt|gespielt|gestellt)"
    r"|um(?:gestellt|gebaut|gezogen|bau)"
    r"|migriert|migration auf|ersetzt|ausgetauscht|deaktiviert|aktiviert|gelöscht|entfernt|erweitert|erhöht"
    r"|eingespielt|aktualisiert|hochgefahren|import(?:s|ed|ing)|export(?:s|ed|ing)|cancel(?:s|led|ling|ed|ing)?"
)
ACTION = expression(rf"(?<![\w-])(?:{_VERBS})(?![\w-])", re.I)
"""Something was done to what runs."""

NOUNS = expression(
    r"(?:updat|upgrad|releas|chang|increas|decreas|limit|deploy|mov|switch|build|set|block)e?s?", re.I
)
"""Verbs that are nouns as often."""

FIXES = expression(r"(?:hot)?fix(?:es)?|patch(?:es)?", re.I)
"""Verbs that are nouns where another verb follows: `fix reviewed by two people`."""

NOT_IN_THE_BASE_FORM = expression(
    r"(?:ed|ing|s)\b|^(?:rewr|undid|took|taken|(?:re-?)?ran|built|rebuilt|roll|freed?|neu|zurück|um|migriert|migration|ersetzt|aus"
    r"|(?:de)?aktiviert|gelöscht|entfernt|er[wh]|eingespielt|aktualisiert|hoch)",
    re.I,
)
"""Forms of a verb that say by themselves that somebody did it."""

STRONG = expression(
    r"\broll(?:s|ed|ing)?[ -]?back|\brollback\b|\brevert|\brestart|\breboot|\bdelet(?:e[sd]?|ing)\b"
    r"|\bfail(?:ed|ing)?[ -]?over"
    r"|\b(?:the |a )?(?:hot)?fix (?:was |is |has been )?(?:deployed|merged|applied|released|live|rolled out)"
    r"|\b(?:deploy|merg|appl|releas|push)(?:es|ed|ied|s|ing)?\b.{0,40}\b(?:fix|patch|workaround)"
    r"|\bscal(?:ed|ing) (?:up|down|out)"
    r"|\brecreat|\breplaced\b|\bcordon|\bdrain",
    re.I,
)
"""What is done to end an outage rather than to change a system."""

RECOVERED = expression(
    r"\b(?:resolved|recover(?:s|ed|y|ing)?|restored|mitigated|back (?:to normal|up|online|in service"
    r"|to life)|returns? to normal"
    r"|returned to normal|returning to normal|working (?:again|normally|as (?:expected|normal|intended"
    r"|it should))"
    r"|works (?:again|now)|healthy"
    r"|stabili[sz]e[ds]?|fixed|is (?:up|over|operational|live)(?: again)?|operational|all clear|subsid\w+"
    r"|comes? back"
    r"|came back|end(?:s|ed) (?:of|the) (?:incident|outage)|(?:incident|outage|issue|problem) (?:is "
    r"|was )?(?:over|ends?|ended|closed)"
    r"|no (?:more|longer|further) (?:errors|failures|failing|issues)|serving (?:traffic|requests"
    r"|users) again|(?<!deployed )(?<!merged )(?<!tested )(?<!built )success(?:ful(?:ly)?)?(?! (?:deployed"
    r"|merged|tested|built))"
    r"|wieder (?:erreichbar|verfügbar|online|stabil|normal|da)|behoben|wiederhergestellt|gelöst"
    r"|(?<=, )(?:fixing|resolving|restoring|mitigating) (?:the|this|it|all|our)"
    r"|drops? back|good again|all good|goes? back to normal|went back to normal)\b",
    re.I,
)
"""It was over, or nearly."""

ENDED_BY = expression(
    r"\b(?:resolved|fixed|mitigated|restored|recovered|solved|remediated|corrected|stabili[sz]ed"
    r"|brought back|back (?:up|online)|alleviated)\b"
    r"[^.;]{0,60}?\b(?:by|after|once|when|through|via|using|with)\b"
    r"|\b(?:resolution|solution|remedy|workaround|(?:the|our|quick|short[ -]term|immediate"
    r"|temporary) fix) (?:was|is|were) (?:to|a|an|by)?\b"
    r"|^\W*(?:(?:in order|\w+ly|then|and),? )?to (?:resolve|fix|mitigate|remedy|recover from|stop|restore|bring back)\b"
    r"[^.;]{3,80},? (?:we|i|the \w+|they|engineers)\b"
    r"|\b(?:after|once|when|by|with)\b[^.;]{8,160}?,? (?:\w+ ){0,4}(?:came back|comes? (?:back )?up|recovered"
    r"|(?:was|were) (?:restored|resolved|fixed|back)|worked again"
    r"|(?:was|were) able to (?:\w+ly )?(?:start|connect|run|resume|fix|resolve|restore|recover)"
    r"|picked (?:back )?up|returned to normal|went away|started working)\b"
    r"|\b(?:recovery|behebung|lösung|behoben|wiederhergestellt|gelöst)\b[^.;]{0,60}\b(?:durch|mittels|nachdem)\b"
    r"|\bdurch\b[^.;]{3,100}\b(?:behoben|wiederhergestellt|gelöst)\b"
    r"|\band (?:the |a |all |everything |new )?(?:[\w-]+ ){0,4}(?:came|comes?) (?:back )?(?:up|online)\b"
    r"|(?:(?<=, )|(?<=thereby )|(?<=thus ))(?:fixing|resolving|restoring|mitigating|ending) (?:the|this|it|all|our)\b"
    r"|\b(?:seem(?:s|ed)|appear(?:s|ed)|managed|(?:was|were) (?:enough|able)) to (?:fix|resolve|solve|restore"
    r"|mitigate)\b"
    r"|\bto (?:restore|fix|resolve|mitigate|bring back) (?:the|this|it|all|our|service|functionality|access|traffic)\b"
    r"|\b(?:this|that|which) (?:fixed|resolved|restored|brought|solved|mitigated|stopped|cleared|helped)\b",
    re.I,
)
"""A sentence that ties the end to what brought it."""

ALSO_DONE = expression(
    r"\b(?:which|that|and|this|it) (?:has|have|was|were) (?:\w+ ){0,2}?(?:been )?(?:replaced|fixed|restarted"
    r"|removed|reverted"
    r"|rolled back|repaired|corrected|restored|renewed|upgraded|patched|deleted|disabled)\b",
    re.I,
)
"""A sentence that tells a cause and goes on with what was done about it: `a failed disk, which has been replaced`."""

MEANS = expression(
    r"\b(?:by|with|via|through|using|from|to|after|once|when"
    r"|in (?:\[|#|PR|v?\d|version|release|commit)|mit|durch|nach)\b",
    re.I,
)
"""What goes before the means by which something was restored or fixed."""

SAID = (
    r"say|says|said|saw|see|sees|seen|seeing|thinks?|thought|finds?|found|hears?|heard|tells?|told|learnt|showed|shown"
    r"|not(?:es?|ed|ic(?:es?|ed|ing))|verif(?:y|ies|ied|ying)"
    r"|(?:report|confirm|validat|check|review|observ|wonder|suspect|believ|assum|mention|explain|discuss|learn|propos|show"
    r"|indicat|reveal|experienc|ensur|identif|determin|discover)(?:e|s|es|ed|d|ing|y|ies|ied|ying)?"
)
"""Verbs of saying, seeing and checking."""

OTHERS = (
    r"users?|customers?|clients?|people|visitors|somebody else|others|attackers?|hackers?|spammers?|bots?|crawlers?"
    r"|kunden|nutzer"
)
"""Who may do something to what runs and does not end the outage by it."""

PROGRAMS = (
    r"methods?|functions?|scripts?|(?:cron ?)?jobs?|process(?:es)?|program|tool|bug|kernel|autoscaler|controller"
    r"|scheduler|garbage collect\w+|attackers?|hackers?|spammers?|users?|customers?|mistake|accident|error|default"
)
"""What takes things away by itself; nobody ended an outage so."""

TAKES_AWAY = expression(
    r"(?:delet|remov|kill|terminat|stop|evict|block|ban|disabl|revok|purg|clear|destroy|cancel|unpublish|detach)",
    re.I,
)

ONLY_ENDED = expression(r"restor|fix|correct|repair", re.I)
"""Verbs that say that it ended and not how."""

NOT_DONE = expression(
    r"['’]ll\b|\bwon['’]t\b|\bstill (?:only )?ha(?:d|s|ve)\b|\b(?:we|i)(?:['’]re| are) (?:\w+ly )?(?:making"
    r"|working|planning|looking|adding|going|discussing"
    r"|investigating|monitoring|exploring|reviewing|still"
    r"|improving|evaluating)\b|\bsorry\b"
    r"|\b(?:we|i) (?:do not|don['’]t) know\b|\bnow (?:we|i) (?:know|see|think|understand)\b"
    r"|\b(?:goal|aim) is\b|\b(?:possible|potential|other"
    r"|alternative) (?:solutions?|fixes"
    r"|options|workarounds?)\b|\b(?:scheduled|expects?|upcoming|window|will|would|should|could"
    r"|can(?:no|['’])?t?|might|must|needs?|needed|plan(?:s|ned|ning)?"
    r"|propos\w+|estimat\w+|anticipat\w+|assum(?:ed|ing)|consider\w*|recommend\w*"
    r"|want(?:s|ed)?|decid(?:es?|ed|ing) (?:not|against)|todo|to do|if we|next time|in (?:the )?future|going to"
    r"|(?:could|would|should|must)n['’]t|but (?:\w+ ){0,3}?still|even after|in vain|persist(?:s|ed)"
    r"|(?:and|but|was|were) never|nothing (?:changed|helped)|same (?:error|result|issue|problem)s?"
    r"|did ?n[o'’]t (?:help|work|fix|resolve|change|solve|succeed|go|improve)"
    r"|does ?n[o'’]t (?:help|work|fix)|no (?:effect"
    r"|improvement|change|luck)|without (?:success|effect)"
    r"|did(?: not|n['’]t) get|no (?:[\w-]+ ){1,3}(?:was|were)|not (?:impact|affect)ed|had not|was not|were not"
    r"|is not|wasn['’]t|not been|still (?:failing|down|broken)"
    r"|fix (?:only )?took|unsuccessful\w*|erfolglos|ohne Erfolg|fehlgeschlagen"
    r"|soll(?:te|en|ten)?|müss(?:en|te)|geplant"
    r"|(?:add|improv|creat|begun|began|set(?:ting)? up)\w*\b[^.]{0,40}\b(?:monitor|alert|dashboard|logging|metric)\w*"
    r"|(?:updat|enabl|extend|expand|configur|implement|introduc|tun|writ|increas)(?:e[sd]?|ed|ing|s) "
    r"[^.,;]{0,45}?(?:monitor(?:s|ing)?|alert(?:s|ing)?|notifications?|dashboards?|runbooks?|playbooks?|documentation|docs"
    r"|checklists?|tests?)"
    r"|(?:monitoring|alerting|logging|alerts|tests) (?:[\w-]+ ){0,3}?(?:added|improved|created|set up)"
    r"|may (?:go|be|have|not|help|need)|(?:service|site|system|cluster|everything) (?:fully|still|completely|now) down"
    r"|(?:workaround|fix|patch)(?:es|s)? (?:is|are) available|has no effect|to no avail"
    r"|failed to|fails to|(?:try|tries|trying|tried|attempt(?:s|ed|ing)?) to)\b",
    re.I,
)
"""Plans, suggestions, denials, attempts, and what is done to see the next outage rather than to end this one."""

HAS_BEEN = expression(r"\b(?:has|have|had) (?:\w+ ){0,2}?been\b", re.I)
"""A result that holds: `the logs have been purged`."""

NO_HELP = expression(
    r"^\W*(?:(?:however|but|unfortunately|sadly|alas|nevertheless),?\s+)?"
    r"(?:this|that|it|these|neither|(?:the|our) (?:[\w-]+ ){0,2}?(?:issue|problem|error|outage|symptom)s?)\s+"
    r"(?:\w+ly |also |attempt |fix |change )?"
    r"(?:did(?: not|n['’]t)|had (?:no|little)|was(?: not|n['’]t) (?:enough|sufficient|successful|the)|made no"
    r"|fail(?:ed|s)"
    r"|persist|remain|continu|still|only (?:partial|temporar|help|work|reduc))",
    re.I,
)
"""A sentence that says of the one before that what it tells brought nothing."""

TELLS_TROUBLE = expression(
    rf"\b(?:{TROUBLE}|alerts?|alerted|alarms?|paged|pages|notic\w+|complain\w*|report(?:s|ed)?)\b", re.I
)
"""That something is wrong, or that somebody sees so."""

BEGINNING = expression(
    r"\b(?:accident(?:al|ally)|breaking|malformed|culprit ingress|suggest(?:s|ed|ing)?|acknowledg\w+"
    r"|report(?:s|ed|ing) (?:that|high|issues?|problems?|errors?)"
    r"|unintentionally|mistakenly|attackers?|expires?d?|noted that|discover(?:s|ed)|reali[sz]e[sd]?|found out"
    r"|asks?|awaiting"
    r"|(?:add|introduc|deploy|releas|merg|push)(?:ed|es|s) (?:(?:the|a|an|some) )?(?:faulty|buggy|bad|broken|defective)"
    r"|(?:deploy|releas|merg|push|shipp)ed (?:[\w-]+ ){0,3}?without"
    r"|monitoring continues|starting to (?:see|notice)"
    r"|OOM|out of memory|status page|message posted|follow-?up|ticket raised|incident raised|work(?:ing)? on"
    r"|update (?:given|on))\b"
    r"|\bstop(?:s|ped) (?:respond|report|work|process|serv|accept|spinn|creat|start|com|sync|updat|emit|receiv|runn"
    r"|collect|schedul|send|writ|log)\w*ing\b"
    r"|\b(?:caused|(?<!root )(?<!the )(?<!main )causes?|causing|trigger(?:s|ed|ing)|broke|introduc(?:es|ed|ing)"
    r"|prevent(?:s|ed|ing)"
    r"|start(?:s"
    r"|ed)? (?:failing|to fail|seeing)|outage (?:starts|started|begins|began)"
    r"|incident (?:starts|started|begins|began)|errors? (?:start|begin|appear)|(?:issue"
    r"|problem) (?:starts|started|begins|began|noticed|reported))\b",
    re.I,
)
"""What set it off, or what somebody saw or said."""

SOMEBODY = expression(
    r"\b(?:we|i|they|he|she|engineers?|operators?|(?:\w+ )?teams?|staff|developers?|administrators?"
    r"|admins?|on-?call|sre|support|the vendor)\b",
    re.I,
)
"""Who does something: people, rather than a program that starts, stops or removes things by itself."""
