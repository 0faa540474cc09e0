"""The demo: a little web of invented blogs, crawled, archived and searched."""
