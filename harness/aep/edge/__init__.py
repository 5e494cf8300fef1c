"""The Edge Network: datastreams, events of tags and SDKs, and projections."""
