"""Files on disk: durable writes, directories swapped in whole, and locks between processes."""
