"""The words in which engineers tell causes.  Pure data.

`KINDS` weighs them by how surely a sentence with them tells a cause; `no_cause_words.py` has those that rule one out.
"""

from __future__ import annotations

import re

from kb.expression import expression

TROUBLE = (
    r"(?:outages?|incidents?|disruptions?|degrad\w+|unavailab\w+|downtimes?|down|fail(?:s|ed|ing|ures?)?"
    r"|crash\w*|segfault\w*"
    r"|errors?|loss|lost|losing|timed out|time-?outs?|timing out|slow\w*|latenc\w+|corrupt\w*|br[eo]ke\w*"
    r"|interrupt\w*"
    r"|wrong\w*|vanish\w*|stopp?(?:ed|s|ing)|leak\w*|stall\w*|unreachable|inaccessib\w+|unrespons\w+"
    r"|expir\w+|full"
    r"|overload\w*|exhaust\w*|stuck|hung|hang(?:s|ing)?|reject\w*|refus\w+|un(?:able|healthy|successful\w*)"
    r"|missing|bugs?"
    r"|issues?|problems?|faults?|regressions?|inconsisten\w+|mis(?:match|config)\w*|restart(?:ed|s|ing)"
    r"|kill(?:ed|s|ing)?"
    r"|delay(?:s|ed)?|stale|spik\w+|drop(?:s|ped|ping)?|evict\w*|could(?: not|n['’]t)|can(?:not|['’]t)"
    r"|offline|did(?: not|n['’]t)|was(?: not|n['’]t)|were(?: not|n['’]t)|would(?: not|n['’]t)|[45]\d\d(?:s"
    r"|['’]s)?|OOM\w*|panic\w*"
    r"|compromis\w+|breach\w*|attack\w*|vulnerab\w+|invalid|broken|gone|deleted|blocked|misbehav\w*|die[ds]?"
    r"|dying|dead|death|fill(?:ed|s|ing)|unusable)"
)
_CAUSE_NOUN = (
    r"(?:root causes?|causes?|culprits?|source|trigger|origin"
    rf"|reasons? (?:for|behind|why|that) (?:[\w'’-]+ ){{0,3}}?(?:this|that|it|{TROUBLE}))"
)
_HANDLED = (
    r"(?! (?:\w+ly )?(?:(?!caused|triggered|related)\w{2,}(?:ed|en)|known|seen|fixed|found|gone|over"
    r"|being|still|not|under|now|first|raised|up)\b)"
)
"""What is said of a problem that is handled, and not what it is: `the issue was resolved`."""
_CALLED = expression(
    r"\broot causes?\b (?:[\w'’.-]+ ){0,8}?(?:was|were|is|are|lay|turned|proved|seems|appears)\b"
    r"(?! (?:\w+ )?(?:identified|found|determined|discovered|fixed|known|unclear|addressed|understood|confirmed"
    r"|resolved)\b)|\broot causes?\s*[:–—-]\s+\S"
    r"|\bcaused by\b|\b(?:was|were|is|been|being|got) (?:[\w-]+ ){0,2}(?:triggered|provoked|brought (?:on|about"
    r"|down)) by\b"
    r"|\b(?:this|it|these|that|all of this|which|(?:outages?|incident|downtime|failures?|errors?|disruption"
    r"|crash\w*))"
    r" (?:\w+ )?(?:was|were|is|are) (?:\w+ly |in part |partly |all |again |just |indeed )?(?:due to|because"
    r"|down to|the (?:direct )?(?:result|consequence) of|linked to)\b"
    r"|\b(?:this|it|that|which|outage|incident|failure|crash|problem|issue) (?:\w+ )?(?:happens|happened"
    r"|occurred|occurs) (?:because|since|when|due to|as)\b"
    rf"|\b(?:{TROUBLE}|this|it|we|i|cause|source)\b[^.;]{{0,60}}\b(?:traced|tracked|narrowed|pinned|nailed"
    rf"|attributed|ascribed|boil(?:s|ed)?"
    r"|came|put|trace(?:s|able)?) (?:[\w#'’-]+ ){0,4}?(?:back|down|up)? ?to\b"
    r"(?! (?:(?:a (?:head|halt|stop)|be|light|us|our attention)\b|the (?:team|office|conclusion|state|version"
    r"|rescue)))"
    rf"|\b(?:the|a|one|our|main|real|true|actual|likely|probable|primary|underlying|core|ultimate|direct"
    rf"|original|initial)"
    rf" (?:[\w-]+ ){{0,2}}?{_CAUSE_NOUN} (?:[\w'’-]+ ){{0,6}}?(?:was|were|is|lay|turned out|proved)\b{_HANDLED}"
    r"|^\W*causes? (?:of|for|behind) [^.;]{3,60}? (?:was|were|is|are|turned out|proved)\b"
    r"|\b(?:was|were|is|are|to be) (?:\w+ )?(?:to blame|at fault|the (?:\w+ )?(?:culprit|cause|offender))\b"
    r"|\bwhat (?:\w+ ){0,3}?(?:caused|broke|triggered|led to|brought)\b[^.;]{3,80}? (?:was|were|is)\b"
    r"|\bit (?:was|is) (?!(?:not|only|just)\b)[^.;,]{3,80} (?:that|which|who) (?:caused|broke|triggered|led to"
    r"|brought)\b"
    r"|\bto be the (?:root )?cause of\b|\b(?:identif\w+|found|confirmed|determined) (?:[\w#/.:-]+ ){0,6}?(?:as"
    r"|to be) the (?:\w+ )?(?:culprit|cause|source|reason|problem)\b|\b(?:responsible for|contribut(?:ed"
    r"|ing) to) (?:the|this) (?:\w+ )?(?:outage|incident|issue|failure|problem|errors?|downtime)\b"
    r"|\b(?:verursacht|ausgelöst|hervorgerufen) durch\b|\b(?:ursache|grund|auslöser)\b[^.;]{0,40}\b(?:war|ist"
    r"|waren|lag)\b(?! (?:noch )?(?:unklar|unbekannt|nicht))",
    re.I,
)
"""It is called the cause."""

