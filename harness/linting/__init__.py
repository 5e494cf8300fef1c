"""Looking at collections, environments and companions without running them."""
