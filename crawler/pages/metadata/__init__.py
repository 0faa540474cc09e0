"""What a page states about itself: title, author, dates, language, rights."""
