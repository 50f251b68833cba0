"""Many files in, one record a file out: where files lie, who reads them, within which limits."""
