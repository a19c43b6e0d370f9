"""What drives the consumer's transaction: our loop over aiokafka, or a subscriber of FastStream."""
