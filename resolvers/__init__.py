"""What answers: reads that return a Select, writes that are one transaction, the engine and the feed."""
