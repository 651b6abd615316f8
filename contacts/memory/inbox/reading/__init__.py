"""One e-mail as bytes, read into what it is and says. Knows neither Django nor a noun's table; words by language are in data/."""
