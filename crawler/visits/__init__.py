"""One site's way through a crawl: schedule, requests, posts, health and verdict."""
