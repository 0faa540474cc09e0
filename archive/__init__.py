"""The searchable archive: records, their store, the search index over it. It knows neither Scrapy nor Flask."""
