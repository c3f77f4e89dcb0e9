"""How good the answers are: labelled cases in, figures out, a run that can be compared with another."""
