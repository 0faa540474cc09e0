"""The blogs of the little web, one file each."""

from crawler.demo.blogs.base import Blog
from crawler.demo.blogs.classic import ClassicBlog
from crawler.demo.blogs.diary import Diary
from crawler.demo.blogs.marketing import MarketingBlog
from crawler.demo.blogs.newsletter import Newsletter
from crawler.demo.blogs.rest import RestBlog

#: In the order they are served and crawled.
BLOGS: tuple[type[Blog], ...] = (ClassicBlog, RestBlog, Diary, MarketingBlog, Newsletter)