_PROBLEM = expression(
    r"\b(?:was|were) (?:\w+ )?due to\b|"
    r"\b(?:the|our|one|main|real|true|actual|underlying|core|initial|immediate) (?:[\w-]+ ){0,2}?(?:problem"
    r"|issue|trouble|mistake|error|bug|fault) (?:[\w'’-]+ ){0,6}?(?:was|were|is|lay|turned out|proved)\b"
    r"(?= (?:\w+ly )?(?:that|an?|the|our|one|two|some|due|in|with|within|caused|triggered|related|how|because"
    r"|when|from|to)\b)"
    r"|\b(?:the|our) (?:[\w-]+ ){0,3}(?:issue|problem|outage|incident|failure|bug|error)s? (?:[\w'’-]+ ){0,4}?"
    r"(?:stem(?:s|med|ming)?|aris(?:es|ing)|arose|originat(?:es|ed)|result(?:s|ed)?|came) from\b",
    re.I,
)
"""It is called the problem."""

_DUE = expression(
    rf"\b{TROUBLE}\b[^.;]{{0,80}}\b(?:due to|because|owing to|on account of|as a (?:result|consequence) of)\b"
    r"|\b(?:affected|hit|impacted|disrupted|knocked out|taken down) by (?:a|an|the) (?:[\w-]+ ){0,3}?(?:outage"
    r"|failure|attack|bug|fault|crash|problem|issue|power cut)\b"
    rf"|^\W*(?:because|due to|as a (?:result|consequence) of"
    rf"|owing to)\b[^.;]{{3,160}},[^.;]{{0,120}}\b{TROUBLE}\b"
    r"|^\W*(?:because of|due to|as a (?:result|consequence) of|owing to) (?:a|an|the"
    r"|our)\b[^.;,]{0,80}\b(?:bugs?|errors?|mistake|changes?|misconfig\w+"
    r"|upgrades?|updates?|faults?|failures?|outage|migration|deploy\w*|release|merge|leak|lack|shortage|spike"
    r"|surge|power cut)\b"
    r"|\bresult(?:s|ed|ing)? from (?:a|an|the|our|two|some|several)\b|\bstem(?:s|med|ming) from\b"
    r"|\b(?:result|consequence) of (?:a|an|the|our|this|these|two|multiple|several|some)\b",
    re.I,
)
"""Trouble came of it."""

