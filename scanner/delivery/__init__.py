"""Ways out of the house: mail through Graph or SMTP, a folder, a webhook; each report to each recipient once."""
