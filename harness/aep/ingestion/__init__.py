"""Records on their way in: streamed or in batches, validated, kept, and passed on to profiles."""
