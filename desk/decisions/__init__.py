"""Published rows and a person's word in; the rows as they are now and lines of corrections out."""
