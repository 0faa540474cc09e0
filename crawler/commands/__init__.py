"""Commands of `scrapy`: the project's own `crawl` in place of Scrapy's, and `extract`."""
