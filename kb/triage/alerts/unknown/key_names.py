"""The names by which alerting tools call what they send, as tables; for JSON of no known form.  Pure data.

Keys are compared without their case and without what parts their words: `alert_name`, `AlertName` and `alert-name`
are `alertname`.  Earlier names go before later ones.
"""

from __future__ import annotations


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NAMES = _names("""
    alertname alerttitle alertrulename alertrule rulename monitorname monitorfriendlyname checkname
    triggername alarmname incidentname incidenttitle issuetitle problemtitle problemname
    conditionname policyname healthrulename searchname detectorname detector sensorname title headline subject
    shortdescription alert alarm monitor check sensor rule name displayname friendlyname alias messagetitle
    summary exceptionclass errorclass humanreadable eventname eventtypename trigger event errormessage message msg
    description text body eventtypecode detailtype
""")
OWN_NAMES = _names("name displayname friendlyname alias")
"""These are the alert's only at the top or below one of `NAMED`; elsewhere they are a person's, a team's, a host's."""
NAMED = _names("""
    alert alarm rule monitor check incident issue problem trigger detector condition policy event error item
    data attributes payload test search fields job execution pipeline workflow detail finding attachment embed
""")
SERVICES = _names("""
    service servicename services impactedservice impactedservices affectedservice affectedservices businessservice
    affectedcomponent app appname application
    applicationname component componentname components workload project projectname projectslug entitylabel
    entity entityname impactedentity system cmdbci configurationitem
""")
NO_SERVICES = frozenset(
    _names(
        "service host application entity server website infrastructure node device none unknown n/a default search"
    )
)
"""Kinds of things, and words for nothing: they name no service."""
SENDERS = _names("origin monitoringtool client sourcetype sourcetypename")
"""What names the tool that sends; a service of its name is what a tool writes where it knows none."""
ENVIRONMENTS = _names(
    "environment environments env deploymentenvironment deploymentenvironmentname environmentname gitlabenvironmentname"
    " stage releasestage realm"
)
PLACES = _names("""
    cluster clustername namespace namespacename k8snsname projectid host hostname nodename fqdn resourcegroup
    region zone node instance
""")
"""What may have the name of its environment in its own, also as `clusterName` or `resourceGroupName`."""
MAY_BE_ANOTHER = ("stage", "realm")
"""Keys of environments that others use, too (`stage: build`): only the name of a known environment counts there."""
SEVERITIES = _names("""
    severity severityname severitylabel severitytext eventseverity alertseverity problemseverity priority
    priorityname alertpriority prioritylevel urgency criticality level alertlevel importance sev impact risk
    threatlevel triggerlevel
""")
STARTS = _names("""
    startsat datestart startedat starttime startdate started start datestarted begintime beganat downat downsince
    firedat fireddatetime triggeredat triggertime alerttriggertime openedat opentime occurredat violatedat raisedat
    firstseen firstseenat firstoccurred firstoccurredat firstoccurredon firstoccurrence firsteventtime firstnoticeat
    firstobservedat firstdetectedat detectedat failedat
""")
CREATED = _names("createdat created createtime createdtime creationdate creationtime createdon datecreated")
"""When the record of it was made."""
MOMENTS = _names("""
    alerttime alerttimestamp eventtime timeofevent statechangetime statechangedat timestamp datetime time date
    when ts timeunixnano reportedat receivedat updatedat lastupdated
""")
"""Times of the message: the start of what fires, the end of what is over."""
STATES = _names("""
    alertstate alertstatus currentstate currentstatus newstate newstatus monitorstatus monitorstate incidentstatus
    incidentstate problemstate problemstatus issuestatus checkstatus checkstate eventstate workflowstate
    workflowstatus triggertype state status conclusion transition alerttransition statetransition alertaction
    eventaction actiongroup action notificationtype alerttype eventtype eventname event type trigger phase
""")
ENDS = _names("""
    resolvedat closedat recoveredat clearedat endedat upat resolvedtime closedtime resolveddatetime resolvedon
    closedon resolved closed recovered cleared
""")
"""Times that are set once it is over."""
ENDS_AT_MOST = _names("endsat endtime dateend enddate enddatetime end finishedat finished")
"""Times of an end that may be that of a window, too: they tell when, not whether."""
SWITCHES = _names("resolved isresolved recovered isrecovered fixed isfixed closed isclosed cleared iscleared")
"""Switches that are on once it is over, or times that are set then."""
OPEN_SWITCHES = _names("isopen isfiring isalerting firing isongoing")
"""Switches that are off once it is over."""
STATE_OF = _names("""
    alert alarm incident issue problem check monitor event current new now health availability sensor probe test
    workflow trigger
""")
"""`workflow_status`, `currentHealthStatus`: what may be well of the alert; `replica_status` is of a part."""
TEXTS = _names("""
    summary title messagetitle shortdescription description message messagebody msg details body text reason
    cause error errormessage err exception output longoutput probablecause content note
""")
TITLES = _names("title messagetitle subject headline fallback")
"""Texts that may be headed by what became of it."""
PROSE = _names("description text body details note content reason cause")
"""Texts that tell more than what the alert is: what they say to the end need not be of it."""
OTHERS = _names("""
    user users actor agent team teams assignee assignees assignedto responders creator createdby owner
    receiver receivers org organization account integration sender contact contacts client links installation
    reporter resolvedby acknowledgedby escalationpolicy dashboard panel webhook webhooks repository
""")
"""What stands below these is of somebody or something else than the alert."""
PARTS = frozenset(
    _names("""
        dependency dependencies response responses request requests http headers steps step children parts members
        replicas pods containers hosts nodes targets endpoints regions probes peers upstream upstreams downstream
        components services subsystems related relatedalerts resources healthchecks sites instances jobs tasks
        potentialaction actions buttons
        history past changes similar similarincidents relatedincidents runbook ticket baseline comparison
    """)
)
"""What stands below these may be well while the alert fires: such a state never makes it over."""
EARLIER = ("previous", "prev", "old", "former", "last")
"""A key that begins so tells what was before."""
RELATED = ("related", "similar", "past", "linked", "child", "parent", "duplicate", "recent", "historical")
"""What stands below a key that begins so is of another alert."""
WRAPPERS = frozenset(
    _names("""
        event events data eventdata resourcedata attributes payload properties detail
        details essentials context body message notification finding findings fault error item content object
    """)
)
"""Objects that are the alert itself, or that only carry it."""
SHOWN_AS_STATE = ("status", "state", "category")
SHOWN_AS = (
    "name",
    "summary",
    "displayname",
    "displayvalue",
    "slug",
    "title",
    "text",
    "label",
    "value",
    "stringvalue",
    "date",
    "unixtime",
    *SHOWN_AS_STATE,
)
"""Keys under which a reference says what it is: `priority.summary`, `service.name`, `status.category`."""
OVER = frozenset(
    _names("""
    ok resolved resolve resolves closed close recovered recovery recovers recover up cleared clear clears restored
    deactivated normalized normalised reachable fixed
""")
)
"""Words that say so whatever key they stand at."""
WELL = OVER | frozenset(
    _names("""
    normal healthy passing passed pass green inactive ended end operational online good available
    responding success succeeded successful working stable
""")
)
"""Words that say so of a state or status; elsewhere (`priority: normal`) they mean something else."""
WORKED = frozenset(_names("success succeeded successful passed"))
"""Words for a task that worked, which may have found what did not."""
DONE = WORKED | {"ok"}
"""Words with which a carrier says that it worked: above what holds the alert they tell nothing of it."""
HAPPENING = frozenset(
    _names("""
    firing alerting triggered trigger triggers open opened reopened reopen down activated failed fails failing fired
    occurred occurs raised raise missing missed violated breached breach exceeded unreachable unavailable offline
    crashed unresolved unhealthy notresponding start started ongoing investigating acknowledged escalated reactivated
""")
)
"""Words for what happens now, decisive at any key of a state."""
FIRING = HAPPENING | frozenset(
    _names("""
    problem critical alarm active failure error new created warning warn red degraded anomalous major outage alert
    live violation fatal emergency severe impaired disrupted broken bad timeout errored
""")
)
"""Beside those, words for kinds: `event: alert` says less than a `status` deeper down."""
KINDS = frozenset(_names("alert alarm problem new created active live error"))
"""Words for kinds of messages that say nothing against a state that is well."""
GRADES = frozenset(_names("critical warning warn major minor high medium low fatal emergency disaster"))
"""Words that grade, where a state is such a word and no severity is told."""
