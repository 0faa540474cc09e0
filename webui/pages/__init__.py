"""The data of the templates: everything a page shows is looked up and computed here."""
