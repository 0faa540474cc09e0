"""The spiders: blogs, content folders, and discussions on Hacker News."""
