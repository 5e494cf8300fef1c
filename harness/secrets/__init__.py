"""What is secret: recognised, learnt, spelled in any encoding, and masked."""
