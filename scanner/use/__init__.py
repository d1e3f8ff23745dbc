"""Who really sends: sign-in log, Exchange admin center's report and earlier runs, joined to mailboxes."""