ANNOUNCED = expression(
    r"\b(?:things|factors|causes|reasons|issues|problems|failures|bugs|mistakes|events|circumstances"
    r"|changes)\b[^:]*(?:collud|combin|conspir|contribut"
    r"|compound|led to|made|caus|came together|at play|to blame|went wrong|happen|result|root)[^:]*:$"
    r"|\b(?:collud|combin|conspir|contribut|compound|caused by|result of)\w*\b[^:]*\b(?:things|factors|causes"
    r"|reasons|issues|problems|failures"
    r"|bugs|mistakes|events|following)\b[^:]*:$|\b(?:caused by|due to|because(?: of)?|result of"
    r"|traced to)(?: \w+)?:$"
    r"|\b(?:the )?(?:actual|real|true|underlying|main|root|core) (?:issue|problem|error|fault)s? (?:was|were|is|are)"
    r"(?: as follows)?:$|\b(?:root )?causes?\b[^:]{0,40}\b(?:was|were|is|are)(?: as follows)?:$",
    re.I,
)
"""A list of causes is announced."""

_FOUND = expression(
    r"\b(?:turn(?:s|ed) out (?:to be|that|we|the|a)\b|prov(?:ed|en) to be\b)"
    r"|\b(?:(?:investigations?|analysis|debugging|digging|logs?|research|inspection|it|we|team|engineers?|i)"
    r" (?:[\w'’-]+ ){0,3}?)(?:discovered|found(?: out)?|determined|identified|reali[sz]ed|reveals?|revealed"
    r"|showed|shown"
    r"|established|learn(?:ed|t)|noticed|conclud\w+)(?: (?:that|the reason|how)\b|,? because)"
    r"|\b(?:it|this) (?:became|was|is) (?:\w+ )?(?:clear|obvious|apparent|evident|established) that\b",
    re.I,
)
"""It was found out."""
_STATES = (
    r"\b(?:(?:had|has|have|was|were|is|been|just|already|never) (?:\w+ly )?(?:expired|lapsed)"
    r"|expired (?:\w+ )?(?:TLS|SSL|cert\w*|token|key"
    r"|domain|licen[cs]e|credential\w*)|(?:cert\w*|tokens?|keys?|domain|licen[cs]e|credentials?"
    r"|password)(?: \w+){0,4} expired"
    r"|r[au]n out of|running out of|fill(?:ed|s|ing)?(?: (?:\w+ ){0,4})?up|no space left|out of (?:memory|disk"
    r"|space|funds|inodes"
    r"|file descriptors|sync|date|resources|capacity|IDs|IPs|addresses)|(?:hit|reached|exceed(?:s|ed)?"
    r"|exhaust(?:ed|s)?|maxed out) (?:its|the"
    r"|a|an|our|their|all|every|\d+)\b|(?:is|was|were|are|got|became) (?:\w+ )?(?:full|exhausted|overloaded"
    r"|overwhelmed|saturated"
    r"|corrupt\w*|deadlocked|misconfigured|mismatched|outdated|stale|incompatible|missing|hung|unresponsive"
    r"|not responsive|compromised|evicted|throttled|rate.limited|suspended)|(?:wasn['’]t|weren['’]t"
    r"|isn['’]t) (?:\w+ )?responsive"
    r"|locked up|segfaulted|(?:memory|connection|socket|file descriptor) leaks?|race condition|dead-?lock"
    r"|(?:a|an|the|this|that|some|latent|known|upstream|software) (?:\w+ ){0,2}(?:bugs?|flaws?|defects?"
    r"|regressions?|typos?|misconfigurations?"
    r"|vulnerabilit(?:y|ies)|race|mismatch) (?:in|of|with|introduced|that|which|when|where|between)\b"
    r"|(?:did(?: not|n['’]t)|does(?: not|n['’]t)|do(?: not|n['’]t)|never|no longer) (?:\w+ )?(?:match\w*"
    r"|add|remov\w+|releas\w+|clos\w+|validat\w+|escap\w+|limit\w*"
    r"|rotate\w*|renew\w*|clear\w*|purge\w*"
    r"|exclude\w*|includ\w+|respect\w*|handl\w+|support\w*|exist\w*|detach\w*|clean\w*|configur\w+|account\w*"
    r"|complet\w+|finish\w*"
    r"|propagat\w*|replicat\w*|restart\w*|synchroni[sz]\w*|g[eo]t (?:rotated|renewed|cleared|updated"
    r"|deployed|applied))"
    r"|ha(?:s|d|ve)(?: not|n['’]t) (?:\w+ )?(?:been )?(?:supplied|provided|configured|set|updated|renewed"
    r"|enabled|rotated|initiali[sz]ed|deployed|backed up)"
    r"|(?:was|were|is|are|been)(?: not|n['’]t) (?:\w+ )?(?:configured|set|updated|renewed|included|deployed"
    r"|rotated|enabled|applied|migrated"
    r"|registered|compatible|aware|able to (?:detach|handle|reach|connect|start|load|find|allocate|mount|keep))"
    r"|no longer (?:accept|allow|exist|honou?r|match|recogni[sz]e|respond|route|run|valid|work|suppor)\w*"
    r"|would(?: not|n['’]t) (?:detach|mount|release|start)|(?:lacked|lacking|without) (?:a|an|the|its|their"
    r"|sufficient|enough|proper) \w+"
    r"|(?:providers?|vendors?|upstream|third.part(?:y|ies)|AWS|Amazon|Google|GCP|Azure|Cloudflare|Fastly|GitHub"
    r"|GitLab|Linode|Hetzner|OVH|DigitalOcean"
    r"|data ?cent(?:er|re)|ISP|carriers?|hoster|hosting|S3|EC2|DNS|registrar|network|power|hardware|disks?"
    r"|switch(?:es)?|routers?)\b[^.]{0,40}"
    r" (?:had|suffer(?:ed|ing)|experienc(?:ed|ing)|sustained) (?:an? )?(?:\w+ ){0,2}(?:outage|failure|crash"
    r"|fault|issues?|problems?)"
    r"|(?:data ?base|db|disk|volume|node|switch|router|file ?server|storage|nfs|hypervisor|vm|host|machine"
    r"|load ?balancer"
    r"|prox(?:y|ies)|cache|redis|queue|broker|etcd|power suppl(?:y|ies)|cluster|replica|primary|master|dns|servers?)"
    r" (?:\w+ )?(?:servers? |nodes? |providers? )?(?:(?:had |have )?(?:unexpectedly |suddenly )?(?:crashed|died"
    r"|failed|rebooted|hung|stopped (?:responding|working))|(?:had |have )?(?:gone|went) (?:down|offline)"
    r"|lost (?:power|network|connectivity)|became (?:unresponsive|unreachable|unavailable))"
    r"|(?:died|crashed|collapsed) (?:because|due|after|when|under)|insufficient \w+|(?:consum|us)(?:ed"
    r"|ing) (?:up )?(?:all|every|too much)|(?:shot|pil(?:ed?|ing)) up|snowball\w*|skyrocket\w*)\b"
)
_STATE = expression(_STATES, re.I)
"""Something was in a state in which it cannot work."""

