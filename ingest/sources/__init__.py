"""The sources that ingest knows beside postmortems and deployments, a file a kind."""
