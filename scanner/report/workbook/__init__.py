"""The workbook: sheets that hold text, numbers and dates and nothing that runs, and what stands in each of them."""