_LEADS_TO = expression(
    r"\bcaus(?:ed|es|ing)\b(?! (?:by|for)\b)|\b(?:led|lead|leading"
    r"|leads) to\b(?! (?:(?:\w+ )?(?:improvements|changes)|the (?:discovery|decision"
    r"|conclusion)|us|a fix|identif))"
    r"|\bresult(?:ed|ing|s) in\b|\b(?:br(?:ought|inging)|t(?:ook|aking)|knock(?:ed"
    r"|ing)) (?:[\w-]+ ){0,5}(?:down|offline|out)\b"
    r"|\bbroke (?!down|out|off|even|up|in)\w|\b(?:overload(?:ed|ing)|overwhelm(?:ed|ing)|saturat(?:ed|ing)"
    r"|exhaust(?:ed|ing)|starv(?:ed|ing)|clogg(?:ed|ing)) (?:the|our|its|their|all|every|both|some|this)\b"
    r"|\b(?:prevent(?:ed|ing)|stopp(?:ed|ing)|block(?:ed|ing)|kept) (?:[\w'’/`.-]+ ){1,8}from\b|\brender(?:ed"
    r"|ing) (?:[\w-]+ ){1,5}\w+(?:ble|less)\b"
    r"|\bmeant (?:that )?(?:[\w-]+ ){1,6}(?:was|were|could|did|had|would|no|never|stopped|failed)\b"
    r"|\btrigger(?:ed|ing|s)\b(?! (?:by|alert|an? (?:alert|alarm|page)|the alert))"
    r"|\b(?:made|making) (?:[\w-]+ ){1,6}(?:unavailable|unreachable|impossible|inaccessible|unresponsive"
    r"|unusable|fail|crash|slow)\b"
    rf"|\bmanifest(?:ed|s) (?:itself )?(?:as|in)\b(?=.*(?:\b{TROUBLE}\b|{_STATES}))",
    re.I,
)
"""One thing leads to another."""

