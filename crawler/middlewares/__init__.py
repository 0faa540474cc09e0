"""Downloader middlewares: what every request and every answer passes."""
