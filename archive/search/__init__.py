"""Search: the query language, the protocol of a search engine, and the engines that keep it."""