_MISTAKE = expression(
    r"\b(?:we|i|they|he|she|somebody|someone|@?\w+) (?:had |have |has )?(?:accidentally |mistakenly )?"
    r"(?:forgot(?:ten)?|neglected|omitted|overlooked|failed) (?:to|a|an|the)\b"
    r"|\b(?:was|were|been) (?:accidentally|mistakenly|erroneously|inadvertently|wrongly|incorrectly|prematurely"
    r"|unintentionally) \w+"
    r"|\b(?:was|were|been) \w+(?:ed|t|n) (?:accidentally|mistakenly|erroneously|inadvertently|wrongly"
    r"|incorrectly|prematurely|unintentionally)\b"
    r"|\b(?:accidentally|mistakenly|erroneously|inadvertently|unintentionally) (?:ran|set|left|made|used|broke"
    r"|delet|remov|revok|grant|disabl"
    r"|overwr|dropp|appl|deploy|chang|configur|merg|push|creat|point|commit|leak|expos|releas|includ|turn|start"
    r"|stopp|execut|publish)\w*"
    r"|\b(?:incorrect|misconfigured|faulty|buggy|broken|bad|malformed|incomplete|outdated|invalid|wrong)"
    r" (?:[\w-]+ ){1,4}?(?:was|were|had been|got) (?:\w+ly )?(?:pushed|deployed|applied|released|merged|rolled out|used"
    r"|shipped|published|introduced|installed|committed|promoted)\b"
    r"|\b(?:from|with|to|onto|against|in|for|used|using|set|pushed|deployed|deleted|dropped|chose"
    r"|ran) (?:the |a )?wrong \w"
    r"|\b(?:D?DoS|denial[- ]of[- ]service|brute[- ]force|phishing|supply[- ]chain) attack"
    r"|\b(?:contain(?:ed|ing|s)|uploaded|published|injected|shipped) (?:[\w-]+ ){0,3}(?:malicious"
    r"|malware|backdoor\w*|typosquat\w*)\b"
    r"|\b(?:by|in|a) (?:mistake|error|human error)\b|\bovers(?:ight|een|aw)\b|\boverzealous\b"
    r"|\b(?:compromised|hijacked|phished|stole|exfiltrated|injected) (?:the|an?|our|some|their|arbitrary)\b"
    r"|\b(?:was|were|been) (?:\w+ )?(?:leaked|stolen|compromised) (?:from|in|by|via|through|to)\b",
    re.I,
)
"""Somebody made a mistake, or did harm."""

