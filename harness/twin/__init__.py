"""What any local platform needs: state, clock, identifiers, faults, tokens, routing and a journal of calls.

Nothing here knows which platform it is.
"""
