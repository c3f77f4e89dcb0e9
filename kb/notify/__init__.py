"""Who is told of an incident, in which tool and words, until it has surely arrived."""