_AFTER = expression(
    r"\b(?:after|following|since|when|with|upon|during) (?:[\w'’/.-]+ ){0,5}?(?:upgrad|updat|deploy"
    r"|releas|chang|migrat|restart|roll-?out|merg|switch"
    rf"|mov|maintenance|reboot|refactor|renam|bump|install|config|replac|enabl|disabl|introduc|remov"
    rf"|delet)\w*\b[^;]{{0,120}},[^;]*\b{TROUBLE}\b"
    rf"|\b{TROUBLE}\b[^.;]{{0,60}} (?:after|following|when|since) (?:[\w'’/.-]+ ){{0,5}}?(?:upgrad"
    rf"|updat|deploy|releas|chang|migrat|roll-?out|merg|switch"
    r"|maintenance|refactor|renam|bump|install|replac|enabl|disabl|introduc|remov|delet)\w*\b",
    re.I,
)
"""Something went wrong after a change."""
_FOUND_TROUBLE = expression(rf"(?:{_FOUND.pattern}).*(?:\b{TROUBLE}\b|{_STATES})", re.I)
_INVESTIGATED = expression(
    r"\b(?:investigat\w+|analysis|inspection|post-?mortem|digging|debugging|diagnosis)\b[^.;]{0,50}?"
    r"\b(?:found|identified|discovered|determined|reveal(?:s|ed)|showed|uncovered|concluded|reali[sz]ed)(?: that"
    r"| how)\b"
    r"(?![^.;]{0,60}\b(?:affected|impacted|no longer|fixed|recovered)\b)",
    re.I,
)
"""An investigation found it out."""
KINDS = (
    (5, ANNOUNCED),
    (5, _CALLED),
    (4, _PROBLEM),
    (4, _INVESTIGATED),
    (3, _DUE),
    (3, _MISTAKE),
    (3, _LEADS_TO),
    (2, _FOUND_TROUBLE),
    (2, _STATE),
    (2, _AFTER),
)
"""How much the words of a sentence weigh, the heaviest first."""
INCIDENT = expression(
    r"\b(?:outages?|incident|downtime|disruptions?|data loss|degradation|unavailab\w+|(?:this"
    r"|the) (?:\w+ )?(?:issue|problem|failure))\b",
    re.I,
)
SAYS_LITTLE = expression(
    r"post|mortem|postmortems?|incidents?|outages?|reports?|retro\w*|review|downtime|down|with|from|that|this"
    r"|into|were|when|after"
    r"|issues?|problems?|partial\w*|service\w*|today|fail\w*|errors?|caus\w+|update|users?|have|been|more|some"
    r"|their|very|prod\w*"
    r"|jan\w*|feb\w*|mar|march|apr\w*|june|july|aug\w*|sept?\w*|oct\w*|nov\w*|dec\w*|start\w*|which|would|could"
    r"|also|than|then|they",
    re.I,
)
"""Words of a title that do not say what broke."""
PAST = expression(
    r"\b(?:was|were|had|did|became|began|went|came|took|lost|broke|led|ran|got|made|hit|sent|fell|kept|found"
    r"|brought|meant|left"
    r"|could|didn['’]t|wasn['’]t|weren['’]t|shot|grew|forgot|built|set|held|threw|stole|wrote|rose|hung|died"
    r"|caused|resulted|triggered|failed|crashed|expired|prevented|started|happened|occurred|lead to"
    r"|(?:has|have) (?:\w+ )?\w+(?:ed|en))\b"
)
ENDS_IN_ED = expression(r"\b\w{2,}ed\b")
PRESENT = expression(r"\b(?:is|are|has|have|does|do|allows?|requires?)\b")
SAYS_WHAT_IS = expression(
    r"\W*(?:(?:due to|because of)\b|(?:this|it|that|the (?:\w+ ){0,3}(?:cause|problem|issue|reason|culprit"
    r"|trigger|bug)) (?:\w+ )?(?:is"
    r"|seems|stems|happens)\b|(?:we|i) (?:suspect|believe|think|assume)\b)",
    re.I,
)
RECOVERED = expression(
    r"\b(?:recover(?:ed|s|y)|restored|resolved|came back|comes back|back (?:up|online|to normal)|went away"
    r"|work(?:s|ed|ing) again|stabili[sz]ed|fixed|repair(?:ed|s)?|remediat\w+|corrected)\b",
    re.I,
)

POINTS_BACK = expression(
    r"\W*(?:this|that|these|those|it|which|as a (?:result|consequence)(?: of (?:this|that"
    r"|these))?(?! of)|consequently|therefore|thus|hence|because of (?:this|that|these|it)"
    r"|due to (?:this|that|these|it)|for this reason|so,?|together|all of (?:this|these)|both (?:of )?(?:these"
    r"|changes?)?)\b",
    re.I,
)
NAMES_ITS_CAUSE = expression(
    r"^\W*(?:this|that|these|those|it|which|all of (?:this|these))\b(?! (?:\w+ )?(?:caused|led|made|meant"
    r"|resulted)\b(?! (?:by|from)))[^.;]{0,80}\b(?:caused by|triggered by|due to|because|result(?:s"
    r"|ed)? (?:from|of)"
    r"|consequence of|traced|tracked|turn(?:s|ed) out|result of|happened (?:when|since|as)|stem(?:s|med) from"
    r"|introduced by)\b(?! (?:this|these|it)\b)|^\W*it was (?:not |n['’]t )?(?:a|an|the|our)\b"
    r"|^\W*it (?:was|is|became) (?:\w+ )?(?:determined|found|discovered|clear|obvious|apparent|established"
    r"|reali[sz]ed|revealed)\b"
    r"|^\W*(?:this|that|these|those) (?!(?:was|is|were|are|caused|led|resulted|meant|made|broke|prevented"
    r"|triggered|had|has|in|also|then|brought|took"
    r"|stopped|blocked|left|in turn)\b)[\w-]+ (?:\w+ ){0,3}(?:caused|led|resulted|meant|was|were|had|broke"
    r"|prevented)\b",
    re.I,
)
"""A sentence that begins with `this` and still names the cause itself: `This was due to a full disk`."""
