"""Reading pages that are pictures: rules first, cells cut into lines, lines given to a recogniser."""
