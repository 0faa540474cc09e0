"""Commands of `sales-archive` that crawl or read pages, one file a command."""
