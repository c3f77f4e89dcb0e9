"""What alerts in the formats of monitoring systems other than Prometheus: a module for each family."""
