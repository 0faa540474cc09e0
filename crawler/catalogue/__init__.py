"""The catalogue of sites to crawl: `sites.toml`, its loader and its editor."""
