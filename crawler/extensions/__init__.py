"""Extensions: what goes on beside the crawl."""
