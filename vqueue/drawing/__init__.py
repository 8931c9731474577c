"""Reports as single files: words first, charts of the charting library below, nothing fetched from elsewhere."""
