"""The engines: batches drawn, states kept, one step after another."""
