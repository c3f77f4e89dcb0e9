"""Have we seen this before: question, tiers, ranking, verdict, explanation."""
