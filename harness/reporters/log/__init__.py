"""The log of events, from which every report can be made later."""
