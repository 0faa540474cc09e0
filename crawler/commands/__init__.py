"""Commands of the project, in place of or beside Scrapy's."""
