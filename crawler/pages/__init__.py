"""What a page is and what it states: address, text, dates, metadata, feeds."""
