"""A provider against its document: what traffic shows that the document does not say, and the reverse."""
