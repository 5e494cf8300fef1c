"""Record and replay: transports that keep and answer interactions in vcrpy's cassette format."""
