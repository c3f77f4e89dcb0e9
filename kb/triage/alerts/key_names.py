"""The names by which alerting tools call what they send, as tables; for JSON of no known form.  Pure data.

Keys are compared without their case and without what parts their words: `alert_name`, `AlertName` and `alert-name`
are `alertname`.  Earlier names go before later ones.
"""

from __future__ import annotations


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NAMES = _names("""
    alertname alerttitle alertrulename alertrule rulename monitorname monitorfriendlyname checkname
    triggername alarmname incidentname incidenttitle issuetitle problemtitle problemname eventname
    conditionname policyname healthrulename searchname detectorname detector sensorname title headline subject
    shortdescription alert alarm monitor check sensor rule name displayname friendlyname alias messagetitle
    summary exceptionclass errorclass humanreadable eventtypename trigger event errormessage message msg
    description text body
""")
OWN_NAMES = _names("name displayname friendlyname alias title")
"""These are the alert's only at the top or below one of `NAMED`; elsewhere they are a person's, a team's, a host's."""
NAMED = _names("""
    alert alarm rule monitor check incident issue problem trigger detector condition policy event error item
    data attributes payload test search fields job execution pipeline workflow detail finding attachment embed
""")
SERVICES = _names("""
    service servicename services impactedservice affectedservice businessservice app appname application
    applicationname component componentname components workload project projectname projectslug entitylabel
    entity entityname impactedentity system
""")
NO_SERVICES = frozenset(
    _names(
        "service host application entity server website infrastructure node device none unknown n/a default search"
    )
)
"""Kinds of things, and words for nothing: they name no service."""
ENVIRONMENTS = _names(
    "environment environments env deploymentenvironment environmentname gitlabenvironmentname stage releasestage realm"
)
PLACES = _names("""
    cluster clustername namespace namespacename k8snsname projectid host hostname nodename fqdn resourcegroup
    region zone node instance
""")
"""What may have the name of its environment in its own."""
SEVERITIES = _names("""
    severity severityname severitylabel severitytext eventseverity alertseverity problemseverity priority
    priorityname alertpriority prioritylevel urgency criticality level alertlevel importance sev impact risk
    threatlevel
""")
STARTS = _names("""
    startsat datestart startedat starttime startdate started start begintime beganat firedat fireddatetime
    triggeredat triggertime alerttriggertime openedat opentime occurredat firstseen firstoccurred
    firstoccurredat firstoccurredon firstoccurrence detectedat createdat created createtime
""")
MOMENTS = _names("""
    alerttime alerttimestamp eventtime timeofevent statechangetime statechangedat timestamp datetime time date
    ts timeunixnano reportedat receivedat updatedat lastupdated
""")
"""Times of the message: the start of what fires, the end of what is over."""
STATES = _names("""
    alertstate alertstatus currentstate currentstatus newstate newstatus monitorstatus incidentstatus
    problemstate eventstate triggertype state status transition alerttransition statetransition alertaction eventaction
    actiongroup action notificationtype alerttype eventtype event type trigger phase
""")
ENDS = _names("resolvedat closedat recoveredat clearedat endedat resolvedtime closedtime")
"""Times that are set once it is over."""
SWITCHES = _names("resolved isresolved recovered fixed closed isclosed cleared")
"""Switches that are on once it is over."""
TEXTS = _names("""
    summary title messagetitle shortdescription description message messagebody msg details body text reason
    cause error errormessage err exception output longoutput probablecause content note
""")
OTHERS = _names("""
    user users actor agent team teams assignee assignees assignedto responders creator createdby owner
    receiver receivers org organization account integration sender contact contacts client links installation
    reporter resolvedby acknowledgedby escalationpolicy
""")
"""What stands below these is of somebody or something else than the alert."""
PARTS = frozenset(
    _names("""
        dependency dependencies response responses request requests http headers steps step children parts members
        replicas pods containers hosts nodes targets endpoints regions probes peers upstream upstreams downstream
        components services subsystems related relatedalerts resources healthchecks
        history past changes similar similarincidents relatedincidents runbook ticket baseline comparison
    """)
)
"""What stands below these may be well while the alert fires: such a state never makes it over."""
EARLIER = ("previous", "prev", "old", "former", "last")
"""A key that begins so tells what was before."""
OVER = frozenset(
    _names("""
    ok resolved resolve resolves closed close recovered recovery recover up cleared clear
""")
)
"""Words that say so whatever key they stand at."""
WELL = OVER | frozenset(
    _names("""
    normal healthy passing passed green inactive ended fixed operational online good
""")
)
"""Words that say so of a state or status; elsewhere (`priority: normal`) they mean something else."""
FIRING = frozenset(
    _names("""
    firing alerting triggered trigger open opened problem down critical alarm active activated failed failing
    failure error new created started ongoing warning warn red degraded investigating acknowledged unresolved
    anomalous major outage fired alert unhealthy live
""")
)
