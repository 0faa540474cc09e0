"""The Scrapy project: from a site's front page to posts with whole threads in the archive."""
